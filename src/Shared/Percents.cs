namespace SmartSink.Shared;

/// <summary>Percentages from 0 to 100: <c>2.5</c>, <c>2.5%</c>.</summary>
internal static class Percents
{
    public static bool TryParse(ReadOnlySpan<char> text, out double value)
    {
        var good = Quantity.TryParse(text, [("%", 1)], most: 100, out var percent);
        value = (double)percent;
        return good;
    }
}
