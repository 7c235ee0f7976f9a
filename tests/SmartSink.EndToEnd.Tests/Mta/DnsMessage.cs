using System.Buffers.Binary;
using System.Text;

namespace SmartSink.EndToEnd.Tests.Mta;

/// <summary>DNS messages as far as a test's responder needs them (RFC 1035 section 4): one question, answers of one name.</summary>
internal static class DnsMessage
{
    private const int HeaderLength = 12;
    private const int IsTruncated = 0x0200;
    private const int NoSuchName = 3;

    // An answer, authoritative, recursion available.
    private const int AnswerFlags = 0x8480;
    private const int RecursionDesired = 0x0100;
    private const int TimeToLive = 300;

    /// <summary>A name as labels.</summary>
    public static byte[] Name(string name) =>
        [.. name.Split('.').SelectMany(label => (byte[])[(byte)label.Length, .. Encoding.ASCII.GetBytes(label)]), 0];

    /// <summary>The answer to a query.</summary>
    /// <param name="query">The octets of a query with one question.</param>
    /// <param name="zone">What there is.</param>
    /// <param name="cut">Whether an answer that has records is to be cut off, so that the client asks again over TCP.</param>
    public static byte[] Answer(ReadOnlySpan<byte> query, DnsZone zone, bool cut)
    {
        var end = HeaderLength;
        var labels = new List<string>();
        while (query[end] != 0)
        {
            labels.Add(Encoding.ASCII.GetString(query.Slice(end + 1, query[end])));
            end += query[end] + 1;
        }

        var type = BinaryPrimitives.ReadUInt16BigEndian(query[(end + 1)..]);
        var question = query[HeaderLength..(end + 5)];
        var found = zone.Find(string.Join('.', labels), type);
        var records = cut ? [] : found ?? [];
        var flags = AnswerFlags | (query[2] << 8 & RecursionDesired) | (found is null ? NoSuchName : 0) | (cut && found is { Count: > 0 } ? IsTruncated : 0);
        var answer = new List<byte>();
        answer.AddRange(query[..2]);
        Add16(answer, flags);
        Add16(answer, 1);
        Add16(answer, records.Count);
        Add16(answer, 0);
        Add16(answer, 0);
        answer.AddRange(question);
        foreach (var record in records)
        {
            Add16(answer, 0xC000 | HeaderLength); // the question's name
            Add16(answer, record.Type);
            Add16(answer, 1);
            Add16(answer, 0);
            Add16(answer, TimeToLive);
            Add16(answer, record.Data.Length);
            answer.AddRange(record.Data);
        }

        return [.. answer];
    }

    private static void Add16(List<byte> bytes, int number)
    {
        bytes.Add((byte)(number >> 8));
        bytes.Add((byte)number);
    }
}
