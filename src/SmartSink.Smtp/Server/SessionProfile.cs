using System.Globalization;
using System.Text;
using SmartSink.Smtp.Auth;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Syntax;

namespace SmartSink.Smtp.Server;

/// <summary>What a listener's sessions share, in the form that they use: replies with the server's name in them, limits in milliseconds.</summary>
internal sealed class SessionProfile
{
    public SessionProfile(SmtpSessionOptions options, ServerIdentity? identity = null)
    {
        Options = options;
        var hostname = identity?.Hostname ?? options.Hostname;
        Hostname = Encoding.UTF8.GetBytes(hostname);
        Greeting = new FixedReply(220, default, Encoding.UTF8.GetBytes($"{hostname} {identity?.Banner ?? options.Banner}"));
        Bye = identity is null ? StandardReplies.Bye : new FixedReply(221, new(2, 0, 0), Encoding.UTF8.GetBytes($"{hostname} closing connection"));
        HeloReply = new FixedReply(250, default, Hostname);
        ExtensionsInClear = InClear(options);
        ExtensionsOverTls = OverTls(options);
        var announced = ExtensionsInClear & ~SmtpExtensions.RequireTls;
        EhloReplyInClear = new FixedReply(250, default, EhloText.Of(hostname, options, announced));
        EhloReplyWithoutTls = new FixedReply(250, default, EhloText.Of(hostname, options, announced & ~SmtpExtensions.StartTls));
        EhloReplyOverTls = new FixedReply(250, default, EhloText.Of(hostname, options, ExtensionsOverTls));
        IdleTimeout = Milliseconds(options.IdleTimeout);
        TransactionTimeout = Milliseconds(options.TransactionTimeout);
        DataRateGrace = Milliseconds(options.DataRateGrace);
    }

    public SmtpSessionOptions Options { get; }

    public byte[] Hostname { get; }

    public FixedReply Greeting { get; }

    public FixedReply Bye { get; }

    public FixedReply HeloReply { get; }

    public FixedReply EhloReplyInClear { get; }

    /// <summary>The same to a client from which STARTTLS is hidden.</summary>
    public FixedReply EhloReplyWithoutTls { get; }

    public FixedReply EhloReplyOverTls { get; }

    /// <summary>What is known before TLS, each extension only with what it needs.</summary>
    public SmtpExtensions ExtensionsInClear { get; }

    /// <summary>What is offered over TLS.</summary>
    public SmtpExtensions ExtensionsOverTls { get; }

    /// <summary>0 for no limit.</summary>
    public long IdleTimeout { get; }

    /// <summary>0 for no limit.</summary>
    public long TransactionTimeout { get; }

    public long DataRateGrace { get; }

    private static long Milliseconds(TimeSpan time) => (long)time.TotalMilliseconds;

    private static SmtpExtensions InClear(SmtpSessionOptions options) =>
        Possible(options)
        & ~(options.OfferStartTls ? SmtpExtensions.None : SmtpExtensions.StartTls)
        & ~(options.Auth.AllowCleartext ? SmtpExtensions.None : SmtpExtensions.Auth);

    private static SmtpExtensions OverTls(SmtpSessionOptions options) => Possible(options) & ~SmtpExtensions.StartTls;

    private static SmtpExtensions Possible(SmtpSessionOptions options) =>
        options.Extensions
        & ~((options.Extensions & SmtpExtensions.Chunking) != SmtpExtensions.None ? SmtpExtensions.None : SmtpExtensions.BinaryMime)
        & ~(options.Auth.Mode == AuthMode.Off ? SmtpExtensions.Auth : SmtpExtensions.None);
}

/// <summary>The text of the reply to EHLO: the server's name, and a line for each extension (RFC 5321 section 4.1.1.1).</summary>
internal static class EhloText
{
    // The longest interval and the latest moment that can be written (RFC 4865 section 4): what holds nothing can hold it for any time.
    private const string AnyRelease = " 999999999 9999-12-31T23:59:59Z";

    public static byte[] Of(string hostname, SmtpSessionOptions options, SmtpExtensions offered)
    {
        var lines = ExtensionKeywords.All
            .Where(known => (offered & known.Extension) != SmtpExtensions.None)
            .Select(known => known.Keyword + Parameters(known.Extension, options));
        return Encoding.UTF8.GetBytes(string.Join('\n', lines.Prepend(hostname)));
    }

    private static string Parameters(SmtpExtensions extension, SmtpSessionOptions options) => extension switch
    {
        SmtpExtensions.Size => string.Create(CultureInfo.InvariantCulture, $" {options.MaxMessageSize}"),
        SmtpExtensions.Auth => string.Concat(options.Auth.Mechanisms.Select(mechanism => $" {AuthMechanisms.NameOf(mechanism)}")),
        SmtpExtensions.Xclient => " NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT",
        SmtpExtensions.Limits => Limits(options),
        SmtpExtensions.FutureRelease => AnyRelease,
        _ => string.Empty,
    };

    // RFC 9422 section 4: those that are enforced.
    private static string Limits(SmtpSessionOptions options) => string.Create(
        CultureInfo.InvariantCulture,
        $"{(options.MaxMessages > 0 ? $" MAILMAX={options.MaxMessages}" : string.Empty)} RCPTMAX={options.MaxRecipients}");
}
