namespace SmartSink.EndToEnd.Tests.Compatibility.Clients;

/// <summary>A program or library that sends a message at once or says why it did not.</summary>
internal abstract class SubmissionClient
{
    /// <summary>Its name, as its row has it.</summary>
    public abstract string Name { get; }

    /// <summary>As what it is tried.</summary>
    public abstract string Tried { get; }

    /// <summary>How it is brought to take any certificate, or null if it cannot be.</summary>
    public string? UnverifiedBy { get; protected init; }

    /// <summary>Its version, as its authors count; the test is skipped if it is not there.</summary>
    public abstract Task<string> VersionAsync();

    /// <summary>Sends a message to a server on loopback, with as much of DSN as it can be asked for.</summary>
    public abstract Task<Attempt> SendAsync(int port, string sender, string recipient, TlsUse tls = TlsUse.None);

    protected static string Message(string sender, string recipient) => $"From: <{sender}>\r\nTo: <{recipient}>\r\nSubject: A test\r\n\r\nHello.\r\n";
}

/// <summary>What came of it.</summary>
/// <param name="Failure">An exit code, an exception; null if the message was sent.</param>
/// <param name="Said">All that the client said about it.</param>
internal sealed record Attempt(string? Failure, string Said)
{
    public static Attempt Sent { get; } = new(null, string.Empty);
}

/// <summary>What a client is to do about TLS.</summary>
internal enum TlsUse
{
    None,

    /// <summary>STARTTLS with a certificate that can be verified.</summary>
    Verified,

    /// <summary>STARTTLS with any certificate.</summary>
    Unverified,
}
