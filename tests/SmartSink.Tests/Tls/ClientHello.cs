using System.Buffers.Binary;
using System.Text;

namespace SmartSink.Tests.Tls;

/// <summary>A TLS 1.2 ClientHello (RFC 5246 section 7.4.1.2), octet by octet, as no library would send it.</summary>
internal static class ClientHello
{
    private const int HeaderLength = 5;

    /// <summary>One in a record of its own.</summary>
    /// <param name="serverName">The name asked for, of any length; null for no such extension.</param>
    public static byte[] Make(string? serverName = null)
    {
        var message = Handshake(serverName);
        return Record(message);
    }

    /// <summary>The same in two records, the first of which holds so many octets of it (RFC 5246 section 6.2.1 allows that).</summary>
    public static byte[] InTwoRecords(string? serverName, int first)
    {
        var message = Handshake(serverName);
        return [.. Record(message.AsSpan(0, first)), .. Record(message.AsSpan(first))];
    }

    /// <summary>A record of a type and length that need not be those of its content.</summary>
    public static byte[] Record(ReadOnlySpan<byte> content, byte type = 22, int? length = null)
    {
        var record = new byte[HeaderLength + content.Length];
        record[0] = type;
        record[1] = 3;
        record[2] = 1;
        BinaryPrimitives.WriteUInt16BigEndian(record.AsSpan(3), (ushort)(length ?? content.Length));
        content.CopyTo(record.AsSpan(HeaderLength));
        return record;
    }

    private static byte[] Handshake(string? serverName)
    {
        byte[] groups = [0, 10, 0, 4, 0, 2, 0, 23];
        byte[] signatures = [0, 13, 0, 4, 0, 2, 4, 3];
        byte[] extensions = [.. ServerName(serverName), .. groups, .. signatures];
        byte[] body = [3, 3, .. Enumerable.Repeat((byte)7, 32), 0, 0, 2, 0xC0, 0x2B, 1, 0, .. Short(extensions.Length), .. extensions];
        return [1, 0, .. Short(body.Length), .. body];
    }

    private static byte[] ServerName(string? name)
    {
        if (name is null)
        {
            return [];
        }

        var bytes = Encoding.ASCII.GetBytes(name);
        return [0, 0, .. Short(bytes.Length + 5), .. Short(bytes.Length + 3), 0, .. Short(bytes.Length), .. bytes];
    }

    private static byte[] Short(int number) => [(byte)(number >> 8), (byte)number];
}
