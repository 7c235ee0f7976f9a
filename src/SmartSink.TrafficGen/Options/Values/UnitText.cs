namespace SmartSink.TrafficGen.Options.Values;

/// <summary>Numbers with or without a unit behind them.</summary>
internal static class UnitText
{
    /// <summary>Reads a number of zero and above, times its unit; without a unit the number alone.</summary>
    /// <param name="text">The number, perhaps spaces, perhaps a unit in any case.</param>
    /// <param name="units">The units and what they stand for; one that ends another comes after it.</param>
    /// <param name="value">The product.</param>
    public static bool TryParse(ReadOnlySpan<char> text, ReadOnlySpan<(string Unit, double Factor)> units, out double value)
    {
        var factor = 1.0;
        foreach (var (unit, times) in units)
        {
            if (text.EndsWith(unit, StringComparison.OrdinalIgnoreCase))
            {
                factor = times;
                text = text[..^unit.Length].TrimEnd(' ');
                break;
            }
        }

        var isNumber = NumberText.TryParse(text, out value);
        value *= factor;
        return isNumber;
    }
}
