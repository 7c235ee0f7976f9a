namespace SmartSink.Policy.Documents;

/// <summary>The two rates of a table, in percent of its recipients.</summary>
internal class RatesSection
{
    /// <summary><c>bounce</c>.</summary>
    public Setting<double>? Bounce { get; set; }

    /// <summary><c>defer</c>.</summary>
    public Setting<double>? Defer { get; set; }
}
