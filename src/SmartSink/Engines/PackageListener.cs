using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using SmartSink.Connections;
using SmartSink.Settings;
using SmartSink.Smtp.Auth;
using SmartSink.Smtp.Server;
using SmartSink.Smtp.Syntax;
using SmartSink.Transport;
using SmtpServer;
using SmtpServer.Authentication;
using SmtpServer.IO;
using SmtpServer.Mail;
using SmtpServer.Net;
using SmtpServer.Protocol;
using SmtpServer.Storage;
using Filter = SmtpServer.Storage.IMailboxFilter;
using Package = SmtpServer.SmtpServer;

namespace SmartSink.Engines;

/// <summary>
/// A listener whose dialogs are led by the SmtpServer package: its filter of mailboxes asks the policy in force. Sockets, limits, deadlines
/// and the stop are ours, because the package would drop every session the moment that it is told to stop.
/// </summary>
internal sealed class PackageListener : IListener, IEndpointListenerFactory, IEndpointListener, ICertificateFactory
{
    private readonly ListenerSettings _settings;
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Package _package;
    private Socket? _socket;
    private AcceptBackoff _backoff;

    public PackageListener(ListenerSettings settings, ListenerContext context)
    {
        (_settings, Context) = (settings, context);
        var options = context.SessionOptions;
        var services = new SmtpServer.ComponentModel.ServiceProvider();
        services.Add((IEndpointListenerFactory)this);
        var judge = new PolicyFilter();
        services.Add((Filter)judge);
        services.Add((IMessageStore)judge);
        services.Add((IUserAuthenticator)judge);
        var builder = new SmtpServerOptionsBuilder()
            .ServerName(options.Hostname)
            .MaxMessageSize((int)Math.Min(options.MaxMessageSize, int.MaxValue))
            .MaxRetryCount(int.MaxValue)
            .MaxAuthenticationAttempts(int.MaxValue)
            .CommandWaitTimeout(Timeout.InfiniteTimeSpan)
            .CustomSmtpGreeting(Greet)
            .Endpoint(endpoint =>
            {
                endpoint.IsSecure(context.IsTlsImplicit)
                    .SessionTimeout(Timeout.InfiniteTimeSpan)
                    .AuthenticationRequired(options.Auth.Mode == AuthMode.Required)
                    .AllowUnsecureAuthentication(options.Auth.AllowCleartext);
                if (context.IsTlsImplicit || (options.OfferStartTls && options.Extensions.HasFlag(SmtpExtensions.StartTls)))
                {
                    endpoint.Certificate((ICertificateFactory)this);
                }
            });
        _package = new Package(builder.Build(), services);
        _package.SessionFaulted += (_, fault) => (fault.Context.Pipe as PackageSession)?.Fault(fault.Exception);
    }

    private ListenerContext Context { get; }

    public IConnectionSet Connections => Context.Registry;

    public ListenerEndpoint Bound => new(_settings, (IPEndPoint)_socket!.LocalEndPoint!);

    public Task Completion => _completion.Task;

    public void Open()
    {
        try
        {
            _socket = ListenSocket.Open(_settings.ListenAddress, _settings.Port);
        }
        catch (ListenException error)
        {
            throw new ListenException(Context.Listener, error);
        }
    }

    public void Start()
    {
        Context.Log.Listening(Bound.EndPoint, Context.Listener);
        _ = ServeAsync();
    }

    public void Stop() => _stopping.Cancel();

    public void Hurry(StopPhase phase)
    {
        Context.StopPhase = phase;
        Context.Registry.AttendAll();
    }

    public void Dispose()
    {
        Stop();
        _socket?.Dispose();
    }

    IEndpointListener IEndpointListenerFactory.CreateListener(IEndpointDefinition endpointDefinition) => this;

    /// <summary>The next client for which there is room.</summary>
    async Task<ISecurableDuplexPipe> IEndpointListener.GetPipeAsync(ISessionContext context, CancellationToken cancellationToken)
    {
        while (await AcceptAsync() is { } socket)
        {
            if (Welcome(socket) is { } session)
            {
                session.Attach(context);
                return session;
            }
        }

        // Told to stop, the package cuts off whoever is in the middle of a message; so it is told when nobody is left.
        await Context.Registry.WhenEmpty();
        _package.Shutdown();
        throw new OperationCanceledException(cancellationToken);
    }

