namespace SmartSink.Smtp.Replies;

/// <summary>
/// The protocol's own replies, encoded once. Enhanced codes are those of RFC 3463 and the IANA registry; the replies to EHLO and HELO, the
/// greeting and 354 have none (RFC 2034 section 4).
/// </summary>
internal static class StandardReplies
{
    public static readonly FixedReply ReadyForTls = new(220, new(2, 0, 0), "Go ahead with TLS"u8);
    public static readonly FixedReply Bye = new(221, new(2, 0, 0), "Bye"u8);
    public static readonly FixedReply Authenticated = new(235, new(2, 7, 0), "Authenticated"u8);
    public static readonly FixedReply Ok = new(250, new(2, 0, 0), "Ok"u8);
    public static readonly FixedReply ChunkTaken = new(250, new(2, 0, 0), "Chunk taken"u8);
    public static readonly FixedReply SenderOk = new(250, new(2, 1, 0), "Sender ok"u8);
    public static readonly FixedReply RecipientOk = new(250, new(2, 1, 5), "Recipient ok"u8);
    public static readonly FixedReply NotVerified = new(252, new(2, 0, 0), "Not verified; send the mail and see"u8);
    public static readonly MessageAcceptedReply MessageAccepted = new();
    public static readonly FixedReply SendData = new(354, default, "Send the message, end it with <CRLF>.<CRLF>"u8);

    public static readonly FixedReply Help = new(
        214,
        new(2, 0, 0),
        "EHLO HELO MAIL RCPT DATA RSET NOOP VRFY HELP QUIT, and what EHLO lists\nMail is answered by policy and then discarded"u8);

    public static readonly FixedReply ShuttingDown = new(421, new(4, 3, 2), "The server is stopping, try again later"u8);
    public static readonly FixedReply IdleTooLong = new(421, new(4, 4, 2), "Nothing heard for too long, closing"u8);
    public static readonly FixedReply TransactionTooLong = new(421, new(4, 4, 2), "The transaction took too long, closing"u8);
    public static readonly FixedReply DataTooSlow = new(421, new(4, 4, 2), "The message came in too slowly, closing"u8);
    public static readonly FixedReply TooManyErrors = new(421, new(4, 7, 0), "Too many errors, closing"u8);
    public static readonly FixedReply TooManyMessages = new(421, new(4, 7, 0), "Too many messages on this connection, closing"u8);
    public static readonly FixedReply EndlessLine = new(421, new(4, 7, 0), "The line does not end, closing"u8);
    public static readonly FixedReply TooManyRecipients = new(452, new(4, 5, 3), "Too many recipients"u8);

    public static readonly FixedReply AuthTempFail = new(454, new(4, 7, 0), "Cannot authenticate for now"u8);

    public static readonly FixedReply TlsUnavailable = new(454, new(4, 7, 0), "TLS not available due to temporary reason"u8);

    public static readonly FixedReply UnknownCommand = new(500, new(5, 5, 1), "Command not recognized"u8);
    public static readonly FixedReply NotLmtp = new(500, new(5, 5, 1), "This is LMTP, say LHLO"u8);
    public static readonly FixedReply LineTooLong = new(500, new(5, 5, 2), "Line too long"u8);
    public static readonly FixedReply AuthLineTooLong = new(500, new(5, 5, 6), "Line of authentication too long"u8);
    public static readonly FixedReply BareLineFeed = new(500, new(5, 5, 2), "Bare LF; end each line with CRLF"u8);
    public static readonly FixedReply BareCarriageReturn = new(500, new(5, 5, 2), "Bare CR; end each line with CRLF"u8);
    public static readonly FixedReply BehindBareEnd = new(500, new(5, 5, 2), "Not taken, as the line before it did not end with CRLF; send it again"u8);
    public static readonly FixedReply ControlCharacter = new(500, new(5, 5, 2), "Control character in the line"u8);

    public static readonly FixedReply HelloNeedsName = new(501, default, "Give your domain name or address literal"u8);
    public static readonly FixedReply NoArgumentAllowed = new(501, new(5, 5, 4), "This command takes no argument"u8);
    public static readonly FixedReply ArgumentNeeded = new(501, new(5, 5, 4), "This command needs an argument"u8);
    public static readonly FixedReply MailSyntax = new(501, new(5, 5, 2), "Syntax: MAIL FROM:<address>"u8);
    public static readonly FixedReply RcptSyntax = new(501, new(5, 5, 2), "Syntax: RCPT TO:<address>"u8);
    public static readonly FixedReply BdatSyntax = new(501, new(5, 5, 4), "Syntax: BDAT size [LAST]"u8);
    public static readonly FixedReply ChunkSizeUnknown = new(501, new(5, 5, 4), "BDAT without a size; what follows cannot be told from commands, closing"u8, closes: true);
    public static readonly FixedReply AuthSyntax = new(501, new(5, 5, 4), "Syntax: AUTH mechanism [initial-response]"u8);
    public static readonly FixedReply BadBase64 = new(501, new(5, 5, 2), "The response is not base64"u8);
    public static readonly FixedReply BadAuthMessage = new(501, new(5, 5, 2), "The response is not one of this mechanism"u8);
    public static readonly FixedReply NoInitialResponse = new(501, new(5, 7, 0), "This mechanism takes no initial response"u8);
    public static readonly FixedReply AuthCancelled = new(501, new(5, 7, 0), "Authentication cancelled"u8);
    public static readonly FixedReply XclientSyntax = new(501, new(5, 5, 4), "Syntax: XCLIENT attribute=value ..."u8);
    public static readonly FixedReply BadXclientValue = new(501, new(5, 5, 4), "Bad value of an attribute"u8);
    public static readonly FixedReply UnknownXclientAttribute = new(501, new(5, 5, 4), "Unknown attribute"u8);
    public static readonly FixedReply BadSender = new(501, new(5, 1, 7), "Bad sender address"u8);
    public static readonly FixedReply BadRecipient = new(501, new(5, 1, 3), "Bad recipient address"u8);
    public static readonly FixedReply BadParameter = new(501, new(5, 5, 4), "Bad value of a parameter"u8);
    public static readonly FixedReply RepeatedParameter = new(501, new(5, 5, 4), "Parameter given twice"u8);

