using System.Collections.Concurrent;
using System.Security.Authentication;
using SmartSink.Connections;
using SmartSink.Events;
using SmartSink.Senders;
using SmartSink.Settings.Values;
using SmartSink.Shared;
using SmartSink.Smtp.Server;
using SmartSink.Telemetry;
using SmartSink.Transport;

namespace SmartSink.Observers;

/// <summary>Counts what the transport reports, for each listener, and tells of ends as events where that is asked for.</summary>
internal sealed class ConnectionMetrics
{
    private readonly SinkEvents? _events;
    private readonly LedgerKeeper? _ledger;
    private readonly ConcurrentDictionary<string, ListenerCounters> _listeners = new(StringComparer.Ordinal);

    public ConnectionMetrics(SinkMetrics metrics, SinkEvents? events = null, LedgerKeeper? ledger = null)
    {
        (_events, _ledger) = (events, ledger);
        metrics.BeforePage(() =>
        {
            foreach (var counters in _listeners.Values)
            {
                counters.Fill(metrics);
            }
        });
    }

    /// <summary>Shows what the server is limited by.</summary>
    /// <param name="metrics">The page's.</param>
    /// <param name="most">Connections that may be open at once.</param>
    /// <param name="backlogs">Connections that wait to be accepted, by listener.</param>
    public static void ShowLimits(SinkMetrics metrics, int most, Func<IEnumerable<(string Listener, AcceptBacklog? Backlog)>> backlogs)
    {
        metrics.ConnectionsLimit.Set(most);
        metrics.BeforePage(() =>
        {
            foreach (var (listener, backlog) in backlogs())
            {
                if (backlog is { } queue)
                {
                    metrics.AcceptBacklog.WithLabels(listener).Set(queue.Waiting);
                    metrics.AcceptBacklogLimit.WithLabels(listener).Set(queue.Most);
                }
                else
                {
                    metrics.AcceptBacklog.RemoveLabelled(listener);
                    metrics.AcceptBacklogLimit.RemoveLabelled(listener);
                }
            }
        });
    }

    /// <summary>Connections accepted since the start, also those refused because of a limit.</summary>
    public long Opened => _listeners.Values.Sum(listener => listener.Connections);

    public IConnectionObserver ForListener(string name) => _listeners.GetOrAdd(name, static (name, all) => new ListenerCounters(name, all._events, all._ledger), this);

    private sealed class ListenerCounters(string listener, SinkEvents? events, LedgerKeeper? ledger) : IConnectionObserver
    {
        private const int Opened = 0;
        private const int Received = 1;
        private const int Sent = 2;

        private const int MostSubjects = 32;
        private const string NoSubject = "none";
        private const string OtherSubjects = "other";

        private static readonly string[] TlsVersions = ["none", .. TlsVersionsText.Texts];
        private static readonly string[] TlsResults = ["failed", "succeeded"];

        private readonly StripedCounters _totals = new(3);
        private readonly StripedCounters _closed = new(ListeningLog.EndReasons.Count);
        private readonly StripedCounters _handshakes = new(TlsVersions.Length * TlsResults.Length);
        private readonly StripedCounters _faults = new(TlsFaults.Words.Count);
        private readonly StripedCounters _replyFaults = new(ReplyFaults.Words.Count);
        private readonly ConcurrentDictionary<string, long> _subjects = new(StringComparer.Ordinal) { [NoSubject] = 0 };
        private readonly ConcurrentDictionary<string, long> _acceptErrors = new(StringComparer.Ordinal);

        public long Connections => _totals.Read(Opened);

        public void ConnectionOpened() => _totals.Add(Opened);

        public void ConnectionClosed(in ConnectionEnd end)
        {
            // First: who sees the count may ask the ledger.
            ledger?.Feed?.ConnectionClosed(end);
            _closed.Add((int)end.Reason);
            events?.ConnectionClosed(listener, end);
        }

        public void BytesReceived(int count) => _totals.Add(Received, count);

        public void BytesSent(int count) => _totals.Add(Sent, count);

        public void TlsHandshakeEnded(SslProtocols version, bool succeeded, uint connection)
        {
            var row = TlsVersionsText.IndexOf(version) + 1;
            _handshakes.Add((row * TlsResults.Length) + (succeeded ? 1 : 0));
            ledger?.Feed?.TlsEnded(version, succeeded, connection);
        }

        public void ClientCertificateAsked(string? subject)
        {
            subject ??= NoSubject;
            if (!_subjects.ContainsKey(subject) && _subjects.Count > MostSubjects)
            {
                subject = OtherSubjects;
            }

            _subjects.AddOrUpdate(subject, 1, (_, count) => count + 1);
        }

        public void TlsFaultMet(TlsFault fault) => _faults.Add((int)fault);

        public void ReplyFaultMet(ReplyFault fault) => _replyFaults.Add((int)fault);

        public void AcceptFailed(string error) => _acceptErrors.AddOrUpdate(error, 1, (_, count) => count + 1);

        public void Fill(SinkMetrics metrics)
        {
            // The ends are read before the beginnings, so that the difference is never negative.
            var closed = 0L;
            for (var reason = 0; reason < _closed.Count; reason++)
            {
                var count = _closed.Read(reason);
                closed += count;
                if (reason > 0)
                {
                    metrics.ConnectionsClosed.WithLabels(listener, ListeningLog.EndReasons[reason]).IncTo(count);
                }
            }

            var opened = _totals.Read(Opened);
            metrics.Connections.WithLabels(listener).IncTo(opened);
            metrics.ConnectionsOpen.WithLabels(listener).Set(opened - closed);
            metrics.Received.WithLabels(listener).IncTo(_totals.Read(Received));
            metrics.Sent.WithLabels(listener).IncTo(_totals.Read(Sent));
            foreach (var (error, count) in _acceptErrors)
            {
                metrics.AcceptErrors.WithLabels(listener, error).IncTo(count);
            }

            for (var fault = (int)ReplyFault.LateLine; fault < _replyFaults.Count; fault++)
            {
                if (_replyFaults.Read(fault) is > 0 and var count)
                {
                    metrics.ReplyFaults.WithLabels(listener, ReplyFaults.Words[fault]).IncTo(count);
                }
            }

            FillTls(metrics);
        }

        private void FillTls(SinkMetrics metrics)
        {
            for (var cell = 0; cell < _handshakes.Count; cell++)
            {
                if (_handshakes.Read(cell) is > 0 and var count)
                {
                    metrics.TlsHandshakes.WithLabels(listener, TlsVersions[cell / TlsResults.Length], TlsResults[cell % TlsResults.Length]).IncTo(count);
                }
            }

            foreach (var (subject, count) in _subjects.Where(pair => pair.Value > 0))
            {
                metrics.TlsClientCertificates.WithLabels(listener, subject).IncTo(count);
            }

            for (var fault = (int)TlsFault.Hidden; fault < _faults.Count; fault++)
            {
                if (_faults.Read(fault) is > 0 and var count)
                {
                    metrics.TlsFaults.WithLabels(listener, TlsFaults.Words[fault]).IncTo(count);
                }
            }
        }
    }
}
