using System.Buffers;
using System.Buffers.Text;

namespace SmartSink.Smtp.Auth;

/// <summary>The lines of an authentication exchange.</summary>
internal static class AuthLine
{
    /// <summary>The most octets of a line, CRLF included: base64 of messages up to 9 kB (RFC 4954 section 4).</summary>
    public const int MaxLength = 12288;

    /// <summary>The most octets that such a line decodes to.</summary>
    public const int MaxMessage = MaxLength / 4 * 3;

    /// <summary>Decodes a response. The platform passes spaces over, the RFC does not.</summary>
    /// <param name="line">The response, base64 with its padding.</param>
    /// <param name="message">Room for <see cref="MaxMessage"/> octets.</param>
    /// <param name="length">How many octets came of it.</param>
    public static bool TryDecode(ReadOnlySpan<byte> line, Span<byte> message, out int length)
    {
        length = 0;
        return !line.Contains((byte)' ') && Base64.DecodeFromUtf8(line, message, out _, out length) == OperationStatus.Done;
    }
}
