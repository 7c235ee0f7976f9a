using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using SmartSink.Shared;
using SmartSink.Smtp.Syntax;

namespace SmartSink.TrafficGen.Options;

internal static class PlainText
{
    public const string ExpectedSize = "a size such as 1024, 60kb (60,000 bytes) or 1MiB (1,048,576), at most 1GiB";
    public const string ExpectedTime = "a time above zero such as 90, 90s, 10m or 2h, at most 24 days";
    public const string ExpectedCount = "a whole number of at least 1";
    public const string ExpectedPercent = "a percentage from 0 to 100";
    public const string ExpectedSeed = "a whole number from 0 to 18446744073709551615";
    public const string ExpectedPath = "a path";
    public const string ExpectedHelo = "a domain or an address literal such as client.example.com or [192.0.2.1]";
    public const string ExpectedCredential = "USER:PASSWORD with a non-empty user name";
    public const string ExpectedRunId = "an id of 1 to 64 letters, digits, dots and hyphens";

    public const string ExpectedTimeScale = "a number above 0, at most 100,000";

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

    public static string ExpectedCountTo(int most) => string.Create(CultureInfo.InvariantCulture, $"a whole number from 1 to {most:N0}");

    /// <summary>Reads whole numbers from 1 to a limit.</summary>
    public static TryRead<int> CountTo(int most) => (string text, out int value) => TryParseCount(text, out value) && value <= most;

    /// <summary>0 to 100.</summary>
    public static bool TryParsePercent(string text, out double value) => Percents.TryParse(text, out value);

    /// <summary>64 bits.</summary>
    public static bool TryParseSeed(string text, out ulong value) => ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);

    /// <summary>The name of a file or folder.</summary>
    public static bool TryParsePath(string text, out string value)
    {
        value = text;
        return text.Length > 0 && !text.Contains('\0');
    }

    public static bool TryParseHelo(string text, out string value)
    {
        if (text is ['[', .. var literal, ']'])
        {
            value = text;
            return IPAddress.TryParse(literal.StartsWith("IPv6:", StringComparison.OrdinalIgnoreCase) ? literal[5..] : literal, out _);
        }

        return DomainName.TryNormalize(text, out value);
    }

    public static bool TryParseAddress(string text, [NotNullWhen(true)] out IPAddress? value) => IPAddress.TryParse(text, out value);

    /// <summary>A user and a password; the password may hold colons.</summary>
    public static bool TryParseCredential(string text, [NotNullWhen(true)] out NetworkCredential? value)
    {
        var colon = text.IndexOf(':');
        value = colon > 0 ? new NetworkCredential(text[..colon], text[(colon + 1)..]) : null;
        return value is not null;
    }

    public static bool TryParseTimeScale(string text, out double value) => TryParseNumber(text, out value) && value is > 0 and <= 100_000;

    /// <summary>Reads one of a few words.</summary>
    public static TryRead<T> OneOf<T>(params (string Word, T Value)[] words) => (string text, [MaybeNullWhen(false)] out T value) =>
    {
        var index = Array.FindIndex(words, known => known.Word == text);
        value = index < 0 ? default : words[index].Value;
        return index >= 0;
    };

    public static bool TryParseRunId(string text, out string value)
    {
        value = text;
        return text.Length is > 0 and <= LongestRunId && text.All(character => char.IsAsciiLetterOrDigit(character) || character is '.' or '-');
    }
}
