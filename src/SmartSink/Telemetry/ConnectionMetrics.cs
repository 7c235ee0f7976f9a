using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using SmartSink.Connections;

namespace SmartSink.Telemetry;

/// <summary>Counts what the transport reports, for each listener.</summary>
internal sealed class ConnectionMetrics
{
    private readonly ConcurrentDictionary<string, ListenerCounters> _listeners = new(StringComparer.Ordinal);

    public ConnectionMetrics(IMeterFactory factory)
    {
        var meter = factory.CreateSinkMeter();
        Observe(MetricCatalog.Connections, listener => listener.ReadOpened());
        Observe(MetricCatalog.ConnectionsOpen, listener => listener.ReadOpen());
        Observe(MetricCatalog.ConnectionsClosed, listener => listener.ReadClosed());
        Observe(MetricCatalog.AcceptErrors, listener => listener.ReadAcceptErrors());
        Observe(MetricCatalog.Received, listener => listener.ReadReceived());
        Observe(MetricCatalog.Sent, listener => listener.ReadSent());
        Observe(MetricCatalog.TlsHandshakes, listener => listener.ReadHandshakes());
        Observe(MetricCatalog.TlsClientCertificates, listener => listener.ReadClientCertificates());
        Observe(MetricCatalog.TlsFaults, listener => listener.ReadFaults());

        void Observe(MetricDefinition definition, Func<ListenerCounters, IEnumerable<Measurement<long>>> read) =>
            meter.Observe(definition, () => _listeners.Values.SelectMany(read));
    }

    /// <summary>The counters of the listener of that name.</summary>
    public IConnectionObserver ForListener(string name) => _listeners.GetOrAdd(name, static name => new ListenerCounters(name));
}
