using System.Text;

namespace SmartSink.PeerBenchmarks.Clients;

/// <summary>Messages as they go over the wire.</summary>
internal static class TestMessage
{
    private const int LineLength = 78;

    /// <summary>A header, a body of so many octets in lines, and the line of one dot.</summary>
    public static byte[] OfBody(int bytes)
    {
        var text = new StringBuilder("From: sender@source.test\r\nTo: recipient@domain.test\r\nSubject: a test\r\n\r\n");
        var line = $"{new string('x', LineLength - 2)}\r\n";
        for (var rest = bytes; rest > 0; rest -= LineLength)
        {
            text.Append(line.AsSpan(Math.Max(0, LineLength - rest)));
        }

        return Encoding.ASCII.GetBytes(text.Append(".\r\n").ToString());
    }
}
