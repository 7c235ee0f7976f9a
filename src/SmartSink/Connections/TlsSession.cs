using System.Buffers;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using SmartSink.Settings.Values;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;
using SmartSink.Tls;
using SmartSink.Transport;

namespace SmartSink.Connections;

/// <summary>
/// The dialog from STARTTLS on, or from its beginning: one asynchronous method, all of which runs on the connection's thread,
/// for all that it waits for is the connection's socket. While the client is silent neither this nor the TLS stream holds a buffer.
/// </summary>
internal sealed class TlsSession(ListenerContext context, SmtpConnection connection, ChannelStream stream, MailSession session, uint id)
{
    /// <summary>A TLS record's worth of bytes (RFC 8446 section 5.1).</summary>
    private const int ReadSize = 16 * 1024;

    /// <summary>Characters that are kept of a client's certificate's subject.</summary>
    private const int LongestSubject = 128;

    private TlsPhase _phase;
    private StopPhase _stopSeen;
    private bool _hasPaused;
    private UnfinishedLine _unfinished;
    private ReplyBuffer? _replies;

    /// <summary>Why the connection was lost; null when the session ended the dialog and its last reply was sent.</summary>
    public SessionEndReason? LostBy { get; private set; }

    /// <summary>What the session asked for in the end; the connection does it without TLS.</summary>
    public SessionAction Ending { get; private set; }

    /// <summary>Whether a reply waits for its time.</summary>
    public bool IsPausing => _phase == TlsPhase.Pausing;

    /// <summary>The version agreed on; none before that.</summary>
    public SslProtocols Version { get; private set; }

    /// <summary>The exception behind <see cref="SessionEndReason.InternalError"/>.</summary>
    public Exception? Defect { get; private set; }

    /// <summary>Whether the client said nothing, and was not in a message, when the session was ended by the clock or a stop.</summary>
    public bool WasSilent { get; private set; }

    /// <summary>What was reported of the socket, for the connection that goes on with it.</summary>
    public Readiness Readiness => stream.Readiness;

    /// <summary>Where the dialog stands, with what TLS adds to it. For any thread.</summary>
    public DialogPhase PhaseOf(DialogPhase dialog) => _phase switch
    {
        TlsPhase.Handshake => DialogPhase.TlsHandshake,
        TlsPhase.Sending => DialogPhase.Sending,
        TlsPhase.Farewell => DialogPhase.Closing,
        _ => dialog,
    };

    private bool IsFault => Ending == SessionAction.Stall || session.EndReason == SessionEndReason.Fault;

    private ReplyBuffer Replies => _replies ??= ThreadBuffers.TakeReplies();

    /// <summary>Starts the handshake. The connection is told when all is over.</summary>
    public void Start() => _ = RunAsync();

