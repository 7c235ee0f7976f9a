namespace SmartSink.Policy.Documents;

/// <summary>What a table of any kind may say: two rates, in percent of its recipients, and whether they need TLS.</summary>
internal class RatesSection
{
    /// <summary><c>bounce</c>.</summary>
    public Setting<double>? Bounce { get; set; }

    /// <summary><c>defer</c>.</summary>
    public Setting<double>? Defer { get; set; }

    /// <summary><c>tls</c>: true for <c>required</c>, false for <c>optional</c>.</summary>
    public Setting<bool>? RequiresTls { get; set; }
}
