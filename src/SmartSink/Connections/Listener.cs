using System.Net;
using System.Text;
using SmartSink.Settings;
using SmartSink.Settings.Values;
using SmartSink.Smtp.Server;
using SmartSink.Transport;

namespace SmartSink.Connections;

/// <summary>
/// Where connections come from, and what becomes of them. It is opened, started and stopped once, in that order; between stop and end it is
/// told how urgently the server stops.
/// </summary>
/// <param name="settings">Where it listens.</param>
/// <param name="context">What its connections share.</param>
/// <param name="transport">Where they come from.</param>
internal sealed class Listener(ListenerSettings settings, ListenerContext context, ITransport transport) : IDisposable
{
    private IAcceptQueue? _queue;
    private Acceptor? _acceptor;

    /// <summary>What it is, and where. Only after <see cref="Open"/>.</summary>
    public ListenerEndpoint Bound => new(settings, (_queue ?? throw new InvalidOperationException("The listener is not open.")).EndPoint);

    /// <summary>Its name, and the connections that wait to be accepted; null where the system does not tell. For any thread, at any time.</summary>
    public (string Listener, AcceptBacklog? Backlog) Backlog => (context.Listener, _queue?.Backlog);

    /// <summary>Completes when no more connections are accepted: well after <see cref="Stop"/>, failed when the listener broke down.</summary>
    public Task Completion => _acceptor?.Completion ?? Task.CompletedTask;

    /// <summary>Takes the address and port, or the Unix socket; clients wait until <see cref="Start"/>.</summary>
    /// <exception cref="ListenException">It cannot listen where the settings say.</exception>
    public void Open()
    {
        try
        {
            _queue = settings.UnixSocket is { } path
                ? transport.Listen(new UnixSocketPlace(path, settings.SocketMode, settings.SocketOwner))
                : transport.Listen(settings.ListenAddress, settings.Port, clientSpeaksFirst: context.Proxy is not null);
        }
        catch (ListenException error)
        {
            throw new ListenException(context.Listener, error);
        }
    }

    /// <summary>Begins to accept connections.</summary>
    public void Start()
    {
        if (context.WantsDestination && !transport.SeesOriginalDestination)
        {
            context.Log.DestinationUnseen(context.Listener, transport.Name);
        }

        _acceptor = new Acceptor(_queue!, Welcome, context);
        context.Log.Listening(Bound.Protocol, Bound.Address, context.Listener);
        _acceptor.Start();
    }

    /// <summary>Accepts no more connections. For any thread.</summary>
    public void Stop() => _acceptor?.Stop();

    /// <summary>Has something else go wrong with TLS, if it is spoken here; null for what the settings say.</summary>
    public void OverrideTlsFaults(TlsFaultRates? rates) => context.Tls?.Override(rates);

    /// <summary>The server stops, as urgently as that: what is to become of the connections. Called once for each phase, in their order.</summary>
    public void Hurry(StopPhase phase)
    {
        context.StopPhase = phase;
        context.Registry.AttendAll();
    }

    /// <summary>Only when no connections are accepted any more.</summary>
    public void Dispose()
    {
        _acceptor?.Dispose();
        _queue?.Dispose();
    }

    private void Welcome(Channel channel, IPAddress client)
    {
        context.Observer.ConnectionOpened();
        context.Gateways?.Look(client);
        var connection = new SmtpConnection(context, channel, client);
        var refusal = context.Registry.TryAdd(connection);
        if (refusal == SessionEndReason.None)
        {
            connection.Start();
            return;
        }

        context.Refusals.Tell(channel, refusal);
        channel.Close();
        context.Observer.ConnectionClosed(new ConnectionEnd { Reason = refusal, Client = client });
        context.Log.ConnectionRefused(client, context.Listener, refusal);
    }
}

/// <summary>A listener that has its address and port, or its Unix socket.</summary>
/// <param name="Settings">What it is.</param>
/// <param name="EndPoint">Where it listens, with the port that was found when 0 was asked for.</param>
internal sealed record ListenerEndpoint(ListenerSettings Settings, EndPoint EndPoint)
{
    /// <summary>What clients speak there, by its name: <c>SMTP</c> or <c>LMTP</c>.</summary>
    public string Protocol => Settings.Protocol.ToString().ToUpperInvariant();

    /// <summary>Where it is, for people: <c>127.0.0.1:2525</c>, <c>unix:/run/smartsink.sock</c>.</summary>
    public string Address => Settings.UnixSocket is { } path ? ListenPlace.UnixPrefix + path : EndPoint.ToString()!;
}

/// <summary>What a client is told that finds the server full, instead of a greeting (RFC 5321 section 3.1, 421).</summary>
/// <param name="hostname">The server's name.</param>
/// <param name="isTlsImplicit">Whether the client expects TLS, so that it is told nothing in the clear.</param>
/// <param name="sessions">Who counts replies.</param>
/// <param name="connections">Who counts bytes.</param>
internal sealed class RefusalReplies(string hostname, bool isTlsImplicit, ISessionObserver sessions, IConnectionObserver connections)
{
    private const int Code = 421;

    private readonly byte[] _full = Encoding.UTF8.GetBytes($"421 4.3.2 {hostname} too many connections, try again later\r\n");
    private readonly byte[] _fullForAddress = Encoding.UTF8.GetBytes($"421 4.7.0 {hostname} too many connections from your address\r\n");

    /// <summary>The reply, as it goes onto the wire.</summary>
    public byte[] TextFor(SessionEndReason reason) => reason == SessionEndReason.TooManyConnections ? _full : _fullForAddress;

    /// <summary>Tells the client, as far as that is possible without waiting. The connection is to be closed next.</summary>
    public void Tell(Channel channel, SessionEndReason reason)
    {
        if (isTlsImplicit)
        {
            return;
        }

        // What the client said before its turn is read, because closing over unread bytes would reset the connection and take
        // the reply with it.
        channel.Receive(ThreadBuffers.Scratch, out _);
        connections.BytesSent(channel.Send(TextFor(reason), last: true, out _));
        sessions.ReplyWritten(Code);
    }
}
