namespace SmartSink.Shared;

/// <summary>
/// Tells a second request to stop from the first one that arrives twice: timeout(1), for example, signals the process and then its whole group.
/// </summary>
internal sealed class StopRequests(TimeProvider clock)
{
    /// <summary>How long after the first request another one is taken for the same.</summary>
    public static readonly TimeSpan Echo = TimeSpan.FromMilliseconds(500);

    private readonly Lock _gate = new();
    private long? _first;

    /// <summary>Takes a request.</summary>
    /// <returns>Whether it is a second one, which asks for an immediate end.</returns>
    public bool Take()
    {
        lock (_gate)
        {
            var now = clock.GetTimestamp();
            var isSecond = _first is { } first && clock.GetElapsedTime(first, now) >= Echo;
            _first ??= now;
            return isSecond;
        }
    }
}
