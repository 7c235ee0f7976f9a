using SmartSink.Smtp.Replies;

namespace SmartSink.Smtp.Client;

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
