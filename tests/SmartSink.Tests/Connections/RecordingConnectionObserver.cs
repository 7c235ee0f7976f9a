using System.Collections.Concurrent;
using System.Security.Authentication;
using System.Threading.Channels;
using SmartSink.Connections;
using SmartSink.Settings.Values;
using SmartSink.Smtp.Server;

namespace SmartSink.Tests.Connections;

/// <summary>Writes down what the transport reports, and lets a test wait for it.</summary>
internal sealed class RecordingConnectionObserver : IConnectionObserver
{
    private readonly Channel<SessionEndReason> _ended = Channel.CreateUnbounded<SessionEndReason>();
    private readonly Channel<string> _acceptFailures = Channel.CreateUnbounded<string>();
    private int _opened;
    private int _closed;
    private int _receives;
    private long _received;
    private long _sent;

    public int Opened => Volatile.Read(ref _opened);

    public int Closed => Volatile.Read(ref _closed);

    /// <summary>How often octets came.</summary>
    public int Receives => Volatile.Read(ref _receives);

    public long Received => Volatile.Read(ref _received);

    public long Sent => Volatile.Read(ref _sent);

    public ConcurrentQueue<(SslProtocols Version, bool Succeeded)> Handshakes { get; } = new();

    public ConcurrentQueue<string?> ClientCertificates { get; } = new();

    public ConcurrentQueue<TlsFault> Faults { get; } = new();

    public ConcurrentQueue<ReplyFault> ReplyFaults { get; } = new();

    /// <summary>The reason of the connection that ended next.</summary>
    public ValueTask<SessionEndReason> NextEndAsync() => _ended.Reader.ReadAsync(Patience.Token());

    /// <summary>The next error of accept(2).</summary>
    public ValueTask<string> NextAcceptFailureAsync() => _acceptFailures.Reader.ReadAsync(Patience.Token());

    public void ConnectionOpened() => Interlocked.Increment(ref _opened);

    public void ConnectionClosed(in ConnectionEnd end)
    {
        Interlocked.Increment(ref _closed);
        _ended.Writer.TryWrite(end.Reason);
    }

    public void BytesReceived(int count)
    {
        Interlocked.Increment(ref _receives);
        Interlocked.Add(ref _received, count);
    }

    public void BytesSent(int count) => Interlocked.Add(ref _sent, count);

    public void TlsHandshakeEnded(SslProtocols version, bool succeeded, uint connection) => Handshakes.Enqueue((version, succeeded));

    public void ClientCertificateAsked(string? subject) => ClientCertificates.Enqueue(subject);

    public void TlsFaultMet(TlsFault fault) => Faults.Enqueue(fault);

    public void ReplyFaultMet(ReplyFault fault) => ReplyFaults.Enqueue(fault);

    public void AcceptFailed(string error) => _acceptFailures.Writer.TryWrite(error);
}
