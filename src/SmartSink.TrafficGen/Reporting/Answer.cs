namespace SmartSink.TrafficGen.Reporting;

/// <summary>What a recipient can be answered.</summary>
/// <param name="Domain">The index of the recipient's domain.</param>
/// <param name="Stage">At which command.</param>
/// <param name="Code">The reply's code.</param>
internal readonly record struct Answer(int Domain, TrafficStage Stage, int Code)
{
    /// <summary>What the code says.</summary>
    public RecipientCounts Times(long count) => (Code / 100) switch
    {
        2 => new RecipientCounts(count, 0, 0),
        4 => new RecipientCounts(0, count, 0),
        _ => new RecipientCounts(0, 0, count),
    };
}
