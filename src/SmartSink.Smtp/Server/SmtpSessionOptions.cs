using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using SmartSink.Smtp.Auth;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Syntax;

namespace SmartSink.Smtp.Server;

/// <summary>What all sessions of a listener share: names and limits. Must not be changed once the first session has been made.</summary>
public sealed class SmtpSessionOptions
{
    // An identity lives as long as the revision of the rules that gave it, and its replies live as long as the identity.
    private readonly ConditionalWeakTable<ServerIdentity, SessionProfile> _profiles = [];

    /// <summary>The server's name in the greeting, the EHLO reply and <c>{hostname}</c>: a domain or address literal, 1 to 255 octets.</summary>
    public required string Hostname
    {
        get;
        init
        {
            ArgumentException.ThrowIfNullOrEmpty(value);
            field = value;
        }
    }

    /// <summary>SMTP or LMTP.</summary>
    public MailProtocol Protocol { get; init; }

    /// <summary>The text after the name in the greeting; lines end at LF, no other control characters, at most 400 octets.</summary>
    public string Banner { get; init; } = "ESMTP SmartSink, all mail is discarded";

    /// <summary>The largest message in octets, announced by SIZE (RFC 1870); 0 for no limit.</summary>
    public long MaxMessageSize { get; init; } = 50L * 1024 * 1024;

    /// <summary>
    /// The most recipients of a transaction, at least 1 (RFC 5321 section 4.5.3.1.8 requires 100); further ones are answered 452 4.5.3.
    /// </summary>
    public int MaxRecipients
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = 1000;

    /// <summary>The most messages on one connection; after that MAIL is answered 421 4.7.0. 0 for no limit.</summary>
    public int MaxMessages { get; init; }

    /// <summary>
    /// How many errors (500, 501, 502, 503, 504, 535, 555) a connection may have before 421 4.7.0 closes it; 0 for no limit.
    /// </summary>
    public int MaxErrors { get; init; } = 20;

    /// <summary>Whether STARTTLS is offered (RFC 3207).</summary>
    public bool OfferStartTls { get; init; }

    /// <summary>
    /// Whether a client without TLS is answered 530 to all commands but EHLO, HELO, NOOP, STARTTLS and QUIT (RFC 3207 section 4). BDAT has
    /// its own refusal, so that its octets are read.
    /// </summary>
    public bool RequireTls { get; init; }

    /// <summary>
    /// Whether only addresses as in RFC 5321 are accepted: in angle brackets, with a domain,
    /// and with dots only where a Dot-string allows them.
    /// </summary>
    public bool Strict { get; init; }

    /// <summary>
    /// Whether EHLO is answered 502, as by a server of RFC 821, which has none of the extensions that the reply to EHLO would list. Has no
    /// effect on LMTP, which has no other greeting than LHLO.
    /// </summary>
    public bool RefuseEhlo { get; init; }

    /// <summary>The faults of replies made on purpose; null for none.</summary>
    public IReplyFaultSource? ReplyFaults { get; init; }

    /// <summary>The extensions to offer; each is offered only if its prerequisites are met.</summary>
    public SmtpExtensions Extensions { get; init; } = SmtpExtensions.Default;

    /// <summary>How clients authenticate.</summary>
    public AuthOptions Auth { get; init; } = new();

    /// <summary>
    /// Time without a whole command line, or an octet of a message, from the client before it is answered 421 4.4.2 (RFC 5321 section
    /// 4.5.3.2.7); zero for no limit. A part of a line does not count.
    /// </summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Time from MAIL to the end of data before the client is answered 421 4.4.2; zero for no limit.</summary>
    public TimeSpan TransactionTimeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>
    /// The minimum average rate of a message's data in octets per second, checked after <see cref="DataRateGrace"/>; 0 for no limit.
    /// </summary>
    public int MinDataRate { get; init; } = 16;

    /// <summary>How long the data of a message may take before <see cref="MinDataRate"/> is enforced.</summary>
    public TimeSpan DataRateGrace { get; init; } = TimeSpan.FromSeconds(60);

    internal SessionProfile Profile => field ??= new SessionProfile(this);

    /// <summary>The profile with the same limits and extensions, under another name.</summary>
    internal SessionProfile ProfileOf(ServerIdentity identity) =>
        _profiles.TryGetValue(identity, out var profile) ? profile : _profiles.GetValue(identity, key => new SessionProfile(this, key));
}

/// <summary>The protocol that a listener's clients speak.</summary>
public enum MailProtocol : byte
{
    /// <summary>SMTP (RFC 5321).</summary>
    Smtp,

