namespace SmartSink.Policy.Replies;

/// <summary>The names of the placeholders, as they stand between braces.</summary>
internal static class Placeholders
{
    /// <summary>Every name, in the order in which pages list them.</summary>
    public static IReadOnlyList<string> Names { get; } =
        ["client_ip", "sender", "sender_domain", "recipient", "domain", "local_part", "helo", "hostname", "id", "date"];

    /// <summary>Finds a placeholder by its exact name.</summary>
    public static bool TryFind(ReadOnlySpan<char> name, out Placeholder placeholder)
    {
        placeholder = name switch
        {
            "client_ip" => Placeholder.ClientIp,
            "sender" => Placeholder.Sender,
            "sender_domain" => Placeholder.SenderDomain,
            "recipient" => Placeholder.Recipient,
            "domain" => Placeholder.Domain,
            "local_part" => Placeholder.LocalPart,
            "helo" => Placeholder.Helo,
            "hostname" => Placeholder.Hostname,
            "id" => Placeholder.Id,
            "date" => Placeholder.Date,
            _ => Placeholder.None,
        };
        return placeholder != Placeholder.None;
    }
}
