namespace SmartSink.TrafficGen.Reporting;

/// <summary>Recipients by outcome.</summary>
/// <param name="Accepted">Taken: 2yz at end of data.</param>
/// <param name="TempFailed">Refused for now, 4yz, at RCPT or at end of data.</param>
/// <param name="PermFailed">Refused for good, 5yz, at RCPT or at end of data.</param>
internal readonly record struct RecipientCounts(long Accepted, long TempFailed, long PermFailed)
{
    /// <summary>All of them.</summary>
    public long Total => Accepted + TempFailed + PermFailed;

    /// <summary>Outcome by outcome.</summary>
    public static RecipientCounts operator +(RecipientCounts left, RecipientCounts right) =>
        new(left.Accepted + right.Accepted, left.TempFailed + right.TempFailed, left.PermFailed + right.PermFailed);

    /// <summary>Outcome by outcome.</summary>
    public static RecipientCounts operator -(RecipientCounts left, RecipientCounts right) =>
        new(left.Accepted - right.Accepted, left.TempFailed - right.TempFailed, left.PermFailed - right.PermFailed);
}