    /// <summary>LMTP (RFC 2033): LHLO in place of EHLO, and at end of data a reply for each recipient.</summary>
    Lmtp,
}

/// <summary>
/// The name under which a session answers instead of its listener's own. Compared by reference: the
/// replies made for an identity are kept as long as it is.
/// </summary>
/// <param name="hostname">The server's name in the greeting, the replies to EHLO and QUIT and <c>{hostname}</c>: a domain or address literal, 1 to 255 octets.</param>
/// <param name="banner">The text after the name in the greeting: lines end at LF, no other control characters, at
/// most 400 octets; null for the listener's own.</param>
public sealed class ServerIdentity(string hostname, string? banner)
{
    /// <summary>The server's name.</summary>
    public string Hostname { get; } = hostname;

    /// <summary>The text after the name in the greeting; null for the listener's own.</summary>
    public string? Banner { get; } = banner;

    /// <summary>As <see cref="SmtpSessionOptions.RefuseEhlo"/>; null for the listener's own setting.</summary>
    public bool? RefusesEhlo { get; init; }
}

/// <summary>What a listener's sessions share, ready for use: replies that contain the server's name, limits in milliseconds.</summary>
internal sealed class SessionProfile
{
    // HELP is a command of RFC 821, and XCLIENT is for proxies in front of the server, whatever it is.
    private const SmtpExtensions OfOldServers = SmtpExtensions.Help | SmtpExtensions.Xclient;

    private readonly FixedReply[] _hello;

    // Made when a fault first needs them.
    private readonly FixedReply?[] _manyKeywords = new FixedReply?[Enum.GetValues<HelloForm>().Length];
    private readonly FixedReply?[] _fullLines = new FixedReply?[Enum.GetValues<HelloForm>().Length];

    public SessionProfile(SmtpSessionOptions options, ServerIdentity? identity = null)
    {
        Options = options;
        RefusesEhlo = options.Protocol == MailProtocol.Smtp && (identity?.RefusesEhlo ?? options.RefuseEhlo);
        var hostname = identity?.Hostname ?? options.Hostname;
        Hostname = Encoding.UTF8.GetBytes(hostname);
        Greeting = new FixedReply(220, default, Encoding.UTF8.GetBytes($"{hostname} {identity?.Banner ?? options.Banner}"));
        Bye = identity is null ? StandardReplies.Bye : new FixedReply(221, new(2, 0, 0), Encoding.UTF8.GetBytes($"{hostname} closing connection"));
        var possible = Possible(options, RefusesEhlo);
        ExtensionsInClear = InClear(possible, options);
        ExtensionsOverTls = possible & ~SmtpExtensions.StartTls;
        _hello = [.. Enum.GetValues<HelloForm>().Select(form => HelloText(form, ReplyFault.None))];
        IdleTimeout = Milliseconds(options.IdleTimeout);
        TransactionTimeout = Milliseconds(options.TransactionTimeout);
        DataRateGrace = Milliseconds(options.DataRateGrace);
    }

    public SmtpSessionOptions Options { get; }

    public byte[] Hostname { get; }

    public FixedReply Greeting { get; }

    public FixedReply Bye { get; }

    public bool RefusesEhlo { get; }

    /// <summary>The reply to EHLO, LHLO or HELO, with the given fault.</summary>
    public FixedReply HelloReply(HelloForm form, ReplyFault fault) => fault switch
    {
        ReplyFault.Keywords => _manyKeywords[(int)form] ??= HelloText(form, fault),
        ReplyFault.FullLine => _fullLines[(int)form] ??= HelloText(form, fault),
        _ => _hello[(int)form],
    };

    /// <summary>The extensions without TLS, each only if its prerequisites are met.</summary>
    public SmtpExtensions ExtensionsInClear { get; }

    /// <summary>The extensions over TLS.</summary>
    public SmtpExtensions ExtensionsOverTls { get; }

    /// <summary>In milliseconds; 0 for no limit.</summary>
    public long IdleTimeout { get; }

    /// <summary>In milliseconds; 0 for no limit.</summary>
    public long TransactionTimeout { get; }

    public long DataRateGrace { get; }

    private FixedReply HelloText(HelloForm form, ReplyFault fault) => new(250, default, EhloText.Of(Encoding.UTF8.GetString(Hostname), Options, form switch
    {
        HelloForm.Helo => SmtpExtensions.None,
        HelloForm.EhloOverTls => ExtensionsOverTls,
        HelloForm.EhloWithoutTls => ExtensionsInClear & ~(SmtpExtensions.RequireTls | SmtpExtensions.StartTls),
        _ => ExtensionsInClear & ~SmtpExtensions.RequireTls,
    }, form == HelloForm.Helo && fault == ReplyFault.Keywords ? ReplyFault.None : fault));

