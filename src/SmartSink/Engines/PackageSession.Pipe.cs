using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using SmartSink.Connections;
using SmartSink.Settings;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;
using SmartSink.Tls;
using SmartSink.Transport;
using SmtpServer.IO;

namespace SmartSink.Engines;

/// <content>
/// The pipe between the client and the package. It hands over one command line at a time, so that every line is answered before the next
/// one is read and nothing said before a handshake outlives it; of a message it hands over what fits within the limit. Replies gather
/// until the package wants to hear more.
/// </content>
internal sealed partial class PackageSession : Stream, ISecurableDuplexPipe, IOpenConnection
{
    /// <summary>A line without an end beyond this has none.</summary>
    private const int MaxLine = 8 * 1024;

    /// <summary>What a client may still say behind the last reply.</summary>
    private const int LingerBytes = 4 * 1024 * 1024;

    private readonly long _id = SmtpConnection.NextId();
    private readonly Socket _socket;
    private readonly ReplyBuffer _replies = new(512);
    private readonly byte[] _input = new byte[MaxLine];
    private Stream _stream;
    private CancellationTokenSource _wake = new();
    private EndOfDataScanner _scanner;
    private ReadOnlyMemory<byte> _insertion;
    private string _verb = string.Empty;
    private int _start;
    private int _end;
    private int _released;
    private bool _isInData;
    private bool _isWaiting;
    private bool _isSending;
    private bool _isClosing;
    private long _lastHeard;
    private long _deadline = long.MaxValue;

    /// <summary>Takes over a connection that was just accepted.</summary>
    public PackageSession(ListenerContext context, Socket socket, IPAddress client)
    {
        (_context, _options, _socket, _client) = (context, context.SessionOptions, socket, client);
        _destination = context.WantsDestination && OperatingSystem.IsLinux() ? NativeSocket.Destination((int)socket.Handle, client.AddressFamily) : null;
        _identity = _destination is null ? null : context.Filters.Current.IdentityAt(_destination);
        _hostname = Encoding.UTF8.GetBytes(_identity?.Hostname ?? _options.Hostname);
        _stream = new NetworkStream(socket, ownsSocket: true);
        _lastHeard = context.Now().Milliseconds;
        Input = PipeReader.Create(this, new StreamPipeReaderOptions(leaveOpen: true));
        Output = new ReplyPipe(this);
    }

    public PipeReader Input { get; }

    public PipeWriter Output { get; }

    public bool IsSecure => _stream is SslStream;

    public SslProtocols SslProtocol => _stream is SslStream tls ? tls.SslProtocol : SslProtocols.None;

    public IPAddress ClientAddress => _client;

    public bool IsByProxy => false;

    public bool IsCounted { get; set; }

    public int Slot { get; set; }

    public bool IsAtRest => Volatile.Read(ref _isWaiting) && !Volatile.Read(ref _wake).IsCancellationRequested;

    public long Deadline => Volatile.Read(ref _deadline);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    private long IdleDeadline => Later(_lastHeard, _options.IdleTimeout);

    private long TransactionDeadline => _transaction is null ? long.MaxValue : Later(_transaction.StartedAt, _options.TransactionTimeout);

    private long DataDeadline => _isInData && _options.MinDataRate > 0
        ? _transaction!.DataStartedAt + Math.Max((long)_options.DataRateGrace.TotalMilliseconds, (_scanner.Size * 1000 / _options.MinDataRate) + 1)
        : long.MaxValue;

    /// <summary>Has the session look at its deadline and at whether the server stops. For any thread.</summary>
    public void Attend()
    {
        var phase = _context.StopPhase;
        if (phase == StopPhase.Aborting || (Volatile.Read(ref _isSending) && (phase == StopPhase.Forcing || Deadline <= _context.Now().Milliseconds)))
        {
            _socket.Dispose();
        }

        Volatile.Read(ref _wake).Cancel();
    }

