using System.Buffers;

namespace SmartSink.Smtp;

/// <summary>The octets of the ASCII control characters, which stand in no command and no reply text (RFC 5321 sections 4.1.2 and 4.2.1).</summary>
internal static class ControlBytes
{
    public static readonly SearchValues<byte> Values = SearchValues.Create(
    [
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 127,
    ]);
}
