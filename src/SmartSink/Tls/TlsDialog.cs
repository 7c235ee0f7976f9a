using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using SmartSink.Listening;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;

namespace SmartSink.Tls;

/// <summary>
/// The dialog from STARTTLS on, or from its beginning. It runs as one asynchronous method, which owns the session all the while; the heartbeat and a stop
/// only wake it. While the client is silent neither this nor the TLS stream holds a buffer.
/// </summary>
[SuppressMessage("Reliability", "CA1001", Justification = "A source without a timer owns nothing, and the heartbeat may still hold it.")]
internal sealed class TlsDialog(ConnectionContext context, SmtpConnection connection, Socket socket, SmtpSession session, long id)
{
    /// <summary>A TLS record's worth of octets (RFC 8446 section 5.1).</summary>
    private const int ReadSize = 16 * 1024;

    private CancellationTokenSource _wake = new();
    private volatile TlsPhase _phase;
    private volatile bool _atRest;
    private StopPhase _stopSeen;
    private UnfinishedLine _unfinished;
    private ReplyBuffer? _replies;
    private TlsFault _fault;
    private bool _hasChosen;

    /// <summary>Why the connection was lost; null when the session ended the dialog and its last reply was sent.</summary>
    public SessionEndReason? LostBy { get; private set; }

    /// <summary>The exception behind <see cref="SessionEndReason.InternalError"/>.</summary>
    public Exception? Defect { get; private set; }

    /// <summary>Whether the client said nothing, and was not in a message, when the session was ended by the clock or a stop.</summary>
    public bool WasSilent { get; private set; }

    /// <summary>Whether the dialog waits for something.</summary>
    public bool IsAtRest => _atRest;

    private ReplyBuffer Replies => _replies ??= ThreadBuffers.TakeReplies();

    /// <summary>Starts the handshake. The connection is told when all is over.</summary>
    public void Start() => _ = RunAsync();

    /// <summary>
    /// The deadline has come or the server stops. A silent client's dialog is woken and asks its session; a client that keeps a
    /// handshake or a reply waiting is cut off.
    /// </summary>
    public void Attend()
    {
        var isDue = connection.Deadline <= context.Now().Milliseconds;
        switch (_phase)
        {
            case var _ when context.StopPhase == StopPhase.Aborting:
            case TlsPhase.Handshake or TlsPhase.Sending when context.StopPhase == StopPhase.Forcing:
                CutOff(SessionEndReason.Shutdown);
                break;
            case TlsPhase.Handshake when isDue:
                CutOff(SessionEndReason.TlsFailed);
                break;
            case TlsPhase.Sending or TlsPhase.Farewell when isDue:
                CutOff(SessionEndReason.SlowClient);
                break;
            case TlsPhase.Dialog:
                Volatile.Read(ref _wake).Cancel();
                break;
        }
    }

    private void CutOff(SessionEndReason reason)
    {
        LostBy = reason;
        socket.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            await using var tls = new SslStream(new NetworkStream(socket, ownsSocket: false));
            if (await TryHandshakeAsync(tls))
            {
                await ConverseAsync(tls);
                await SayFarewellAsync(tls);
            }
        }
        catch (Exception error) when (error is IOException or SocketException or ObjectDisposedException)
        {
            LostBy ??= session.IsInData ? SessionEndReason.ClosedInData : SessionEndReason.ConnectionReset;
        }
        catch (Exception error)
        {
            Defect = error;
            LostBy = SessionEndReason.InternalError;
        }

