using System.Globalization;

namespace SmartSink.TrafficGen.Reporting;

internal static class Numbers
{
    private static readonly string[] Units = ["B", "kB", "MB", "GB", "TB", "PB"];

    /// <summary>With commas between thousands: <c>21,240,000</c>.</summary>
    public static string Whole(double value) => Math.Round(value).ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>Milliseconds with three decimals: <c>1,016.534</c>.</summary>
    public static string Milliseconds(double value) => value.ToString("N3", CultureInfo.InvariantCulture);

    public static string Decimal(double value) => value.ToString("#,0.###", CultureInfo.InvariantCulture);

    /// <summary>A part of one in whole percent, rounded down so that only the end is 100%.</summary>
    public static string Percent(double part) => $"{Math.Floor(part * 100)}%";

    /// <summary>Octets in powers of 1000, with two decimals: <c>21.24 GB</c>.</summary>
    public static string Bytes(double value)
    {
        var unit = 0;
        while (value >= 999.995 && unit < Units.Length - 1)
        {
            value /= 1000;
            unit++;
        }

        return unit == 0 ? $"{Whole(value)} B" : $"{value.ToString("N2", CultureInfo.InvariantCulture)} {Units[unit]}";
    }
}
