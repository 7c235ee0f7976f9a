using System.Buffers;
using System.Text;

namespace SmartSink.Smtp.Auth;

/// <summary>Splits a mechanism's message, already decoded, into name and secret.</summary>
internal static class SaslMessages
{
    private const byte Separator = 1;
    private const int DigestLength = 32;

    private static readonly SearchValues<byte> Hex = SearchValues.Create("0123456789abcdefABCDEF"u8);

    /// <summary>PLAIN: <c>[authzid] NUL authcid NUL password</c> (RFC 4616 section 2). The authorization identity is ignored.</summary>
    public static bool TryReadPlain(ReadOnlySpan<byte> message, out ReadOnlySpan<byte> user, out ReadOnlySpan<byte> password)
    {
        user = password = default;
        var first = message.IndexOf((byte)0);
        if (first < 0)
        {
            return false;
        }

        var rest = message[(first + 1)..];
        var second = rest.IndexOf((byte)0);
        if (second < 0)
        {
            return false;
        }

        user = rest[..second];
        password = rest[(second + 1)..];
        return !password.Contains((byte)0);
    }

    /// <summary>CRAM-MD5: the name, a space, the digest in 32 hexadecimal digits (RFC 2195 section 2).</summary>
    public static bool TryReadCramMd5(ReadOnlySpan<byte> message, out ReadOnlySpan<byte> user, out ReadOnlySpan<byte> digest)
    {
        var space = message.LastIndexOf((byte)' ');
        user = space < 0 ? default : message[..space];
        digest = message[(space + 1)..];
        return space >= 0 && digest.Length == DigestLength && !digest.ContainsAnyExcept(Hex);
    }

    /// <summary>XOAUTH2: <c>user=</c> the name, <c>^Aauth=Bearer </c> the token, <c>^A^A</c>.</summary>
    public static bool TryReadXOAuth2(ReadOnlySpan<byte> message, out ReadOnlySpan<byte> user, out ReadOnlySpan<byte> token)
    {
        var end = message.IndexOf(Separator);
        if (end < 0 || !message.StartsWith("user="u8))
        {
            user = token = default;
            return false;
        }

        user = message[5..end];
        return TryReadBearer(message[end..], out token);
    }

    /// <summary>OAUTHBEARER: the header <c>n,a=</c> name <c>,</c> and then pairs with <c>^A</c> around each, one of them <c>auth=Bearer </c> the token (RFC 7628 section 3.1).</summary>
    public static bool TryReadOAuthBearer(ReadOnlySpan<byte> message, out ReadOnlySpan<byte> user, out ReadOnlySpan<byte> token)
    {
        user = token = default;
        var end = message.IndexOf(Separator);
        if (end < 3 || message[0] is not ((byte)'n' or (byte)'y') || message[1] != ',' || message[end - 1] != ',')
        {
            return false;
        }

        var identity = message[2..(end - 1)];
        if (!identity.IsEmpty)
        {
            if (!identity.StartsWith("a="u8) || identity.Contains((byte)','))
            {
                return false;
            }

            user = DecodeName(identity[2..]);
        }

        return TryReadBearer(message[end..], out token);
    }

    // What starts at the first ^A: pairs, and one more ^A at the end.
    private static bool TryReadBearer(ReadOnlySpan<byte> pairs, out ReadOnlySpan<byte> token)
    {
        token = default;
        if (!pairs.EndsWith([Separator, Separator]))
        {
            return false;
        }

        foreach (var range in pairs.Split(Separator))
        {
            var pair = pairs[range];
            if (pair.Length > BearerPair.Length && Ascii.EqualsIgnoreCase(pair[..BearerPair.Length], BearerPair))
            {
                token = pair[BearerPair.Length..];
            }
        }

        return !token.IsEmpty;
    }

    // RFC 5801 section 4: a comma is written =2C, an equals sign =3D.
    private static ReadOnlySpan<byte> DecodeName(ReadOnlySpan<byte> name) => name.Contains((byte)'=')
        ? Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(name).Replace("=2C", ",", StringComparison.Ordinal).Replace("=3D", "=", StringComparison.Ordinal))
        : name;

    private static ReadOnlySpan<byte> BearerPair => "auth=Bearer "u8;
}
