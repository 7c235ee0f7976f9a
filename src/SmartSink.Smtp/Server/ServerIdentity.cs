namespace SmartSink.Smtp.Server;

/// <summary>The name under which a session answers in place of its listener's own. Compared by reference: the replies made for one are kept as long as it is.</summary>
/// <param name="hostname">The server's name in the greeting, the replies to EHLO and QUIT and <c>{hostname}</c>: a domain or address literal, 1 to 255 octets.</param>
/// <param name="banner">The text after the name in the greeting, no control characters, at most 400 octets; null for the listener's own.</param>
public sealed class ServerIdentity(string hostname, string? banner)
{
    /// <summary>The server's name.</summary>
    public string Hostname { get; } = hostname;

    /// <summary>The text after the name in the greeting; null for the listener's own.</summary>
    public string? Banner { get; } = banner;
}
