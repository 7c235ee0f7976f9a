using SmartSink.Smtp.Replies;

namespace SmartSink.Smtp.Client;

/// <summary>Receives every reply of a client's dialog.</summary>
public interface IClientObserver
{
    /// <summary>A command was answered.</summary>
    /// <param name="command">The command.</param>
    /// <param name="recipient">For <see cref="ClientCommand.Rcpt"/> the recipient's index, otherwise 0.</param>
    /// <param name="reply">The reply.</param>
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
/// <param name="Enhanced">The enhanced status code of the last line (RFC 2034), if there is one and its class is that of the reply.</param>
public readonly record struct ClientReply(int Code, EnhancedStatusCode Enhanced)
{
    /// <summary>2yz: the command was carried out.</summary>
    public bool IsPositive => Code < 300;

    /// <summary>3yz: the server waits for more input.</summary>
    public bool IsIntermediate => Code is >= 300 and < 400;

    /// <summary>421: the server closes the connection (RFC 5321 section 3.8).</summary>
    public bool ClosesConnection => Code == 421;
}
