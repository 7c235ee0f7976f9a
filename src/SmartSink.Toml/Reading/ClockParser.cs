namespace SmartSink.Toml.Reading;

/// <summary>Times of day.</summary>
internal static class ClockParser
{
    /// <summary>What is said of something that begins like a date or a time but is not written like one.</summary>
    public const string Shape =
        "a date or a time is written like 1979-05-27T07:32:00Z, 1979-05-27T07:32:00+02:00, 1979-05-27T07:32:00, 1979-05-27 or 07:32:00.5";

    private const int LengthWithoutFraction = 8;
    private const int DigitsOfTick = 7;

    /// <summary>Takes a time of day off the front of a token.</summary>
    public static bool TryParse(ref ReadOnlySpan<byte> token, out TimeOnly time, out bool isLeapSecond, out string? mistake)
    {
        time = default;
        isLeapSecond = false;
        mistake = Shape;
        if (token.Length < LengthWithoutFraction
            || token[2] != ':'
            || token[5] != ':'
            || !DateTimeParser.AreDigits(token[..2])
            || !DateTimeParser.AreDigits(token[3..5])
            || !DateTimeParser.AreDigits(token[6..8]))
        {
            return false;
        }

        var hour = DateTimeParser.Number(token[..2]);
        var minute = DateTimeParser.Number(token[3..5]);
        var second = DateTimeParser.Number(token[6..8]);
        token = token[LengthWithoutFraction..];
        if (!TryParseFraction(ref token, out var ticks))
        {
            return false;
        }

        mistake = (hour, minute, second) switch
        {
            ( > 23, _, _) => $"there is no hour {hour:00}",
            (_, > 59, _) => $"there is no minute {minute:00}",
            (_, _, > 60) => $"there is no second {second:00}",
            _ => null,
        };
        if (mistake is not null)
        {
            return false;
        }

        isLeapSecond = second == 60;
        time = isLeapSecond
            ? new TimeOnly(hour, minute, 59).Add(TimeSpan.FromTicks(TimeSpan.TicksPerSecond - 1))
            : new TimeOnly(hour, minute, second).Add(TimeSpan.FromTicks(ticks));
        return true;
    }

    private static bool TryParseFraction(ref ReadOnlySpan<byte> token, out int ticks)
    {
        ticks = 0;
        if (token is not [(byte)'.', ..])
        {
            return true;
        }

        var length = token[1..].IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        length = length < 0 ? token.Length - 1 : length;
        for (var i = 0; i < DigitsOfTick; i++)
        {
            ticks = (ticks * 10) + (i < length ? token[1 + i] - '0' : 0);
        }

        token = token[(1 + length)..];
        return length > 0;
    }
}
