namespace SmartSink.TrafficGen.Reporting.FailIf;

/// <summary>What a figure is measured in.</summary>
internal enum FigureKind
{
    /// <summary>A number of things.</summary>
    Count,

    /// <summary>A time; in a condition a number alone is milliseconds.</summary>
    Time,

    /// <summary>Messages a second.</summary>
    Rate,

    /// <summary>A share of all, 0 to 100.</summary>
    Percent,
}