    /// <summary>Does the handshake, with the certificates in force: the one that the package hands on is a stand-in.</summary>
    public async Task UpgradeAsync(X509Certificate certificate, SslProtocols protocols, CancellationToken cancellationToken = default)
    {
        await SendAsync();
        _start = _end;
        var tls = new SslStream(_stream);
        var timeout = _context.Tls!.HandshakeTimeout;
        using var patience = new CancellationTokenSource(timeout > TimeSpan.Zero ? timeout : Timeout.InfiniteTimeSpan, _context.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, _wake.Token);
        Task<SslServerAuthenticationOptions>? choice = null;
        try
        {
            await tls.AuthenticateAsServerAsync((_, hello, _, _) => new(choice = _context.Tls.OptionsForAsync(hello.ServerName, TlsFault.None)), state: null, either.Token);
            _context.Observer.TlsHandshakeEnded(tls.SslProtocol, succeeded: true);
            _context.Log.HandshakeDone(_id, _client, tls.SslProtocol);
            (_stream, _helo, _lastHeard) = (tls, [], _context.Now().Milliseconds);
        }
        catch (Exception error) when (choice is not { IsFaulted: true })
        {
            // The stream throws anything at all for what a client sends.
            _context.Observer.TlsHandshakeEnded(SslProtocols.None, succeeded: false);
            _context.Log.HandshakeFailed(_id, _client, (error.InnerException ?? error).Message);
            End(_context.StopPhase == StopPhase.Running ? SessionEndReason.TlsFailed : SessionEndReason.Shutdown);
        }
    }

    /// <summary>Hands over the next line, or what comes next of a message; nothing once the dialog has ended.</summary>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var length = 0;
        while (!IsEnded && !TryHandOver(buffer.Span, out length))
        {
            LookAtClock();
            if (!IsEnded && await SendAsync())
            {
                await ReceiveAsync();
            }
        }

