using System.Text;

namespace SmartSink.Smtp.Client;

/// <summary>What a client requires of every dialog.</summary>
public sealed record SmtpClientOptions
{
    /// <summary>Use STARTTLS before anything else; the dialog fails where it is not offered.</summary>
    public bool StartTls { get; init; }

    /// <summary>Use STARTTLS where it is offered; where it is not, or is refused, the dialog goes on in the clear (RFC 7435).</summary>
    public bool OpportunisticTls { get; init; }

    /// <summary>Send MAIL, RCPT and DATA together where PIPELINING is offered.</summary>
    public bool Pipelining { get; init; }

    /// <summary>Use BDAT instead of DATA; the dialog fails where CHUNKING is not offered.</summary>
    public bool Chunking { get; init; }

    /// <summary>Give SMTPUTF8 with every MAIL; the dialog fails where it is not offered.</summary>
    public bool SmtpUtf8 { get; init; }

    /// <summary>The user to authenticate as; null not to authenticate.</summary>
    public ClientCredential? Credential { get; init; }
}

/// <summary>A user and a password, encoded once for each mechanism.</summary>
public sealed class ClientCredential
{
    /// <summary>Encodes a user and a password.</summary>
    /// <param name="user">The name; any text without NUL.</param>
    /// <param name="password">The password; any text without NUL.</param>
    public ClientCredential(string user, string password)
    {
        Plain = Encoding.ASCII.GetBytes($"AUTH PLAIN {Encode($"\0{user}\0{password}")}\r\n");
        LoginUser = Encoding.ASCII.GetBytes(Encode(user) + "\r\n");
        LoginPassword = Encoding.ASCII.GetBytes(Encode(password) + "\r\n");
    }

    /// <summary>The whole AUTH PLAIN command with its initial response (RFC 4954 section 4).</summary>
    internal byte[] Plain { get; }

    /// <summary>The first response of LOGIN.</summary>
    internal byte[] LoginUser { get; }

    /// <summary>The second response of LOGIN.</summary>
    internal byte[] LoginPassword { get; }

    private static string Encode(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
