namespace SmartSink.TrafficGen.Reporting.Documents;

/// <summary>Recipients by outcome.</summary>
/// <param name="Accepted">2yz.</param>
/// <param name="Tempfail">4yz.</param>
/// <param name="Permfail">5yz.</param>
internal sealed record OutcomeTotals(long Accepted, long Tempfail, long Permfail)
{
    /// <summary>The same for the report.</summary>
    public static OutcomeTotals Of(RecipientCounts counts) => new(counts.Accepted, counts.TempFailed, counts.PermFailed);
}
