namespace SmartSink.Ledger.Rules;

/// <summary>Every rule, in the order of the report.</summary>
internal static class SenderRules
{
    public static IReadOnlyList<SenderRule> All { get; } =
    [
        new NoRetryAfter5xx(),
        new Retries4xx(),
        new BacksOff(),
        new Honours421(),
        new SlowsDown(),
        new KeepsLimits(),
        new Isolation(),
        new NoStorm(),
        new ReusesConnections(),
        new EndsSessions(),
        new NoDuplicates(),
        new NoLoss(),
        new SpeaksProperly(),
        new UsesTls(),
        new Classification(),
        new BouncesOnce(),
    ];

    /// <summary>The rule of that name; null for none.</summary>
    public static SenderRule? Find(string name) => All.FirstOrDefault(rule => rule.Name == name);
}
