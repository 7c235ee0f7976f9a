using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Security.Authentication;
using SmartSink.Connections;
using SmartSink.Settings;
using SmartSink.Shared;
using SmartSink.Smtp.Server;
using SmartSink.Tls;

namespace SmartSink.Telemetry;

/// <summary>The connections of one listener.</summary>
internal sealed class ListenerCounters(string listener) : IConnectionObserver
{
    private const string Label = "listener";
    private const int Opened = 0;
    private const int Received = 1;
    private const int Sent = 2;

    private const int MostSubjects = 32;
    private const string NoSubject = "none";
    private const string OtherSubjects = "other";

    private static readonly string[] TlsVersions = ["none", .. TlsVersionsText.Texts];
    private static readonly string[] TlsResults = ["failed", "succeeded"];

    private readonly StripedCounters _totals = new(3);
    private readonly StripedCounters _closed = new(LabelWords.EndReasons.Count);
    private readonly StripedCounters _handshakes = new(TlsVersions.Length * TlsResults.Length);
    private readonly StripedCounters _faults = new(TlsFaults.Words.Count);
    private readonly ConcurrentDictionary<string, long> _subjects = new(StringComparer.Ordinal) { [NoSubject] = 0 };
    private readonly ConcurrentDictionary<string, long> _acceptErrors = new(StringComparer.Ordinal);

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
        var row = TlsVersionsText.IndexOf(version) + 1;
        _handshakes.Add((row * TlsResults.Length) + (succeeded ? 1 : 0));
    }

    /// <inheritdoc/>
    public void ClientCertificateAsked(string? subject)
    {
        subject ??= NoSubject;
        if (!_subjects.ContainsKey(subject) && _subjects.Count > MostSubjects)
        {
            subject = OtherSubjects;
        }

        _subjects.AddOrUpdate(subject, 1, (_, count) => count + 1);
    }

    /// <inheritdoc/>
    public void TlsFaultMet(TlsFault fault) => _faults.Add((int)fault);

    /// <inheritdoc/>
    public void AcceptFailed(string error) => _acceptErrors.AddOrUpdate(error, 1, (_, count) => count + 1);

    /// <summary>Connections that were accepted.</summary>
    public IEnumerable<Measurement<long>> ReadOpened() => [_totals.Read(Opened).With((Label, listener))];

    /// <summary>Connections that are open.</summary>
    public IEnumerable<Measurement<long>> ReadOpen()
    {
        // The ends are read before the beginnings, so that the difference is never negative.
        var closed = 0L;
        for (var reason = 0; reason < _closed.Count; reason++)
        {
            closed += _closed.Read(reason);
        }

        return [(_totals.Read(Opened) - closed).With((Label, listener))];
    }

    /// <summary>Connections that ended, by reason.</summary>
    public IEnumerable<Measurement<long>> ReadClosed()
    {
        for (var reason = 1; reason < _closed.Count; reason++)
        {
            yield return _closed.Read(reason).With((Label, listener), ("reason", LabelWords.EndReasons[reason]));
        }
    }

    /// <summary>Connections that could not be accepted, by error.</summary>
    public IEnumerable<Measurement<long>> ReadAcceptErrors() =>
        _acceptErrors.Select(pair => pair.Value.With((Label, listener), ("error", pair.Key)));

    /// <summary>Octets from clients.</summary>
    public IEnumerable<Measurement<long>> ReadReceived() => [_totals.Read(Received).With((Label, listener))];

    /// <summary>Octets to clients.</summary>
    public IEnumerable<Measurement<long>> ReadSent() => [_totals.Read(Sent).With((Label, listener))];

    /// <summary>Certificates of clients, by subject.</summary>
    public IEnumerable<Measurement<long>> ReadClientCertificates() =>
        _subjects.Where(pair => pair.Value > 0).Select(pair => pair.Value.With((Label, listener), ("subject", pair.Key)));

    /// <summary>Faults that were met.</summary>
    public IEnumerable<Measurement<long>> ReadFaults()
    {
        for (var fault = (int)TlsFault.Hidden; fault < _faults.Count; fault++)
        {
            if (_faults.Read(fault) is > 0 and var count)
            {
                yield return count.With((Label, listener), ("fault", TlsFaults.Words[fault]));
            }
        }
    }

    /// <summary>TLS handshakes, by version and result.</summary>
    public IEnumerable<Measurement<long>> ReadHandshakes()
    {
        for (var cell = 0; cell < _handshakes.Count; cell++)
        {
            if (_handshakes.Read(cell) is > 0 and var count)
            {
                yield return count.With(
                    (Label, listener), ("version", TlsVersions[cell / TlsResults.Length]), ("result", TlsResults[cell % TlsResults.Length]));
            }
        }
    }
}
