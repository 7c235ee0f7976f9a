using System.Text;
using SmartSink.Smtp.Auth;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;
using SmartSink.Smtp.Syntax;

namespace SmartSink.Engines;

/// <summary>
/// The package's replies in our words: what was refused, and why, stays its own opinion; the code is ours where it uses one for several
/// things, and every reply gets its enhanced code.
/// </summary>
internal static class PackageReplies
{
    private const string RetriesBegin = ", ";
    private const string RetriesEnd = " retry(ies) remaining.";

    /// <summary>The extensions that the package has.</summary>
    public const SmtpExtensions Extensions =
        SmtpExtensions.Pipelining | SmtpExtensions.Size | SmtpExtensions.EightBitMime | SmtpExtensions.SmtpUtf8
        | SmtpExtensions.EnhancedStatusCodes | SmtpExtensions.StartTls | SmtpExtensions.Auth;

    /// <summary>The mechanisms that the package has.</summary>
    public static IReadOnlyList<AuthMechanism> Mechanisms { get; } = [AuthMechanism.Plain, AuthMechanism.Login];

    public static FixedReply Greeting(ReadOnlySpan<byte> hostname, string banner) =>
        new(220, default, (byte[])[.. hostname, (byte)' ', .. Encoding.UTF8.GetBytes(banner)]);

    /// <summary>The reply to EHLO: what the listener offers, as far as the package has it.</summary>
    public static FixedReply Ehlo(ReadOnlySpan<byte> hostname, SmtpSessionOptions options, bool isTls)
    {
        var offered = options.Extensions & Extensions
            & ~(isTls || !options.OfferStartTls ? SmtpExtensions.StartTls : SmtpExtensions.None)
            & ~(options.Auth.Mode == AuthMode.Off || !(isTls || options.Auth.AllowCleartext) ? SmtpExtensions.Auth : SmtpExtensions.None);
        var lines = ExtensionKeywords.All.Where(known => (offered & known.Extension) != SmtpExtensions.None).Select(known => known.Extension switch
        {
            SmtpExtensions.Size => $"{known.Keyword} {options.MaxMessageSize}",
            SmtpExtensions.Auth => $"{known.Keyword} {string.Join(' ', options.Auth.Mechanisms.Intersect(Mechanisms).Select(AuthMechanisms.NameOf))}",
            _ => known.Keyword,
        });
        return new FixedReply(250, default, (byte[])[.. hostname, .. Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => $"\n{line}")))]);
    }

    /// <summary>The code of what the package says; all its lines have the same.</summary>
    public static int CodeOf(ReadOnlySpan<byte> package) => ((package[0] - '0') * 100) + ((package[1] - '0') * 10) + package[2] - '0';

    /// <summary>A reply to a command on which the policy has no say.</summary>
    /// <param name="code">The package's code.</param>
    /// <param name="package">Its line.</param>
    /// <param name="verb">The command.</param>
    /// <param name="state">Where the dialog stands.</param>
    public static Reply InOurWords(int code, ReadOnlySpan<byte> package, string verb, PackageState state)
    {
        // Out of sequence is 501 for the package, which lists what it expected.
        if (code == 501 && package[4..].StartsWith("expected "u8))
        {
            return OutOfSequence(verb, state);
        }

        return (code, verb) switch
        {
            // What is wrong with a command does not get past the package's parser, which then calls it unknown.
            (501 or 502, "MAIL") => StandardReplies.MailSyntax,
            (501 or 502, "RCPT") => StandardReplies.RcptSyntax,
            (501 or 502, "EHLO" or "HELO") => StandardReplies.HelloNeedsName,
            (501 or 502, "AUTH") => StandardReplies.AuthSyntax,
            (501 or 502, "DATA" or "RSET" or "QUIT" or "STARTTLS" or "NOOP") => StandardReplies.NoArgumentAllowed,
            (502, "VRFY" or "EXPN" or "HELP" or "BDAT") => StandardReplies.NotImplemented,
            (502, _) => StandardReplies.UnknownCommand,
            (220, "STARTTLS") => StandardReplies.ReadyForTls,
            (250, _) => StandardReplies.Ok,
            (530, _) => StandardReplies.AuthRequired,
            (552, _) => StandardReplies.MessageTooBig,
            (554, "DATA") => StandardReplies.NoValidRecipients,
            _ => AsItIs(code, package),
        };
    }

    private static FixedReply OutOfSequence(string verb, PackageState state) => verb switch
    {
        "STARTTLS" when state.IsTls => StandardReplies.TlsActive,
        "STARTTLS" when state.HasSender => StandardReplies.TlsInTransaction,
        "STARTTLS" when !state.OffersTls => StandardReplies.NotImplemented,
        "STARTTLS" => StandardReplies.EhloFirst,
        _ when !state.IsGreeted => StandardReplies.HelloFirst,
        "AUTH" when state.HasSender => StandardReplies.AuthInTransaction,
        "AUTH" when state.IsAuthenticated => StandardReplies.AlreadyAuthenticated,
        "AUTH" => state.OffersTls ? StandardReplies.AuthNeedsTls : StandardReplies.NotImplemented,
        "DATA" when state.HasSender => state.HasRefused ? StandardReplies.NoValidRecipients : StandardReplies.RcptFirst,
        "RCPT" or "DATA" => StandardReplies.MailFirst,
        _ => StandardReplies.NestedMail,
    };

    private static FixedReply AsItIs(int code, ReadOnlySpan<byte> package)
    {
        var text = Encoding.UTF8.GetString(package[4..]).TrimEnd();
        if (text.EndsWith(RetriesEnd, StringComparison.Ordinal))
        {
            text = text[..text.LastIndexOf(RetriesBegin, StringComparison.Ordinal)];
        }

        var enhanced = new EnhancedStatusCode((byte)(code / 100), (ushort)(code / 10 % 10 == 0 ? 5 : 0), 0);
        return new FixedReply(code, enhanced, Encoding.UTF8.GetBytes(text));
    }
}

/// <summary>Where a dialog stands, for a reply to a command that is out of sequence.</summary>
internal readonly record struct PackageState(bool IsGreeted, bool IsTls, bool OffersTls, bool IsAuthenticated, bool HasSender, bool HasRefused);
