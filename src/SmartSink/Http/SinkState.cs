using SmartSink.Connections;

namespace SmartSink.Http;

/// <summary>What the parts of the process tell each other about where it stands.</summary>
internal sealed class SinkState
{
    private readonly Lock _lock = new();
    private volatile SinkPhase _phase;
    private volatile IReadOnlyList<ListenerEndpoint> _listeners = [];

    /// <summary>How far the process is; it never goes back.</summary>
    public SinkPhase Phase => _phase;

    /// <summary>Where SMTP listens; empty before it does.</summary>
    public IReadOnlyList<ListenerEndpoint> Listeners => _listeners;

    /// <summary>SMTP listens.</summary>
    public void Listening(IReadOnlyList<ListenerEndpoint> listeners)
    {
        _listeners = listeners;
        Advance(SinkPhase.Ready);
    }

    /// <summary>The process stops; a failure stays one.</summary>
    public void Stopping() => Advance(SinkPhase.Stopping);

    /// <summary>SMTP broke down: nobody told it to stop.</summary>
    public void Failed() => Advance(SinkPhase.Failed);

    private void Advance(SinkPhase phase)
    {
        lock (_lock)
        {
            if (phase > _phase)
            {
                _phase = phase;
            }
        }
    }
}

/// <summary>How far the process is, as /readyz shows it.</summary>
internal enum SinkPhase
{
    /// <summary>Not listening yet.</summary>
    Starting,

    /// <summary>Mail is answered.</summary>
    Ready,

    /// <summary>No new connections; open transactions may end.</summary>
    Stopping,

    /// <summary>The listening socket broke down.</summary>
    Failed,
}
