using System.Net;
using SmartSink.Settings;
using SmartSink.Smtp.Server;
using SmartSink.Transport;

namespace SmartSink.Connections;

/// <summary>One listener of the server: its socket, and what becomes of the connections that it takes. Used once.</summary>
/// <param name="settings">Where it listens.</param>
/// <param name="context">What its connections share.</param>
/// <param name="nextPoller">The polling thread of the next connection.</param>
internal sealed class Listener(ListenerSettings settings, ListenerContext context, Func<SocketPoller> nextPoller) : IDisposable
{
    private SmtpListener? _socket;
    private Acceptor? _acceptor;

    /// <summary>What its connections share.</summary>
    public ListenerContext Context => context;

    /// <summary>What it is, and where. Only after <see cref="Open"/>.</summary>
    public ListenerEndpoint Bound => new(settings, (_socket ?? throw new InvalidOperationException("The listener has no socket.")).EndPoint);

    /// <summary>Completes when no more connections are accepted: well after <see cref="Stop"/>, failed when the listening socket broke down.</summary>
    public Task Completion => _acceptor?.Completion ?? Task.CompletedTask;

    /// <summary>Takes the address and port; clients wait in the kernel's queue until <see cref="Start"/>.</summary>
    /// <exception cref="ListenException">It cannot listen where the settings say.</exception>
    public void Open()
    {
        try
        {
            _socket = SmtpListener.Open(settings.ListenAddress, settings.Port, clientSpeaksFirst: context.Proxy is not null);
        }
        catch (ListenException error)
        {
            throw new ListenException(context.Listener, error);
        }
    }

    /// <summary>Begins to accept connections, on a polling thread.</summary>
    public void Start(SocketPoller accepting)
    {
        _acceptor = new Acceptor(new PolledAcceptQueue(_socket!, accepting), accepting.Post, Welcome, context);
        context.Log.Listening(Bound.EndPoint, context.Listener);
        _acceptor.Start();
    }

    /// <summary>Accepts no more connections. For any thread.</summary>
    public void Stop() => _acceptor?.Stop();

    /// <summary>Closes the socket. Only when no connections are accepted any more.</summary>
    public void Dispose()
    {
        _acceptor?.Dispose();
        _socket?.Dispose();
    }

    private void Welcome(int descriptor, IPAddress client)
    {
        context.Observer.ConnectionOpened();
        var connection = new SmtpConnection(context, nextPoller(), descriptor, client);
        var refusal = context.Registry.TryAdd(connection);
        if (refusal == SessionEndReason.None)
        {
            connection.Start();
            return;
        }

        context.Refusals.Tell(descriptor, refusal);
        NativeSocket.Close(descriptor);
        context.Observer.ConnectionClosed(refusal);
        context.Log.ConnectionRefused(client, context.Listener, refusal);
    }
}
