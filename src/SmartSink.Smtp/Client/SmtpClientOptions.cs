using System.Text;

namespace SmartSink.Smtp.Client;

/// <summary>What a client wants of every dialog.</summary>
public sealed record SmtpClientOptions
{
    /// <summary>STARTTLS before anything else; without it the dialog fails.</summary>
    public bool StartTls { get; init; }

    /// <summary>STARTTLS where it is offered; the dialog goes on in the clear where it is not, or is refused (RFC 7435).</summary>
    public bool OpportunisticTls { get; init; }

    /// <summary>MAIL, RCPT and DATA together where PIPELINING is offered.</summary>
    public bool Pipelining { get; init; }

    /// <summary>BDAT instead of DATA; without CHUNKING the dialog fails.</summary>
    public bool Chunking { get; init; }

    /// <summary>SMTPUTF8 on every MAIL; without it the dialog fails.</summary>
    public bool SmtpUtf8 { get; init; }

    /// <summary>Whom to authenticate as; null for nobody.</summary>
    public ClientCredential? Credential { get; init; }
}

/// <summary>A user and a password, encoded once for the ways of AUTH.</summary>
public sealed class ClientCredential
{
    /// <summary>Encodes them.</summary>
    /// <param name="user">The name; any text without NUL.</param>
    /// <param name="password">The password; any text without NUL.</param>
    public ClientCredential(string user, string password)
    {
        Plain = Encoding.ASCII.GetBytes($"AUTH PLAIN {Encode($"\0{user}\0{password}")}\r\n");
        LoginUser = Encoding.ASCII.GetBytes(Encode(user) + "\r\n");
        LoginPassword = Encoding.ASCII.GetBytes(Encode(password) + "\r\n");
    }

    /// <summary>The whole command with its initial response (RFC 4954 section 4).</summary>
    internal byte[] Plain { get; }

    /// <summary>LOGIN's first answer.</summary>
    internal byte[] LoginUser { get; }

    /// <summary>LOGIN's second answer.</summary>
    internal byte[] LoginPassword { get; }

    private static string Encode(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