    /// <summary>None: the handshake is done by <see cref="PackageSession.UpgradeAsync"/>, which knows the name that the client asks for.</summary>
    X509Certificate ICertificateFactory.GetServerCertificate(ISessionContext sessionContext) => null!;

    private static PackageSession SessionOf(ISessionContext context) => (PackageSession)context.Pipe;

    private static string Greet(ISessionContext context)
    {
        SessionOf(context).Greet();
        return "220 ";
    }

    private async Task ServeAsync()
    {
        try
        {
            await _package.StartAsync(CancellationToken.None);
        }
#pragma warning disable CA1031 // Whatever ends the package's loop ends the listener, and the host has to hear of it.
        catch (Exception error)
#pragma warning restore CA1031
        {
            _completion.TrySetException(error);
        }
    }

    private async Task<Socket?> AcceptAsync()
    {
        while (true)
        {
            try
            {
                var socket = await _socket!.AcceptAsync(_stopping.Token);
                _backoff.Reset();
                return socket;
            }
            catch (SocketException error) when (AcceptErrors.TierOf(error.SocketErrorCode) != AcceptErrorTier.Fatal)
            {
                Context.Observer.AcceptFailed(error.SocketErrorCode.ToString());
                if (AcceptErrors.TierOf(error.SocketErrorCode) == AcceptErrorTier.Exhausted)
                {
                    var delay = _backoff.Next();
                    Context.Log.AcceptDelayed(Context.Listener, error.SocketErrorCode, delay.TotalMilliseconds);
                    await Task.Delay(delay, Context.Clock, CancellationToken.None);
                }
                else
                {
                    Context.Log.AcceptFailed(Context.Listener, error.SocketErrorCode);
                }
            }
            catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException)
            {
                _completion.TrySetResult();
                return null;
            }
            catch (SocketException error)
            {
                Context.Observer.AcceptFailed(error.SocketErrorCode.ToString());
                _completion.TrySetException(error);
                return null;
            }
        }
    }

    private PackageSession? Welcome(Socket socket)
    {
        var remote = ((IPEndPoint)socket.RemoteEndPoint!).Address;
        var client = remote.IsIPv4MappedToIPv6 ? remote.MapToIPv4() : remote;
        Context.Observer.ConnectionOpened();
        Context.Gateways?.Look(client);
        var session = new PackageSession(Context, socket, client);
        var refusal = Context.Registry.TryAdd(session);
        if (refusal == SessionEndReason.None)
        {
            return session;
        }

        Refuse(socket, Context.Refusals.TextFor(refusal));
        Context.Observer.ConnectionClosed(refusal);
        Context.Log.ConnectionRefused(client, Context.Listener, refusal);
        return null;
    }

    private void Refuse(Socket socket, byte[] reply)
    {
        using (socket)
        {
            if (!Context.IsTlsImplicit)
            {
                // Closing over what is unread would take the reply away.
                socket.Blocking = false;
                _ = socket.Receive(new byte[1024], SocketFlags.None, out _);
                Context.Observer.BytesSent(socket.Send(reply, SocketFlags.None, out _));
                Context.SessionObserver.ReplyWritten(421);
            }
        }
    }

    /// <summary>Asks the session, which asks the policy. No part of the listener, because the package disposes of what it can after each use.</summary>
    private sealed class PolicyFilter : Filter, IMessageStore, IUserAuthenticator
    {
        public Task<bool> CanAcceptFromAsync(ISessionContext context, IMailbox from, int size, CancellationToken cancellationToken) =>
            Task.FromResult(SessionOf(context).TakeSender(from));

        public Task<bool> CanDeliverToAsync(ISessionContext context, IMailbox to, IMailbox from, CancellationToken cancellationToken) =>
            Task.FromResult(SessionOf(context).TakeRecipient(to));

        public Task<SmtpResponse> SaveAsync(ISessionContext context, IMessageTransaction transaction, ReadOnlySequence<byte> buffer, CancellationToken cancellationToken)
        {
            SessionOf(context).TakeMessage();
            return Task.FromResult(SmtpResponse.Ok);
        }

        public Task<bool> AuthenticateAsync(ISessionContext context, string user, string password, CancellationToken cancellationToken) =>
            Task.FromResult(SessionOf(context).Authenticate(user, password));
    }
}
