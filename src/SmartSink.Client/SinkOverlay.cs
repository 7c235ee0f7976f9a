namespace SmartSink.Client;

/// <summary>
/// A piece of policy over the sink's files for a while: limits, greylists, replies, schedules, another <c>time_scale</c>; where an override does one thing. A sink has one at
/// a time.
/// </summary>
public sealed record SinkOverlay
{
    /// <summary>What the log, events and warnings call it.</summary>
    public string? Name { get; init; }

    /// <summary>TOML as in a policy's file, without <c>include</c>; what it says goes over the files key by key.</summary>
    public string? Policy { get; init; }

    /// <summary>What goes wrong with TLS on connections to come, as in <c>SINK_TLS_FAULTS</c>.</summary>
    public string? TlsFaults { get; init; }

    /// <summary>It ends after so long; ten minutes unless told, at most a day.</summary>
    public TimeSpan? For { get; init; }

    internal OverlayRequest ToRequest() => new(Name, Policy, TlsFaults, SinkOverride.Write(For));
}

/// <summary>The overlay that a sink has.</summary>
public sealed record ActiveOverlay
{
    /// <summary>What it is called.</summary>
    public string Name { get => field ?? ""; init; }

    /// <inheritdoc cref="SinkOverlay.Policy"/>
    public string? Policy { get; init; }

    /// <inheritdoc cref="SinkOverlay.TlsFaults"/>
    public string? TlsFaults { get; init; }

    /// <summary>When it began.</summary>
    public DateTimeOffset BeganAt { get; init; }

    /// <summary>When it ends.</summary>
    public DateTimeOffset EndsAt { get; init; }

    /// <summary>Seconds until it ends.</summary>
    public double LeftSeconds { get; init; }

    /// <summary>What is doubtful in its policy.</summary>
    public IReadOnlyList<PolicyDiagnostic> Warnings { get => field ?? []; init; }
}

/// <summary>An overlay of the caller's own, which takes itself back.</summary>
public sealed class OverlayLease : IAsyncDisposable
{
    private readonly SmartSinkClient _sink;
    private int _isGone;

    internal OverlayLease(SmartSinkClient sink, ActiveOverlay added)
    {
        _sink = sink;
        Added = added;
    }

    /// <summary>The overlay as the sink took it.</summary>
    public ActiveOverlay Added { get; }

    /// <summary>Takes it back. One that has ended by itself is none the worse for it, and another that holds since then stays.</summary>
    /// <exception cref="SmartSinkException">The sink refused.</exception>
    /// <exception cref="HttpRequestException">The sink cannot be reached. The overlay still ends when its time is over.</exception>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isGone, 1) == 0 && await _sink.GetOverlayAsync().ConfigureAwait(false) is { } holds && (holds.Name, holds.BeganAt) == (Added.Name, Added.BeganAt))
        {
            await _sink.RemoveOverlayAsync().ConfigureAwait(false);
        }
    }
}

/// <summary>The body that asks for an overlay.</summary>
internal sealed record OverlayRequest(string? Name, string? Policy, string? TlsFaults, string? For);
