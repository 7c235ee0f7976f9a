using System.Net;
using SmartSink.Settings;
using SmartSink.Transport;

namespace SmartSink.Connections;

/// <summary>
/// One listener of the server, of our own engine or another's. It is opened, started and stopped once, in that order; between stop and
/// end it is told how urgently the server stops.
/// </summary>
internal interface IListener : IDisposable
{
    /// <summary>What it is, and where. Only after <see cref="Open"/>.</summary>
    ListenerEndpoint Bound { get; }

    /// <summary>The connections that are to end before the server has stopped. Listeners may share them.</summary>
    IConnectionSet Connections { get; }

    /// <summary>Completes when no more connections are accepted: well after <see cref="Stop"/>, failed when the listener broke down.</summary>
    Task Completion { get; }

    /// <summary>Takes the address and port; clients wait until <see cref="Start"/>.</summary>
    /// <exception cref="ListenException">It cannot listen where the settings say.</exception>
    void Open();

    /// <summary>Begins to accept connections.</summary>
    void Start();

    /// <summary>Accepts no more connections. For any thread.</summary>
    void Stop();

    /// <summary>The server stops, as urgently as that: what is to become of the connections. Called once for each phase, in their order.</summary>
    void Hurry(StopPhase phase);
}

/// <summary>Connections that are counted together.</summary>
internal interface IConnectionSet
{
    /// <summary>How many are open.</summary>
    int Count { get; }

    /// <summary>Completes as soon as none is open.</summary>
    Task WhenEmpty();
}

/// <summary>A listener that has its address and port.</summary>
/// <param name="Settings">What it is.</param>
/// <param name="EndPoint">Where it listens, with the port that was found when 0 was asked for.</param>
internal sealed record ListenerEndpoint(ListenerSettings Settings, IPEndPoint EndPoint);

/// <summary>How urgently the server stops. It only ever grows.</summary>
internal enum StopPhase
{
    /// <summary>It does not stop.</summary>
    Running,

    /// <summary>Idle sessions get 421 and close, sessions in a transaction may finish it.</summary>
    Draining,

    /// <summary>The time for finishing is over: every session gets 421 and closes.</summary>
    Forcing,

    /// <summary>What is still there is closed without a word.</summary>
    Aborting,
}
