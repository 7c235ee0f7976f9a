namespace SmartSink.Toml.Reading;

/// <summary>Offsets from UTC.</summary>
internal static class OffsetParser
{
    private const int Length = 6;

    /// <summary>Reads a whole offset.</summary>
    public static bool TryParse(ReadOnlySpan<byte> token, out TimeSpan offset, out string? mistake)
    {
        offset = TimeSpan.Zero;
        mistake = null;
        if (token is [(byte)'Z' or (byte)'z'])
        {
            return true;
        }

        if (token.Length != Length
            || token[0] is not ((byte)'+' or (byte)'-')
            || token[3] != ':'
            || !DateTimeParser.AreDigits(token[1..3])
            || !DateTimeParser.AreDigits(token[4..6]))
        {
            mistake = ClockParser.Shape;
            return false;
        }

        var hours = DateTimeParser.Number(token[1..3]);
        var minutes = DateTimeParser.Number(token[4..6]);
        if (hours > 23 || minutes > 59)
        {
            mistake = "an offset lies between -23:59 and +23:59";
            return false;
        }

        offset = new TimeSpan(hours, minutes, 0);
        offset = token[0] == '-' ? -offset : offset;
        return true;
    }
}
