using System.Net;
using SmartSink.Settings;
using SmartSink.Smtp.Server;
using SmartSink.Transport;

namespace SmartSink.Connections;

/// <summary>A listener of our own engine: where connections come from, and what becomes of them.</summary>
/// <param name="settings">Where it listens.</param>
/// <param name="context">What its connections share.</param>
/// <param name="transport">Where they come from.</param>
internal sealed class Listener(ListenerSettings settings, ListenerContext context, ITransport transport) : IListener
{
    private IAcceptQueue? _queue;
    private Acceptor? _acceptor;

    /// <inheritdoc/>
    public ListenerEndpoint Bound => new(settings, (_queue ?? throw new InvalidOperationException("The listener is not open.")).EndPoint);

    /// <inheritdoc/>
    public IConnectionSet Connections => context.Registry;

    /// <inheritdoc/>
    public Task Completion => _acceptor?.Completion ?? Task.CompletedTask;

    /// <inheritdoc/>
    public void Open()
    {
        try
        {
            _queue = transport.Listen(settings.ListenAddress, settings.Port, clientSpeaksFirst: context.Proxy is not null);
        }
        catch (ListenException error)
        {
            throw new ListenException(context.Listener, error);
        }
    }

    /// <inheritdoc/>
    public void Start()
    {
        if (context.WantsDestination && !transport.SeesOriginalDestination)
        {
            context.Log.DestinationUnseen(context.Listener, transport.Name);
        }

        _acceptor = new Acceptor(_queue!, Welcome, context);
        context.Log.Listening(Bound.EndPoint, context.Listener);
        _acceptor.Start();
    }

    /// <inheritdoc/>
    public void Stop() => _acceptor?.Stop();

    /// <inheritdoc/>
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
        var connection = new SmtpConnection(context, channel, client);
        var refusal = context.Registry.TryAdd(connection);
        if (refusal == SessionEndReason.None)
        {
            connection.Start();
            return;
        }

        context.Refusals.Tell(channel, refusal);
        channel.Close();
        context.Observer.ConnectionClosed(refusal);
        context.Log.ConnectionRefused(client, context.Listener, refusal);
    }
}