        return length;
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing && !_isClosing)
        {
            _isClosing = true;
            _ = CloseAsync();
        }
    }

    private static long Later(long moment, TimeSpan limit) => limit > TimeSpan.Zero ? moment + (long)limit.TotalMilliseconds : long.MaxValue;

    /// <summary>The package looks for CRLF.CRLF and not for what an empty message is: the CRLF of the command is given to it once more.</summary>
    private void BeginData()
    {
        _scanner = EndOfDataScanner.Start();
        _isInData = true;
        _insertion = "\r\n"u8.ToArray();
    }

    private bool TryHandOver(Span<byte> buffer, out int length)
    {
        if (_released == 0 && _insertion.IsEmpty && _start < _end)
        {
            Release();
        }

        length = Math.Min(_insertion.IsEmpty ? _released : _insertion.Length, buffer.Length);
        if (_insertion.IsEmpty)
        {
            _input.AsSpan(_start, length).CopyTo(buffer);
            _start += length;
            _released -= length;
        }
        else
        {
            _insertion.Span[..length].CopyTo(buffer);
            _insertion = _insertion[length..];
        }

        return length > 0;
    }

    /// <summary>Finds out how much of what has come the package may see.</summary>
    private void Release()
    {
        var pending = _input.AsSpan(_start, _end - _start);
        if (_isInData)
        {
            _lastHeard = _context.Now().Milliseconds;
            var wasTooBig = IsTooBig;
            _isInData = !_scanner.Scan(pending, out var length);
            _released = wasTooBig ? 0 : length;
            _start += length - _released;

            // What was left out ends here; the octet in front keeps a dot handed over before from being taken for a part of it.
            _insertion = wasTooBig && !_isInData ? "-\r\n.\r\n"u8.ToArray() : default;
        }
        else if (pending.IndexOf("\r\n"u8) is >= 0 and var end)
        {
            _lastHeard = _context.Now().Milliseconds;
            _verb = Encoding.ASCII.GetString(pending[..Math.Min(end, 16)]).Split(' ')[0].ToUpperInvariant();
            _isAnswered = false;
            _released = end + 2;
        }
        else if (pending.Length == MaxLine)
        {
            Say(StandardReplies.EndlessLine);
            End(SessionEndReason.LineTooLong);
        }
    }

    private bool IsTooBig => _options.MaxMessageSize > 0 && _scanner.Size > _options.MaxMessageSize;

    private void LookAtClock()
    {
        var now = _context.Now().Milliseconds;
        var (reply, reason) = (_context.StopPhase, now) switch
        {
            ( >= StopPhase.Forcing, _) => (StandardReplies.ShuttingDown, SessionEndReason.Shutdown),
            (StopPhase.Draining, _) when _transaction is null => (StandardReplies.ShuttingDown, SessionEndReason.Shutdown),
            _ when now >= IdleDeadline => (StandardReplies.IdleTooLong, SessionEndReason.IdleTimeout),
            _ when now >= TransactionDeadline => (StandardReplies.TransactionTooLong, SessionEndReason.TransactionTimeout),
            _ when now >= DataDeadline => (StandardReplies.DataTooSlow, SessionEndReason.SlowClient),
            _ => default,
        };
        if (reply is not null)
        {
            Say(reply);
            End(reason);
        }
    }

    private async ValueTask ReceiveAsync()
    {
        _input.AsSpan(_start, _end - _start).CopyTo(_input);
        (_start, _end) = (0, _end - _start);
        Volatile.Write(ref _deadline, Math.Min(IdleDeadline, Math.Min(TransactionDeadline, DataDeadline)));
        try
        {
            Volatile.Write(ref _isWaiting, true);
            var bytes = await _stream.ReadAsync(_input.AsMemory(_end), _wake.Token);
            Volatile.Write(ref _isWaiting, false);
            if (bytes == 0)
            {
                Lose(inGoodOrder: true);
                return;
            }

            _end += bytes;
            _context.Observer.BytesReceived(bytes);
        }
        catch (Exception error) when (error is OperationCanceledException or IOException { InnerException: OperationCanceledException })
        {
            Volatile.Write(ref _isWaiting, false);
            Volatile.Write(ref _wake, new CancellationTokenSource());
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            Lose(inGoodOrder: false);
        }
    }

    private async ValueTask<bool> SendAsync()
    {
        if (_replies.Length == 0)
        {
            return true;
        }

        Volatile.Write(ref _deadline, _context.In(_context.SendTimeout));
        Volatile.Write(ref _isSending, true);
        try
        {
            await _stream.WriteAsync(_replies.PendingMemory);
            _context.Observer.BytesSent(_replies.Length);
            _replies.Clear();
            return true;
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            if (Deadline <= _context.Now().Milliseconds)
            {
                End(SessionEndReason.SlowClient);
            }

            Lose(inGoodOrder: false);
            return false;
        }
        finally
        {
            Volatile.Write(ref _isSending, false);
        }
    }

    private void Lose(bool inGoodOrder) => End(
        _context.StopPhase == StopPhase.Aborting ? SessionEndReason.Shutdown
        : _isInData ? SessionEndReason.ClosedInData
        : inGoodOrder ? SessionEndReason.ClientClosed
        : SessionEndReason.ConnectionReset);

    /// <summary>Sends what is left to say, and waits a little for the client to close: closing over unread octets would take the last reply away.</summary>
    private async Task CloseAsync()
    {
        var isLost = EndReason is SessionEndReason.ClientClosed or SessionEndReason.ClosedInData or SessionEndReason.ConnectionReset;
        End(SessionEndReason.Shutdown);
        try
        {
            using var patience = new CancellationTokenSource(ListenerContext.LingerTimeout, _context.Clock);
            if (!isLost && await SendAsync())
            {
                await (_stream is SslStream tls ? tls.ShutdownAsync() : Task.CompletedTask);
                _socket.Shutdown(SocketShutdown.Send);
                var isSilent = EndReason == SessionEndReason.Quit && _start == _end && _socket.Available == 0;
                Volatile.Write(ref _isWaiting, true);
                for (var left = LingerBytes; !isSilent && left > 0;)
                {
                    var bytes = await _socket.ReceiveAsync(_input, patience.Token);
                    left -= bytes == 0 ? left : bytes;
                }
            }
        }
        catch (Exception error) when (error is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The client, or the wait for it, is gone; so is this connection.
        }

        await _stream.DisposeAsync();
        _context.Observer.ConnectionClosed(EndReason);
        _context.Log.ConnectionEnded(_id, _context.Listener, _client, _user, EndReason);
        _context.Registry.Remove(this);
    }

    /// <summary>Takes the package's replies, each whole.</summary>
    private sealed class ReplyPipe(PackageSession session) : PipeWriter
    {
        private readonly ArrayBufferWriter<byte> _reply = new();

        public override Memory<byte> GetMemory(int sizeHint = 0) => _reply.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => _reply.GetSpan(sizeHint);

        public override void Advance(int bytes) => _reply.Advance(bytes);

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
        {
            session.TakeReply(_reply.WrittenSpan);
            _reply.ResetWrittenCount();
            return ValueTask.FromResult(new FlushResult(isCanceled: false, isCompleted: session.IsEnded));
        }

        public override void CancelPendingFlush()
        {
        }

        public override void Complete(Exception? exception = null)
        {
        }
    }
}
