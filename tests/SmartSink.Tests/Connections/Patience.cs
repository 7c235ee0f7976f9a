namespace SmartSink.Tests.Connections;

/// <summary>How long a test waits for what has to happen before it calls it a failure.</summary>
internal static class Patience
{
    /// <summary>Much longer than the machine may be busy with something else.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(1);

    private static Source _current = new();

    /// <summary>Cancelled when patience ends. Calls close to each other share one, so that waiting costs no memory.</summary>
    public static CancellationToken Token()
    {
        var current = Volatile.Read(ref _current);
        if (TimeProvider.System.GetElapsedTime(current.Start) > Freshness)
        {
            current = new Source();
            Volatile.Write(ref _current, current);
        }

        return current.Token;
    }

    /// <summary>Asks again and again until something is so.</summary>
    public static async Task UntilAsync(Func<Task<bool>> condition)
    {
        var patience = Token();
        while (!await condition())
        {
            patience.ThrowIfCancellationRequested();
        }
    }

    private sealed class Source
    {
        public long Start { get; } = TimeProvider.System.GetTimestamp();

        public CancellationToken Token { get; } = new CancellationTokenSource(Limit + Freshness).Token;
    }
}