        GiveBackReplies();
        _unfinished.Release();
        _atRest = true;
        connection.TlsEnded();
    }

    private async Task<bool> TryHandshakeAsync(SslStream tls)
    {
        connection.Deadline = context.In(context.Tls!.HandshakeTimeout);
        try
        {
            var handshake = tls.AuthenticateAsServerAsync(static (_, hello, dialog, _) => ((TlsDialog)dialog!).ChooseAsync(hello), this);
            _atRest = true;
            await handshake;
        }
        catch (Exception error) when (!_hasChosen || error is IOException or SocketException or AuthenticationException or ObjectDisposedException)
        {
            // A client that begins with anything but a hello leaves the stream without a certificate, and that is what it complains of.
            await CarryOutFaultAsync();
            LostBy ??= SessionEndReason.TlsFailed;
            context.Observer.TlsHandshakeEnded(SslProtocols.None, succeeded: false);
            context.Log.HandshakeFailed(id, connection.ClientAddress, (error.InnerException ?? error).Message);
            return false;
        }
        finally
        {
            _atRest = false;
        }

        OpenSslBuffers.TryReleaseWhenIdle(tls);
        context.Observer.TlsHandshakeEnded(tls.SslProtocol, succeeded: true);
        context.Log.HandshakeDone(id, connection.ClientAddress, tls.SslProtocol);
        if (context.Tls.AsksForCertificate)
        {
            NoteCertificate(tls.RemoteCertificate);
        }

        return true;
    }

    private void NoteCertificate(X509Certificate? certificate)
    {
        var subject = certificate is null ? null : SubjectText.Of(certificate);
        context.Observer.ClientCertificateAsked(subject);
        if (subject is not null)
        {
            context.Log.ClientCertificate(id, connection.ClientAddress, subject);
        }
    }

    /// <summary>The client has said hello: whom it wants decides on the certificate, and on what goes wrong.</summary>
    private ValueTask<SslServerAuthenticationOptions> ChooseAsync(SslClientHelloInfo hello)
    {
        var serverName = hello.ServerName ?? string.Empty;
        _hasChosen = true;
        _fault = connection.FaultOf(serverName);
        return _fault is TlsFault.NoAnswer or TlsFault.Reset
            ? throw new AuthenticationException("a fault of SINK_TLS_FAULTS")
            : ValueTask.FromResult(context.Tls!.OptionsFor(serverName, _fault));
    }

    /// <summary>Does to the client, whose hello was left unanswered, what the fault says.</summary>
    private async ValueTask CarryOutFaultAsync()
    {
        if (_fault == TlsFault.Reset)
        {
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
            socket.Dispose();
        }
        else if (_fault == TlsFault.NoAnswer)
        {
            await IgnoreAsync();
        }
    }

    /// <summary>Drops whatever comes, until the client gives up or the handshake has taken too long.</summary>
    private async ValueTask IgnoreAsync()
    {
        var buffer = ArrayPool<byte>.Shared.Rent(ReadSize);
        try
        {
            while (await socket.ReceiveAsync(buffer.AsMemory()) > 0)
            {
                _atRest = true;
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // The client has reset the connection, or the deadline has closed it.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task ConverseAsync(SslStream tls)
    {
        session.TlsEstablished(context.Now());
        _phase = TlsPhase.Dialog;
        var action = context.IsTlsImplicit ? session.Start(Replies, context.Now()).Action : SessionAction.Read;
        while (true)
        {
            await SendAsync(tls, action);
            while (action == SessionAction.Flush)
            {
                action = Feed(_unfinished.Octets);
                await SendAsync(tls, action);
            }

            GiveBackReplies();
            if (action == SessionAction.Close || LostBy is not null)
            {
                return;
            }

            action = await IsReadableAsync(tls) ? await ReadAsync(tls) : AskSession();
        }
    }

    /// <summary>Waits, without a buffer, until the client has said something or is gone. False when the session is to be asked instead.</summary>
    private async ValueTask<bool> IsReadableAsync(SslStream tls)
    {
        connection.Deadline = session.Deadline;
        if (_stopSeen != context.StopPhase)
        {
            return false;
        }

        try
        {
            var readable = tls.ReadAsync(Memory<byte>.Empty, _wake.Token);
            _atRest = true;
            return await readable == 0;
        }
        catch (OperationCanceledException)
        {
            return Awake();
        }
        finally
        {
            _atRest = false;
        }
    }

    private async ValueTask<SessionAction> ReadAsync(SslStream tls)
    {
        var held = _unfinished.Octets.Length;
        var buffer = ArrayPool<byte>.Shared.Rent(held + ReadSize);
        try
        {
            _unfinished.Octets.CopyTo(buffer);
            var octets = await tls.ReadAsync(buffer.AsMemory(held), _wake.Token);
            if (octets == 0)
            {
                LostBy = session.IsInData ? SessionEndReason.ClosedInData : SessionEndReason.ClientClosed;
                return SessionAction.Read;
            }

            context.Observer.BytesReceived(octets);
            return Feed(buffer.AsSpan(0, held + octets));
        }
        catch (OperationCanceledException)
        {
            Awake();
            return AskSession();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Makes it possible to be woken once more. Comes before the session is asked, so that no reason to wake up is missed.</summary>
    private bool Awake()
    {
        Volatile.Write(ref _wake, new CancellationTokenSource());
        return false;
    }

    private SessionAction AskSession()
    {
        _stopSeen = context.StopPhase;
        WasSilent = !session.IsInData;
        return context.AskSession(session, Replies);
    }

    private SessionAction Feed(ReadOnlySpan<byte> octets)
    {
        WasSilent = false;
        var step = session.Advance(octets, Replies, context.Now());
        _unfinished.Keep(octets[step.Consumed..]);
        return step.Action;
    }

    /// <summary>Sends all replies. The session's last ones are its farewell, which a forced stop does not cut off.</summary>
    private async ValueTask SendAsync(SslStream tls, SessionAction then)
    {
        if (_replies is not { Length: > 0 } replies)
        {
            return;
        }

        var sending = tls.WriteAsync(replies.PendingMemory);
        if (!sending.IsCompleted)
        {
            connection.Deadline = context.In(context.SendTimeout);
            _phase = then == SessionAction.Close ? TlsPhase.Farewell : TlsPhase.Sending;
        }

        await sending;
        _phase = TlsPhase.Dialog;
        context.Observer.BytesSent(replies.Length);
        replies.Clear();
    }

    private async Task SayFarewellAsync(SslStream tls)
    {
        if (LostBy is null)
        {
            connection.Deadline = context.In(ConnectionContext.LingerTimeout);
            _phase = TlsPhase.Farewell;
            await tls.ShutdownAsync();
        }
    }

    private void GiveBackReplies()
    {
        if (_replies is not null)
        {
            ThreadBuffers.Return(_replies);
            _replies = null;
        }
    }
}
