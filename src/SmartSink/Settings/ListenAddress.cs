using System.Net;

namespace SmartSink.Settings;

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
