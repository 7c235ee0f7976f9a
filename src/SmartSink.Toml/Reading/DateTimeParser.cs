namespace SmartSink.Toml.Reading;

/// <summary>The four kinds of dates and times (RFC 3339 and its parts).</summary>
internal static class DateTimeParser
{
    private const int DateLength = 10;

    /// <summary>Whether a token begins as a date or a time and as nothing else does.</summary>
    public static bool LooksLikeDateOrTime(ReadOnlySpan<byte> token)
        => (token.Length > 4 && token[4] == '-' && AreDigits(token[..4])) || (token.Length > 2 && token[2] == ':' && AreDigits(token[..2]));

    /// <summary>Reads a whole token that <see cref="LooksLikeDateOrTime"/>.</summary>
    /// <returns>Null, with the mistake told, if it is none.</returns>
    public static TomlValue? Parse(ReadOnlySpan<byte> token, TomlPosition position, out string? mistake)
    {
        if (token[2] == ':')
        {
            return ClockParser.TryParse(ref token, out var clock, out _, out mistake) && IsAtEnd(token, ref mistake)
                ? new TomlLocalTime(position, clock)
                : null;
        }

        if (!TryParseDate(token, out var date, out mistake))
        {
            return null;
        }

        token = token[DateLength..];
        if (token.IsEmpty)
        {
            return new TomlLocalDate(position, date);
        }

        if (token[0] is not ((byte)'T' or (byte)'t' or (byte)' '))
        {
            mistake = ClockParser.Shape;
            return null;
        }

        token = token[1..];
        if (!ClockParser.TryParse(ref token, out var time, out var isLeapSecond, out mistake))
        {
            return null;
        }

        if (token.IsEmpty)
        {
            return new TomlLocalDateTime(position, date, time);
        }

        if (!OffsetParser.TryParse(token, out var offset, out mistake))
        {
            return null;
        }

        if (isLeapSecond && time.Add(-offset) is not { Hour: 23, Minute: 59 })
        {
            mistake = "second 60 exists only at 23:59 UTC";
            return null;
        }

        return new TomlOffsetDateTime(position, date, time, offset);
    }

    private static bool TryParseDate(ReadOnlySpan<byte> token, out TomlDate date, out string? mistake)
    {
        date = default;
        mistake = ClockParser.Shape;
        if (token.Length < DateLength || token[7] != '-' || !AreDigits(token[5..7]) || !AreDigits(token[8..10]))
        {
            return false;
        }

        var year = Number(token[..4]);
        var month = Number(token[5..7]);
        var day = Number(token[8..10]);
        mistake = (year, month, day) switch
        {
            (_, < 1 or > 12, _) => $"there is no month {month:00}",
            _ when day < 1 || day > DaysInMonth(year, month) => $"there is no day {day:00} in {year:0000}-{month:00}",
            _ => null,
        };
        if (mistake is not null)
        {
            return false;
        }

        date = new TomlDate(year, month, day);
        return true;
    }

    // Year 0 is a leap year, as every 400th.
    private static int DaysInMonth(int year, int month) => DateTime.DaysInMonth(year == 0 ? 400 : year, month);

    private static bool IsAtEnd(ReadOnlySpan<byte> rest, ref string? mistake)
    {
        mistake = rest.IsEmpty ? null : rest[0] is (byte)'Z' or (byte)'z' or (byte)'+' or (byte)'-' ? "a time without a date takes no offset" : ClockParser.Shape;
        return mistake is null;
    }

    internal static bool AreDigits(ReadOnlySpan<byte> text) => text.IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0;

    internal static int Number(ReadOnlySpan<byte> digits)
    {
        var number = 0;
        foreach (var digit in digits)
        {
            number = (number * 10) + (digit - '0');
        }

        return number;
    }
}
