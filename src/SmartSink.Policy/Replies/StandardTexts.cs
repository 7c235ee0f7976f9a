namespace SmartSink.Policy.Replies;

/// <summary>The text of a code for which the policy gives none (RFC 5321 section 4.2.3), with the fitting enhanced code (RFC 3463, RFC 5248).</summary>
internal static class StandardTexts
{
    public static string Of(int code) => code switch
    {
        421 => "4.3.2 Service not available, closing transmission channel",
        450 => "4.2.0 Requested mail action not taken: mailbox unavailable",
        451 => "4.3.0 Requested action aborted: local error in processing",
        452 => "4.3.1 Requested action not taken: insufficient system storage",
        454 => "4.7.0 Temporary authentication failure",
        455 => "4.5.4 Server unable to accommodate parameters",
        500 => "5.5.2 Syntax error, command unrecognized",
        501 => "5.5.4 Syntax error in parameters or arguments",
        502 => "5.5.1 Command not implemented",
        503 => "5.5.1 Bad sequence of commands",
        504 => "5.5.4 Command parameter not implemented",
        521 => "5.3.2 Server does not accept mail",
        530 => "5.7.0 Authentication required",
        535 => "5.7.8 Authentication credentials invalid",
        550 => "5.1.1 Requested action not taken: mailbox unavailable",
        551 => "5.1.6 User not local",
        552 => "5.2.2 Requested mail action aborted: exceeded storage allocation",
        553 => "5.1.3 Requested action not taken: mailbox name not allowed",
        554 => "5.0.0 Transaction failed",
        555 => "5.5.4 MAIL FROM/RCPT TO parameters not recognized or not implemented",
        556 => "5.1.10 Domain does not accept mail",
        < 500 => "4.0.0 Temporary failure",
        _ => "5.0.0 Permanent failure",
    };
}
