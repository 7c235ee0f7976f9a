namespace SmartSink.Policy.Decisions;

/// <summary>The rates of a domain as bounds for draws.</summary>
/// <param name="BounceBelow">Draws below it bounce.</param>
/// <param name="RefuseBelow">Draws below it, but not below <paramref name="BounceBelow"/>, defer.</param>
/// <param name="DeferRestBelow">Under <c>sticky</c>: draws below it defer a recipient that does not bounce.</param>
internal readonly record struct RateThresholds(ulong BounceBelow, ulong RefuseBelow, ulong DeferRestBelow)
{
    /// <summary>The bounds of two rates.</summary>
    /// <param name="bounce">Percent, 0 to 100.</param>
    /// <param name="defer">Percent; the sum is at most 100.</param>
    public static RateThresholds Of(decimal bounce, decimal defer) =>
        new(Threshold.Of(bounce, 100), Threshold.Of(bounce + defer, 100), bounce < 100 ? Threshold.Of(defer, 100 - bounce) : 0);
}
