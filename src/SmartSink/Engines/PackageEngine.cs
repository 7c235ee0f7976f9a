using System.Buffers;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using SmartSink.Connections;
using SmartSink.Settings;
using SmartSink.Smtp.Auth;
using SmartSink.Smtp.Server;
using SmartSink.Smtp.Syntax;
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
/// The SmtpServer package as the engine of a listener. It gets pipes in place of sockets, one for each session, and runs on the thread that
/// writes to them: everything it awaits is either done or ours, so that a session's call returns once the package waits for more.
/// </summary>
internal sealed class PackageEngine : ISessionEngine, IEndpointListenerFactory, IEndpointListener, ICertificateFactory
{
    /// <summary>The extensions that the package has.</summary>
    public const SmtpExtensions Extensions =
        SmtpExtensions.Pipelining | SmtpExtensions.Size | SmtpExtensions.EightBitMime | SmtpExtensions.SmtpUtf8
        | SmtpExtensions.EnhancedStatusCodes | SmtpExtensions.StartTls | SmtpExtensions.Auth;

    private readonly SmtpSessionOptions _options;
    private readonly Lock _gate = new();
    private TaskCompletionSource<ISecurableDuplexPipe> _next = new();
    private ISessionContext? _nextContext;

    /// <summary>Has the package wait for the first session.</summary>
    /// <param name="options">Names and limits, without what the package lacks.</param>
    public PackageEngine(SmtpSessionOptions options)
    {
        _options = options;
        var services = new SmtpServer.ComponentModel.ServiceProvider();
        services.Add((IEndpointListenerFactory)this);
        var judge = new Judge();
        services.Add((Filter)judge);
        services.Add((IMessageStore)judge);
        services.Add((IUserAuthenticator)judge);
        var builder = new SmtpServerOptionsBuilder()
            .ServerName(options.Hostname)
            .MaxMessageSize((int)Math.Min(options.MaxMessageSize, int.MaxValue))
            .MaxRetryCount(int.MaxValue)
            .MaxAuthenticationAttempts(int.MaxValue)
            .CommandWaitTimeout(Timeout.InfiniteTimeSpan)
            .CustomSmtpGreeting(static context => SessionOf(context).Greet())
            .Endpoint(endpoint =>
            {
                endpoint.SessionTimeout(Timeout.InfiniteTimeSpan)
                    .AuthenticationRequired(options.Auth.Mode == AuthMode.Required)
                    .AllowUnsecureAuthentication(options.Auth.AllowCleartext);
                if (options.OfferStartTls && options.Extensions.HasFlag(SmtpExtensions.StartTls))
                {
                    endpoint.Certificate((ICertificateFactory)this);
                }
            });
        var package = new Package(builder.Build(), services);
        package.SessionFaulted += static (_, fault) => SessionOf(fault.Context).Fault(fault.Exception);

        // Never told to stop, because it would cut off who is in the middle of a message; it holds nothing but memory.
        _ = package.StartAsync(CancellationToken.None);
    }

    /// <summary>The mechanisms that the package has.</summary>
    public static IReadOnlyList<AuthMechanism> Mechanisms { get; } = [AuthMechanism.Plain, AuthMechanism.Login];

    /// <summary>What it is to a listener.</summary>
    public static EngineKind Kind { get; } = new(Extensions, Mechanisms, options => new PackageEngine(options));

    /// <summary>The engine of a listener, where its settings ask for this one.</summary>
    public static EngineKind? Of(ListenerSettings listener) => listener.Engine == SmtpEngine.SmtpServer ? Kind : null;

    /// <inheritdoc/>
    public MailSession NewSession(ListenerContext context, IPAddress client, uint number, StartTlsDenial denial) =>
        new PackageSession(this, _options, context, client, number) { StartTlsDenial = denial };

    /// <summary>Hands a session to the package, which greets its client before this returns.</summary>
    public void Begin(PackageSession session)
    {
        lock (_gate)
        {
            _nextContext!.CommandExecuting += (_, told) => session.Begin(told.Command);
            _next.SetResult(session);
        }
    }

    IEndpointListener IEndpointListenerFactory.CreateListener(IEndpointDefinition endpointDefinition) => this;

    Task<ISecurableDuplexPipe> IEndpointListener.GetPipeAsync(ISessionContext context, CancellationToken cancellationToken)
    {
        (_next, _nextContext) = (new(), context);
        return _next.Task;
    }

    /// <summary>None: the connection does the handshake.</summary>
    X509Certificate ICertificateFactory.GetServerCertificate(ISessionContext sessionContext) => null!;

    void IDisposable.Dispose()
    {
    }

    private static PackageSession SessionOf(ISessionContext context) => (PackageSession)context.Pipe;

    /// <summary>Asks the session, which asks the policy. No part of the engine, because the package disposes of what it can after each use.</summary>
    private sealed class Judge : Filter, IMessageStore, IUserAuthenticator
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
