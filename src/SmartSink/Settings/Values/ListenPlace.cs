using System.Net;
using System.Text;

namespace SmartSink.Settings.Values;

/// <summary>Where a listener for SMTP listens.</summary>
/// <param name="Address">The address; null for all.</param>
/// <param name="UnixSocket">The path of a Unix socket, in place of an address and port; null for those.</param>
internal sealed record ListenPlace(IPAddress? Address, string? UnixSocket)
{
    /// <summary>What stands before the path of a Unix socket.</summary>
    public const string UnixPrefix = "unix:";

    /// <summary>struct sockaddr_un (unix(7)) has 108 bytes for the path and its NUL.</summary>
    private const int LongestPath = 107;

    /// <summary>Reads an address, <c>*</c>, or <c>unix:PATH</c>.</summary>
    public static bool TryParse(string text, out ListenPlace value)
    {
        if (!text.StartsWith(UnixPrefix, StringComparison.Ordinal))
        {
            var good = ListenAddress.TryParse(text, out var address);
            value = new ListenPlace(address, UnixSocket: null);
            return good;
        }

        var path = text[UnixPrefix.Length..];
        value = new ListenPlace(Address: null, path);
        return path.Length > 0 && path[0] != '@' && !path.Any(char.IsControl) && Encoding.UTF8.GetByteCount(path) <= LongestPath;
    }

    /// <inheritdoc/>
    public override string ToString() => UnixSocket is null ? Address?.ToString() ?? "*" : UnixPrefix + UnixSocket;
}

/// <summary>An address to listen on: IPv4, IPv6 (with or without brackets), or <c>*</c> for all of both families.</summary>
internal static class ListenAddress
{
    /// <summary>Reads one; null stands for all.</summary>
    public static bool TryParse(string text, out IPAddress? value)
    {
        value = null;
        if (text == "*")
        {
            return true;
        }

        var bare = text.StartsWith('[') && text.EndsWith(']') ? text[1..^1] : text;

        // The platform also takes "1" and "127.1" for addresses, as inet_aton does; here they would be mistakes.
        return (bare.Contains(':') || bare.Count(character => character == '.') == 3) && IPAddress.TryParse(bare, out value);
    }
}
