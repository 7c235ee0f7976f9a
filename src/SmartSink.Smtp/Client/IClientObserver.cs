using SmartSink.Smtp.Replies;

namespace SmartSink.Smtp.Client;

/// <summary>Hears every reply of a client's dialog.</summary>
public interface IClientObserver
{
    /// <summary>A command was answered.</summary>
    /// <param name="command">Which.</param>
    /// <param name="recipient">With <see cref="ClientCommand.Rcpt"/> the recipient's index, otherwise 0.</param>
    /// <param name="reply">The answer.</param>
    void Answered(ClientCommand command, int recipient, ClientReply reply);
}

/// <summary>What a reply answers.</summary>
public enum ClientCommand
{
    /// <summary>The connection itself: the reply is the greeting.</summary>
    Connect,

    /// <summary>EHLO.</summary>
    Ehlo,

    /// <summary>HELO, after EHLO was refused.</summary>
    Helo,

    /// <summary>STARTTLS.</summary>
    StartTls,

    /// <summary>AUTH, or a line of its exchange.</summary>
    Auth,

    /// <summary>MAIL.</summary>
    Mail,

    /// <summary>RCPT.</summary>
    Rcpt,

    /// <summary>DATA.</summary>
    Data,

    /// <summary>The message: the end of data, or the last BDAT.</summary>
    EndOfData,

    /// <summary>RSET.</summary>
    Rset,

    /// <summary>QUIT.</summary>
    Quit,
}

/// <summary>A server's whole reply, without its text (RFC 5321 section 4.2).</summary>
/// <param name="Code">200 to 599.</param>
/// <param name="Enhanced">The last line's enhanced status code (RFC 2034), if it has one of the reply's class.</param>
public readonly record struct ClientReply(int Code, EnhancedStatusCode Enhanced)
{
    /// <summary>2yz: the command was carried out.</summary>
    public bool IsPositive => Code < 300;

    /// <summary>3yz: the server waits for more.</summary>
    public bool IsIntermediate => Code is >= 300 and < 400;

    /// <summary>421: the server closes the connection (RFC 5321 section 3.8).</summary>
    public bool ClosesConnection => Code == 421;
}
