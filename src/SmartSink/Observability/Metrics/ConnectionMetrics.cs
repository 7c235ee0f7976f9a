using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Security.Authentication;
using SmartSink.Listening;
using SmartSink.Shared;
using SmartSink.Smtp.Server;

namespace SmartSink.Observability.Metrics;

/// <summary>Counts what the transport reports.</summary>
internal sealed class ConnectionMetrics : IConnectionObserver
{
    private const int Opened = 0;
    private const int Received = 1;
    private const int Sent = 2;

    private static readonly string[] TlsVersions = ["none", "1.2", "1.3"];
    private static readonly string[] TlsResults = ["failed", "succeeded"];

    private readonly StripedCounters _totals = new(3);
    private readonly StripedCounters _closed = new(LabelWords.EndReasons.Count);
    private readonly StripedCounters _handshakes = new(TlsVersions.Length * TlsResults.Length);
    private readonly ConcurrentDictionary<string, long> _acceptErrors = new(StringComparer.Ordinal);

    public ConnectionMetrics(IMeterFactory factory)
    {
        var meter = factory.CreateSinkMeter();
        meter.ObserveOne(MetricCatalog.Connections, () => _totals.Read(Opened));
        meter.ObserveOne(MetricCatalog.ConnectionsOpen, ReadOpen);
        meter.Observe(MetricCatalog.ConnectionsClosed, ReadClosed);
        meter.Observe(MetricCatalog.AcceptErrors, () => _acceptErrors.Select(pair => pair.Value.With("error", pair.Key)));
        meter.ObserveOne(MetricCatalog.Received, () => _totals.Read(Received));
        meter.ObserveOne(MetricCatalog.Sent, () => _totals.Read(Sent));
        meter.Observe(MetricCatalog.TlsHandshakes, ReadHandshakes);
    }

    /// <inheritdoc/>
    public void ConnectionOpened() => _totals.Add(Opened);

    /// <inheritdoc/>
    public void ConnectionClosed(SessionEndReason reason) => _closed.Add((int)reason);

    /// <inheritdoc/>
    public void BytesReceived(int count) => _totals.Add(Received, count);

    /// <inheritdoc/>
    public void BytesSent(int count) => _totals.Add(Sent, count);

    /// <inheritdoc/>
    public void TlsHandshakeEnded(SslProtocols version, bool succeeded)
    {
        var row = version switch
        {
            SslProtocols.Tls12 => 1,
            SslProtocols.Tls13 => 2,
            _ => 0,
        };
        _handshakes.Add((row * TlsResults.Length) + (succeeded ? 1 : 0));
    }

    /// <inheritdoc/>
    public void AcceptFailed(string error) => _acceptErrors.AddOrUpdate(error, 1, (_, count) => count + 1);

    private long ReadOpen()
    {
        // The ends are read before the beginnings, so that the difference is never negative.
        var closed = 0L;
        for (var reason = 0; reason < _closed.Count; reason++)
        {
            closed += _closed.Read(reason);
        }

        return _totals.Read(Opened) - closed;
    }

    private IEnumerable<Measurement<long>> ReadClosed()
    {
        for (var reason = 1; reason < _closed.Count; reason++)
        {
            yield return _closed.Read(reason).With("reason", LabelWords.EndReasons[reason]);
        }
    }

    private IEnumerable<Measurement<long>> ReadHandshakes()
    {
        for (var cell = 0; cell < _handshakes.Count; cell++)
        {
            if (_handshakes.Read(cell) is > 0 and var count)
            {
                yield return new Measurement<long>(
                    count,
                    new KeyValuePair<string, object?>("version", TlsVersions[cell / TlsResults.Length]),
                    new KeyValuePair<string, object?>("result", TlsResults[cell % TlsResults.Length]));
            }
        }
    }
}
