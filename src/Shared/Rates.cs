using System.Globalization;

namespace SmartSink.Shared;

/// <summary>Rates: <c>1000/s</c>, <c>1,000/hr</c>, <c>10/5s</c>.</summary>
internal static class Rates
{
    private static readonly Dictionary<string, TimeSpan> Units = new(StringComparer.OrdinalIgnoreCase)
    {
        ["s"] = TimeSpan.FromSeconds(1),
        ["sec"] = TimeSpan.FromSeconds(1),
        ["second"] = TimeSpan.FromSeconds(1),
        ["m"] = TimeSpan.FromMinutes(1),
        ["min"] = TimeSpan.FromMinutes(1),
        ["minute"] = TimeSpan.FromMinutes(1),
        ["h"] = TimeSpan.FromHours(1),
        ["hr"] = TimeSpan.FromHours(1),
        ["hour"] = TimeSpan.FromHours(1),
        ["d"] = TimeSpan.FromDays(1),
        ["day"] = TimeSpan.FromDays(1),
    };

    /// <summary>Reads an amount and its period. The unit may have a whole factor of 1 to 1000 in front.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out decimal amount, out TimeSpan period)
    {
        amount = 0;
        var slash = text.IndexOf('/');
        return TryParsePeriod(slash < 0 ? default : text[(slash + 1)..], out period) && Quantity.TryParse(text[..slash], out amount);
    }

    private static bool TryParsePeriod(ReadOnlySpan<char> text, out TimeSpan period)
    {
        period = TimeSpan.Zero;
        var digits = text.IndexOfAnyExceptInRange('0', '9');
        var factor = 1;
        if (digits < 0 || !Units.TryGetValue(text[digits..].ToString(), out var unit)
            || (digits > 0 && !int.TryParse(text[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out factor))
            || factor is 0 or > 1000)
        {
            return false;
        }

        period = unit * factor;
        return true;
    }
}
