using System.Text;
using SmartSink.Smtp.Replies;

namespace SmartSink.Engines;

/// <summary>
/// The package's replies in our words: what was refused, and why, stays its own opinion; the code is ours where it uses one for several
/// things, and every reply gets its enhanced code.
/// </summary>
internal static class PackageReplies
{
    private const string RetriesBegin = ", ";
    private const string RetriesEnd = " retry(ies) remaining.";

    public static int CodeOf(ReadOnlySpan<byte> line) => ((line[0] - '0') * 100) + ((line[1] - '0') * 10) + line[2] - '0';

    /// <summary>A reply to a command on which the policy has no say.</summary>
    /// <param name="code">The package's code.</param>
    /// <param name="line">Its line.</param>
    /// <param name="verb">The command.</param>
    public static FixedReply InOurWords(int code, ReadOnlySpan<byte> line, string verb) => (code, verb) switch
    {
        // What is wrong with a command does not get past the package's parser, which then calls it unknown.
        (501 or 502, "MAIL") => StandardReplies.MailSyntax,
        (501 or 502, "RCPT") => StandardReplies.RcptSyntax,
        (501 or 502, "EHLO" or "HELO") => StandardReplies.HelloNeedsName,
        (501 or 502, "AUTH") => StandardReplies.AuthSyntax,
        (501 or 502, "DATA" or "RSET" or "QUIT" or "STARTTLS" or "NOOP") => StandardReplies.NoArgumentAllowed,
        (502, "VRFY" or "EXPN" or "HELP" or "BDAT") => StandardReplies.NotImplemented,
        (502, _) => StandardReplies.UnknownCommand,
        (250, _) => StandardReplies.Ok,
        (530, _) => StandardReplies.AuthRequired,
        (552, _) => StandardReplies.MessageTooBig,
        (554, "DATA") => StandardReplies.NoValidRecipients,
        _ => AsItIs(code, line),
    };

    private static FixedReply AsItIs(int code, ReadOnlySpan<byte> line)
    {
        var text = Encoding.UTF8.GetString(line[4..]).TrimEnd();
        if (text.EndsWith(RetriesEnd, StringComparison.Ordinal))
        {
            text = text[..text.LastIndexOf(RetriesBegin, StringComparison.Ordinal)];
        }

        var enhanced = new EnhancedStatusCode((byte)(code / 100), (ushort)(code / 10 % 10 == 0 ? 5 : 0), 0);
        return new FixedReply(code, enhanced, Encoding.UTF8.GetBytes(text));
    }
}
