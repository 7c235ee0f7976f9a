using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using SmartSink.Shared;
using SmartSink.Smtp.Syntax;

namespace SmartSink.TrafficGen.Options;

/// <summary>The small kinds of values.</summary>
internal static class PlainText
{
    /// <summary>What an error says was expected of a size.</summary>
    public const string ExpectedSize = "a size such as 1024, 60kb (60,000 bytes) or 1MiB (1,048,576), at most 1GiB";

    /// <summary>What an error says was expected of a time.</summary>
    public const string ExpectedTime = "a time above zero such as 90, 90s, 10m or 2h, at most 24 days";

    /// <summary>What an error says was expected of a count.</summary>
    public const string ExpectedCount = "a whole number of at least 1";

    /// <summary>What an error says was expected of a percentage.</summary>
    public const string ExpectedPercent = "a percentage from 0 to 100";

    /// <summary>What an error says was expected of a seed.</summary>
    public const string ExpectedSeed = "a whole number from 0 to 18446744073709551615";

    /// <summary>What an error says was expected of a path.</summary>
    public const string ExpectedPath = "a path";

    /// <summary>What an error says was expected of an EHLO name.</summary>
    public const string ExpectedHelo = "a domain or an address literal such as client.example.com or [192.0.2.1]";

    /// <summary>What an error says was expected of a credential.</summary>
    public const string ExpectedCredential = "USER:PASSWORD with a non-empty user name";

    /// <summary>What an error says was expected of a run's id.</summary>
    public const string ExpectedRunId = "an id of 1 to 64 letters, digits, dots and hyphens";

    private const int LongestRunId = 64;
    private const int LargestSize = 1 << 30;

    /// <summary>A number of zero and above.</summary>
    public static bool TryParseNumber(ReadOnlySpan<char> text, out double value)
    {
        var good = Quantity.TryParse(text, out var number);
        value = (double)number;
        return good;
    }

    /// <summary>A size from 0 to 1 GiB.</summary>
    public static bool TryParseSize(string text, out int value)
    {
        var good = Sizes.TryParse(text, out var size) && size <= LargestSize;
        value = good ? (int)size : 0;
        return good;
    }

    /// <summary>A time from 1 ms to 24 days.</summary>
    public static bool TryParseTime(string text, out TimeSpan value) => Times.TryParse(text, out value) && value > TimeSpan.Zero;

    /// <summary>A whole number of at least 1.</summary>
    public static bool TryParseCount(string text, out int value) => int.TryParse(text, NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out value) && value > 0;

    /// <summary>A whole number of at least 1, beyond two thousand millions too.</summary>
    public static bool TryParseCount(string text, out long value) => long.TryParse(text, NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out value) && value > 0;

    /// <summary>What an error says was expected of a count with a limit.</summary>
    public static string ExpectedCountTo(int most) => string.Create(CultureInfo.InvariantCulture, $"a whole number from 1 to {most:N0}");

    /// <summary>Reads whole numbers from 1 to a limit.</summary>
    public static TryRead<int> CountTo(int most) => (string text, out int value) => TryParseCount(text, out value) && value <= most;

    /// <summary>0 to 100.</summary>
    public static bool TryParsePercent(string text, out double value) => TryParseNumber(text.EndsWith('%') ? text.AsSpan(0, text.Length - 1) : text, out value) && value <= 100;

    /// <summary>64 bits.</summary>
    public static bool TryParseSeed(string text, out ulong value) => ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);

    /// <summary>The name of a file or folder.</summary>
    public static bool TryParsePath(string text, out string value)
    {
        value = text;
        return text.Length > 0 && !text.Contains('\0');
    }

    /// <summary>A name for EHLO.</summary>
    public static bool TryParseHelo(string text, out string value)
    {
        if (text is ['[', .. var literal, ']'])
        {
            value = text;
            return IPAddress.TryParse(literal.StartsWith("IPv6:", StringComparison.OrdinalIgnoreCase) ? literal[5..] : literal, out _);
        }

        return DomainName.TryNormalize(text, out value);
    }

    /// <summary>An IP address.</summary>
    public static bool TryParseAddress(string text, [NotNullWhen(true)] out IPAddress? value) => IPAddress.TryParse(text, out value);

    /// <summary>A user and a password; the password may hold colons.</summary>
    public static bool TryParseCredential(string text, [NotNullWhen(true)] out NetworkCredential? value)
    {
        var colon = text.IndexOf(':');
        value = colon > 0 ? new NetworkCredential(text[..colon], text[(colon + 1)..]) : null;
        return value is not null;
    }

    /// <summary>A run's id.</summary>
    public static bool TryParseRunId(string text, out string value)
    {
        value = text;
        return text.Length is > 0 and <= LongestRunId && text.All(character => char.IsAsciiLetterOrDigit(character) || character is '.' or '-');
    }
}

/// <summary>A version of the PROXY protocol: <c>v1</c>, <c>v2</c>.</summary>
internal static class ProxyProtocolText
{
    /// <summary>What an error says was expected.</summary>
    public const string Expected = "v1 or v2";

    /// <summary>Reads it.</summary>
    public static bool TryParse(string text, out ProxyProtocol value)
    {
        value = text switch
        {
            "v1" => ProxyProtocol.V1,
            "v2" => ProxyProtocol.V2,
            _ => ProxyProtocol.None,
        };
        return value != ProxyProtocol.None;
    }
}
