using System.Text;

namespace SmartSink.PeerBenchmarks.Driving;

/// <summary>What the driver says, encoded once.</summary>
internal sealed class DriverOctets
{
    private const int LineLength = 78;

    private readonly byte[][] _recipients;

    /// <summary>Encodes the recipients and the message of a load.</summary>
    public DriverOctets(DriverLoad load)
    {
        _recipients = [.. load.Domains.Select(domain => Encoding.ASCII.GetBytes($"RCPT TO:<recipient@{domain}>\r\n"))];
        Message = EncodeMessage(load.Octets);
    }

    public static byte[] Ehlo { get; } = "EHLO source.test\r\n"u8.ToArray();

    public static byte[] Mail { get; } = "MAIL FROM:<sender@source.test>\r\n"u8.ToArray();

    public static byte[] Data { get; } = "DATA\r\n"u8.ToArray();

    public static byte[] Rset { get; } = "RSET\r\n"u8.ToArray();

    /// <summary>A message and the end of its data.</summary>
    public byte[] Message { get; }

    /// <summary>The RCPT command of a message.</summary>
    /// <param name="number">The message's, from 0 on.</param>
    public byte[] Recipient(int number) => _recipients[number % _recipients.Length];

    private static byte[] EncodeMessage(int octets)
    {
        var text = new StringBuilder("From: <sender@source.test>\r\nTo: <recipient@domain.test>\r\nSubject: load\r\n\r\n");
        while (text.Length < octets)
        {
            text.Append('X', Math.Clamp(octets - text.Length - 2, 1, LineLength)).Append("\r\n");
        }

        return Encoding.ASCII.GetBytes(text.Append(".\r\n").ToString());
    }
}