    private static long Milliseconds(TimeSpan time) => (long)time.TotalMilliseconds;

    private static SmtpExtensions InClear(SmtpExtensions possible, SmtpSessionOptions options) =>
        possible
        & ~(options.OfferStartTls ? SmtpExtensions.None : SmtpExtensions.StartTls)
        & ~(options.Auth.AllowCleartext ? SmtpExtensions.None : SmtpExtensions.Auth);

    private static SmtpExtensions Possible(SmtpSessionOptions options, bool refusesEhlo) =>
        options.Extensions
        & (refusesEhlo ? OfOldServers : ~SmtpExtensions.None)
        & ~((options.Extensions & SmtpExtensions.Chunking) != SmtpExtensions.None ? SmtpExtensions.None : SmtpExtensions.BinaryMime)
        & ~(options.Auth.Mode == AuthMode.Off ? SmtpExtensions.Auth : SmtpExtensions.None);
}

/// <summary>The form of the reply to EHLO, LHLO or HELO.</summary>
internal enum HelloForm : byte
{
    Helo,
    EhloInClear,

    /// <summary>In the clear, to a client from which STARTTLS is hidden.</summary>
    EhloWithoutTls,

    EhloOverTls,
}

/// <summary>The text of the reply to EHLO: the server's name, and a line for each extension (RFC 5321 section 4.1.1.1).</summary>
internal static class EhloText
{
    // The longest interval and the latest time that can be written (RFC 4865 section 4): a server that holds no message can accept any.
    private const string AnyRelease = " 999999999 9999-12-31T23:59:59Z";

    // The number of keywords of ReplyFault.Keywords, and the length of a full line after its code and separator.
    private const int ManyKeywords = 60;
    private const int FullText = ReplyWriter.MaxLineLength - 6;

    public static byte[] Of(string hostname, SmtpSessionOptions options, SmtpExtensions offered, ReplyFault fault)
    {
        var lines = ExtensionKeywords.All
            .Where(known => (offered & known.Extension) != SmtpExtensions.None)
            .Select(known => known.Keyword + Parameters(known.Extension, options))
            .ToList();
        if (fault == ReplyFault.Keywords)
        {
            // A keyword that begins with X is for private use (RFC 5321 section 2.2.2).
            lines.AddRange(Enumerable.Range(lines.Count + 1, ManyKeywords - lines.Count).Select(number => string.Create(CultureInfo.InvariantCulture, $"X-KEYWORD-{number}")));
        }
        else if (fault == ReplyFault.FullLine)
        {
            hostname = $"{hostname} ".PadRight(FullText, 'x');
        }

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

    // RFC 9422 section 4: the limits that are enforced.
    private static string Limits(SmtpSessionOptions options) => string.Create(
        CultureInfo.InvariantCulture,
        $"{(options.MaxMessages > 0 ? $" MAILMAX={options.MaxMessages}" : string.Empty)} RCPTMAX={options.MaxRecipients}");
}

/// <summary>
/// Faults that a server makes on purpose in its replies: some that RFC 5321 allows but few servers show, and one that it does not allow.
/// </summary>
public enum ReplyFault : byte
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>
    /// The first line of a reply to EHLO is sent at once, the others <see cref="IReplyFaultSource.LateLineDelay"/> later.
    /// </summary>
    LateLine,

    /// <summary>DATA is answered 250 where 354 is due. No data is taken: what follows is read as commands, and the transaction stays open.</summary>
    OkFor354,

    /// <summary>The reply to EHLO has 60 keywords.</summary>
    Keywords,

    /// <summary>The first line of the reply to EHLO or HELO has 512 octets with its CRLF, the most that RFC 5321 section 4.5.3.1.5 allows.</summary>
    FullLine,
}

/// <summary>Decides which dialogs of a listener have a fault. Called from many threads at once.</summary>
public interface IReplyFaultSource
{
    /// <summary>How long the other lines of <see cref="ReplyFault.LateLine"/> are delayed.</summary>
    TimeSpan LateLineDelay { get; }

    /// <summary>Chooses the fault of the next dialog.</summary>
    ReplyFault Next();

    /// <summary>A client was sent a reply with a fault. Called each time, on the transport's thread: it must not block.</summary>
    void Met(ReplyFault fault, IPAddress? client);
}
