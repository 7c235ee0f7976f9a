using System.Globalization;

namespace SmartSink.Toml;

/// <summary>A day of the Gregorian calendar, reckoned backwards before its introduction. <see cref="DateOnly"/> has no year 0, RFC 3339 has.</summary>
/// <param name="Year">0 to 9999.</param>
/// <param name="Month">1 to 12.</param>
/// <param name="Day">1 to the month's last.</param>
public readonly record struct TomlDate(int Year, int Month, int Day)
{
    /// <summary>The form of RFC 3339: <c>1979-05-27</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Year:0000}-{Month:00}-{Day:00}");
}