    /// <summary>The socket's state has changed.</summary>
    public void OnReady(ReadyFlags flags) => stream.OnReady(flags);

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
            case TlsPhase.Dialog or TlsPhase.Pausing:
                stream.Wake();
                break;
        }
    }

    private void CutOff(SessionEndReason reason)
    {
        LostBy = reason;
        stream.Cut();
    }

    private async Task RunAsync()
    {
        try
        {
            await using var tls = new SslStream(stream);
            if (await TryHandshakeAsync(tls))
            {
                await ConverseAsync(tls);
                await SayFarewellAsync(tls);
            }
        }
        catch (IOException)
        {
            LostBy ??= session.LossReason(inGoodOrder: false);
        }
        catch (Exception error)
        {
            Defect = error;
            LostBy = SessionEndReason.InternalError;
        }

        GiveBackReplies();
        _unfinished.Release();
        connection.TlsEnded();
    }

    private async Task ConverseAsync(SslStream tls)
    {
        session.TlsEstablished(context.Now());
        _phase = TlsPhase.Dialog;
        var action = context.IsTlsImplicit ? session.Start(Replies, context.Now()).Action : SessionAction.Read;
        while (true)
        {
            while (action == SessionAction.Flush)
            {
                if (Replies.IsFull)
                {
                    await SendAsync(tls, action);
                }

                action = Feed(_unfinished.Bytes);
            }

            await SendAsync(tls, action);
            GiveBackReplies();
            if (action is SessionAction.Close or SessionAction.Stall or SessionAction.Reset || LostBy is not null)
            {
                Ending = action;
                return;
            }

            if (action == SessionAction.Pause)
            {
                if (BeginPause())
                {
                    await stream.PauseAsync();
                    EndPause();
                }

                action = AskSession();
                continue;
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
            return await tls.ReadAsync(Memory<byte>.Empty) == 0;
        }
        catch (Exception error) when (IsWake(error))
        {
            return false;
        }
    }

    /// <summary>False when the session is to be asked at once.</summary>
    private bool BeginPause()
    {
        connection.Deadline = session.Deadline;
        if (_stopSeen != context.StopPhase)
        {
            return false;
        }

        _phase = TlsPhase.Pausing;
        connection.Expect();
        return true;
    }

    private void EndPause()
    {
        _phase = TlsPhase.Dialog;
        _hasPaused = true;
    }

    private async ValueTask<SessionAction> ReadAsync(SslStream tls)
    {
        var held = _unfinished.Bytes.Length;
        var buffer = ArrayPool<byte>.Shared.Rent(held + ReadSize);
        try
        {
            _unfinished.Bytes.CopyTo(buffer);
            var bytes = await tls.ReadAsync(buffer.AsMemory(held));
            if (bytes == 0)
            {
                LostBy = session.LossReason(inGoodOrder: true);
                return SessionAction.Read;
            }

            context.Observer.BytesReceived(bytes);
            return Feed(buffer.AsSpan(0, held + bytes));
        }
        catch (Exception error) when (IsWake(error))
        {
            return AskSession();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The TLS stream passes on what ends its own read, or wraps it.</summary>
    private static bool IsWake(Exception error) => error is OperationCanceledException or IOException { InnerException: OperationCanceledException };

    private SessionAction AskSession()
    {
        _stopSeen = context.StopPhase;
        WasSilent = !session.IsInData && !_hasPaused;
        _hasPaused = false;
        return context.AskSession(session, Replies);
    }

    private SessionAction Feed(ReadOnlySpan<byte> bytes)
    {
        WasSilent = false;
        var step = session.Advance(bytes, Replies, context.Now());
        _unfinished.Keep(bytes[step.Consumed..]);
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

    /// <summary>
    /// Ends TLS, so that nobody can cut replies off unnoticed (RFC 8446 section 6.1); a client that has ended its side may still listen. One that
    /// meets a fault hears nothing of it.
    /// </summary>
    private async Task SayFarewellAsync(SslStream tls)
    {
        if ((LostBy is null or SessionEndReason.ClientClosed) && !IsFault)
        {
            connection.Deadline = context.In(ListenerContext.LingerTimeout);
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

    private TlsFault _fault;
    private bool _isChoosing;

    private async Task<bool> TryHandshakeAsync(SslStream tls)
    {
        connection.Deadline = context.In(context.Tls!.HandshakeTimeout);
        try
        {
            await tls.AuthenticateAsServerAsync(static (_, hello, dialog, _) => ((TlsSession)dialog!).ChooseAsync(hello), this);
        }
        catch (Exception error) when (!_isChoosing || error is IOException)
        {
            // The stream throws anything at all for what a client sends. Our own part of a handshake is the choice of the certificate.
            await CarryOutFaultAsync();
            LostBy ??= SessionEndReason.TlsFailed;
            context.Observer.TlsHandshakeEnded(SslProtocols.None, succeeded: false, id);
            context.Log.HandshakeFailed(id, connection.ClientAddress, (error.InnerException ?? error).Message);
            return false;
        }

        Version = tls.SslProtocol;
        context.Observer.TlsHandshakeEnded(tls.SslProtocol, succeeded: true, id);
        context.Log.HandshakeDone(id, connection.ClientAddress, tls.SslProtocol);
        if (context.Tls.AsksForCertificate)
        {
            NoteCertificate(tls.RemoteCertificate);
        }

        return true;
    }

    private void NoteCertificate(X509Certificate? certificate)
    {
        var subject = certificate is null ? null : SubjectOf(certificate);
        context.Observer.ClientCertificateAsked(subject);
        if (subject is not null)
        {
            context.Log.ClientCertificate(id, connection.ClientAddress, subject);
        }
    }

    /// <summary>The distinguished name, which may hold anything, in one line without control characters.</summary>
    private static string SubjectOf(X509Certificate certificate)
    {
        var subject = certificate.Subject;
        var kept = subject.Length <= LongestSubject ? subject : subject[..LongestSubject];
        return string.Concat(kept.Select(character => char.IsControl(character) || char.IsSurrogate(character) ? '?' : character));
    }

    /// <summary>The client has said hello: whom it wants decides on the certificate, and on what goes wrong.</summary>
    private async ValueTask<SslServerAuthenticationOptions> ChooseAsync(SslClientHelloInfo hello)
    {
        var serverName = hello.ServerName ?? string.Empty;
        _isChoosing = true;
        _fault = connection.FaultOf(serverName);
        if (_fault is TlsFault.NoAnswer or TlsFault.Reset)
        {
            _isChoosing = false;
            throw new AuthenticationException("a fault of SINK_TLS_FAULTS");
        }

        var choice = context.Tls!.OptionsForAsync(serverName, _fault);
        await stream.WaitForAsync(choice);
        var options = await choice;
        _isChoosing = false;
        return options;
    }

    /// <summary>Does to the client, whose hello was left unanswered, what the fault says.</summary>
    private async ValueTask CarryOutFaultAsync()
    {
        if (_fault == TlsFault.Reset)
        {
            connection.ResetOnClose();
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
            while (await stream.ReadAsync(buffer) > 0)
            {
            }
        }
        catch (IOException)
        {
            // The client has reset the connection, or its time is over.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}

/// <summary>What a TLS dialog is doing, and so what it means when its deadline comes.</summary>
internal enum TlsPhase
{
    /// <summary>The handshake.</summary>
    Handshake,

    /// <summary>It waits for the client, or works on what the client said.</summary>
    Dialog,

    /// <summary>A reply waits for its time.</summary>
    Pausing,

    /// <summary>It waits for the client to read its replies.</summary>
    Sending,

    /// <summary>The session is over; its last reply or the closing alert is on its way.</summary>
    Farewell,
}

/// <summary>Names what became of a session whose client went away.</summary>
internal static class LossReasons
{
    /// <summary>The reason.</summary>
    /// <param name="session">The session as the client left it.</param>
    /// <param name="inGoodOrder">Whether the client closed the connection, in place of resetting it or vanishing.</param>
    public static SessionEndReason LossReason(this MailSession session, bool inGoodOrder) =>
        session.IsInData ? SessionEndReason.ClosedInData
        : inGoodOrder ? SessionEndReason.ClientClosed
        : SessionEndReason.ConnectionReset;
}