    public static readonly FixedReply NotImplemented = new(502, new(5, 5, 1), "Command not implemented"u8);

    public static readonly FixedReply HelloFirst = new(503, new(5, 5, 1), "Say EHLO or HELO first"u8);
    public static readonly FixedReply LhloFirst = new(503, new(5, 5, 1), "Say LHLO first"u8);
    public static readonly FixedReply EhloFirst = new(503, new(5, 5, 1), "Say EHLO first"u8);
    public static readonly FixedReply MailFirst = new(503, new(5, 5, 1), "Say MAIL first"u8);
    public static readonly FixedReply RcptFirst = new(503, new(5, 5, 1), "Say RCPT first"u8);
    public static readonly FixedReply NestedMail = new(503, new(5, 5, 1), "A transaction is open already"u8);
    public static readonly FixedReply MessageBegun = new(503, new(5, 5, 1), "The message has begun, only BDAT or RSET can follow"u8);
    public static readonly FixedReply BinaryNeedsBdat = new(503, new(5, 5, 1), "BODY=BINARYMIME needs BDAT"u8);
    public static readonly FixedReply NoRecipientLeft = new(503, new(5, 5, 1), "No valid recipients"u8);
    public static readonly FixedReply XclientInTransaction = new(503, new(5, 5, 1), "No XCLIENT inside a transaction"u8);
    public static readonly FixedReply TlsInTransaction = new(503, new(5, 5, 1), "No STARTTLS inside a transaction"u8);
    public static readonly FixedReply TlsActive = new(503, new(5, 5, 1), "TLS is active already"u8);
    public static readonly FixedReply AuthInTransaction = new(503, new(5, 5, 1), "No AUTH inside a transaction"u8);
    public static readonly FixedReply AlreadyAuthenticated = new(503, new(5, 5, 1), "Authenticated already"u8);
    public static readonly FixedReply ServiceRefused = new(503, new(5, 5, 1), "Service was refused, only QUIT is left"u8);
    public static readonly FixedReply HelloRefused = new(503, default, "Service was refused, only QUIT is left"u8);

    public static readonly FixedReply UnknownMechanism = new(504, new(5, 5, 4), "Mechanism not recognized"u8);
    public static readonly FixedReply BareEnds = new(521, new(5, 5, 2), "Lines must end with CRLF, and yours end with a bare CR or LF; closing"u8, closes: true);
    public static readonly FixedReply AuthRequired = new(530, new(5, 7, 0), "Authenticate first"u8);
    public static readonly FixedReply RequireTlsInClear = new(530, new(5, 7, 0), "REQUIRETLS needs TLS, say STARTTLS first"u8);
    public static readonly FixedReply AuthRefused = new(535, new(5, 7, 8), "Name or secret is wrong"u8);
    public static readonly FixedReply AuthNeedsTls = new(538, new(5, 7, 11), "Say STARTTLS first"u8);
    public static readonly FixedReply TlsFirst = new(530, new(5, 7, 0), "Must issue a STARTTLS command first"u8);

    public static readonly FixedReply XclientNotAllowed = new(550, new(5, 7, 0), "XCLIENT is not for you"u8);

    // RFC 6531 section 3.5: 550 for the sender, 553 for a recipient.
    public static readonly FixedReply SenderNeedsUtf8 = new(550, new(5, 6, 7), "This address needs SMTPUTF8"u8);
    public static readonly FixedReply RecipientNeedsUtf8 = new(553, new(5, 6, 7), "This address needs SMTPUTF8"u8);

    public static readonly FixedReply MessageTooBig = new(552, new(5, 3, 4), "Message too big"u8);
    public static readonly FixedReply NoValidRecipients = new(554, new(5, 5, 1), "No valid recipients"u8);
    public static readonly FixedReply NotSmtp = new(554, new(5, 5, 1), "This is an SMTP server; closing"u8, closes: true);
    public static readonly FixedReply UnknownParameter = new(555, new(5, 5, 4), "Parameter not recognized"u8);
}
