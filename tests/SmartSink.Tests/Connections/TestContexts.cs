using Microsoft.Extensions.Logging.Abstractions;
using SmartSink.Connections;
using SmartSink.Settings;
using SmartSink.Smtp.Server;
using SmartSink.Testing.Dialogs;

namespace SmartSink.Tests.Connections;

/// <summary>What the parts of a listener share, for tests of one part.</summary>
internal static class TestContexts
{
    public static ListenerContext Of(IConnectionObserver observer, TimeProvider clock) =>
        Of(observer, clock, new ConnectionRegistry(maxConnections: 1, maxPerAddress: 0));

    private static ListenerContext Of(IConnectionObserver observer, TimeProvider clock, ConnectionRegistry registry) => new()
    {
        Listener = "smtp",
        SessionOptions = new SmtpSessionOptions { Hostname = "mx.sink.test" },
        Trusted = null,
        Engine = null,
        Filters = new FilterSwitch(new AcceptAll()),
        SessionObserver = new NullObserver(),
        Observer = observer,
        Registry = registry,
        Heartbeat = new ConnectionHeartbeat(registry, clock),
        Proxy = null,
        Refusals = new RefusalReplies("mx.sink.test", isTlsImplicit: false, new NullObserver(), observer),
        Tls = null,
        IsTlsImplicit = false,
        OriginalDestination = OriginalDestination.Off,
        SendTimeout = TimeSpan.Zero,
        Clock = clock,
        Log = NullLogger.Instance,
    };
}
