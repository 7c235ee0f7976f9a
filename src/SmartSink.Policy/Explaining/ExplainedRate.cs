namespace SmartSink.Policy.Explaining;

/// <summary>A rate and where it comes from.</summary>
/// <param name="Percent">Of the domain's recipients, 0 to 100.</param>
/// <param name="Origin">The table and the place, such as <c>[default] at responses.toml(3,10)</c>; <c>built in</c> when no file gives the rate.</param>
public sealed record ExplainedRate(decimal Percent, string Origin);
