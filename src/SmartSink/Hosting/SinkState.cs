using SmartSink.Listening;

namespace SmartSink.Hosting;

/// <summary>What the parts of the process tell each other about where it stands.</summary>
internal sealed class SinkState
{
    private volatile SinkPhase _phase;
    private volatile IReadOnlyList<BoundListener> _listeners = [];

    /// <summary>How far the process is.</summary>
    public SinkPhase Phase => _phase;

    /// <summary>Where SMTP listens; empty before it does.</summary>
    public IReadOnlyList<BoundListener> Listeners => _listeners;

    /// <summary>SMTP listens.</summary>
    public void Listening(IReadOnlyList<BoundListener> listeners)
    {
        _listeners = listeners;
        _phase = SinkPhase.Ready;
    }

    /// <summary>The process stops; a failure before that stays one.</summary>
    public void Stopping() => _phase = _phase == SinkPhase.Failed ? SinkPhase.Failed : SinkPhase.Stopping;

    /// <summary>SMTP listens no more, and nobody told it to stop.</summary>
    public void Failed() => _phase = SinkPhase.Failed;
}
