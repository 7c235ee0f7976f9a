using SmartSink.Smtp;
using SmartSink.Smtp.Replies;

namespace SmartSink.Policy.Replies;

/// <summary>One reply for each label, with an enhanced code of RFC 3463 or of IANA's registry: for domains that no file gives one.</summary>
internal static class BuiltInReplies
{
    private static readonly PolicyReply[] All = [.. Enum.GetValues<ReplyLabel>().Select(Create)];

    /// <summary>What is said over a limit where no file has a word for it.</summary>
    public static PolicyReply Throttle { get; } = new(ReplyFactory.Create(421, ThrottleText, label: ReplyLabel.RateLimit), Stage.Rcpt);

    public const string ThrottleText = "4.7.0 Too many messages from your address, try again later";

    /// <summary>To an address on a sender's suppression list, as Amazon keeps them.</summary>
    public static PolicyReply Suppressed { get; } =
        new(ReplyFactory.Create(550, "5.1.1 <{recipient}> is on the suppression list, because it bounced before as an address that does not exist"), Stage.Rcpt);

    public static PolicyReply Of(ReplyLabel label) => All[(int)label];

    // What is wrong with the message itself is known at its end.
    public static (int Code, string Text, Stage Stage) ContentOf(ReplyLabel label) => label switch
    {
        ReplyLabel.UnknownUser => (550, "5.1.1 The mailbox does not exist", Stage.Rcpt),
        ReplyLabel.BadAddress => (553, "5.1.3 The recipient address is not a valid RFC 5321 address", Stage.Rcpt),
        ReplyLabel.BadSender => (550, "5.1.8 The sender's domain does not exist", Stage.Rcpt),
        ReplyLabel.MailboxFull => (552, "5.2.2 The mailbox is full", Stage.Rcpt),
        ReplyLabel.Suspended => (550, "5.2.1 The mailbox is disabled", Stage.Rcpt),
        ReplyLabel.Relay => (550, "5.7.1 Relaying denied", Stage.Rcpt),
        ReplyLabel.RateLimit => (451, "4.7.28 Too many messages from your address, try again later", Stage.Rcpt),
        ReplyLabel.TooManyRecipients => (452, "4.5.3 Too many recipients", Stage.Rcpt),
        ReplyLabel.TooLarge => (552, "5.3.4 The message is too large", Stage.Data),
        ReplyLabel.Greylist => (451, "4.7.1 Greylisted, try again later", Stage.Rcpt),
        ReplyLabel.Reputation => (554, "5.7.1 Refused because of the poor reputation of your address", Stage.Rcpt),
        ReplyLabel.BlockList => (554, "5.7.1 Your address is on a block list", Stage.Rcpt),
        ReplyLabel.Authentication => (550, "5.7.26 The message passed neither SPF nor DKIM", Stage.Data),
        ReplyLabel.ReverseDns => (550, "5.7.25 Your address has no valid PTR record", Stage.Rcpt),
        ReplyLabel.Content => (554, "5.7.1 The message looks like spam", Stage.Data),
        ReplyLabel.Policy => (550, "5.7.1 Refused by a rule of this site", Stage.Rcpt),

        // RFC 3207 section 4.
        ReplyLabel.Tls => (530, "5.7.0 Must issue a STARTTLS command first", Stage.Rcpt),
        ReplyLabel.System => (451, "4.3.0 Temporary failure, please try again later", Stage.Rcpt),
        _ => (555, "5.5.4 A parameter is not recognized", Stage.Rcpt),
    };

    private static PolicyReply Create(ReplyLabel label)
    {
        var (code, text, stage) = ContentOf(label);
        return new PolicyReply(ReplyFactory.Create(code, text, label: label), stage);
    }
}
