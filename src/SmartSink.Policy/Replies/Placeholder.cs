using System.Diagnostics;
using System.Globalization;
using System.Net;
using SmartSink.Smtp.Replies;

namespace SmartSink.Policy.Replies;

internal enum Placeholder : byte
{
    None,

    ClientIp,

    Sender,

    SenderDomain,

    Recipient,

    /// <summary><c>{domain}</c>: the recipient's domain in lower case, with the suffix that the policy cuts off for look-ups.</summary>
    Domain,

    LocalPart,

    Helo,

    Hostname,

    Id,

    Date,
}

internal static class Placeholders
{
    public static IReadOnlyList<string> Names { get; } =
        ["client_ip", "sender", "sender_domain", "recipient", "domain", "local_part", "helo", "hostname", "id", "date"];

    public static bool TryFind(ReadOnlySpan<char> name, out Placeholder placeholder)
    {
        placeholder = Placeholder.None;
        for (var i = 0; i < Names.Count && placeholder == Placeholder.None; i++)
        {
            placeholder = name.SequenceEqual(Names[i]) ? (Placeholder)(i + 1) : Placeholder.None;
        }

        return placeholder != Placeholder.None;
    }
}

internal static class PlaceholderValue
{
    public static void Append(ref ReplyWriter writer, Placeholder placeholder, in SessionFacts facts)
    {
        switch (placeholder)
        {
            case Placeholder.ClientIp:
                AppendAddress(ref writer, facts.ClientAddress);
                break;
            case Placeholder.Sender:
                writer.AppendValue(facts.Sender);
                break;
            case Placeholder.SenderDomain:
                writer.AppendValue(facts.SenderDomain);
                break;
            case Placeholder.Recipient:
                writer.AppendValue(facts.Recipient);
                break;
            case Placeholder.Domain:
                writer.AppendValue(facts.Domain);
                break;
            case Placeholder.LocalPart:
                writer.AppendValue(facts.LocalPart);
                break;
            case Placeholder.Helo:
                writer.AppendValue(facts.Helo);
                break;
            case Placeholder.Hostname:
                writer.AppendValue(facts.Hostname);
                break;
            case Placeholder.Id:
                writer.AppendValue(facts.TransactionId.IsEmpty ? "-"u8 : facts.TransactionId);
                break;
            case Placeholder.Date:
                AppendDate(ref writer, facts.Now.Utc);
                break;
            default:
                throw new UnreachableException();
        }
    }

    private static void AppendAddress(ref ReplyWriter writer, IPAddress? address)
    {
        Span<byte> text = stackalloc byte[80];
        writer.Append(address is not null && address.TryFormat(text, out var length) ? text[..length] : "-"u8);
    }

    private static void AppendDate(ref ReplyWriter writer, DateTimeOffset moment)
    {
        Span<byte> text = stackalloc byte[32];
        if (moment.UtcDateTime.TryFormat(text, out var length, "ddd, dd MMM yyyy HH:mm:ss' +0000'", CultureInfo.InvariantCulture))
        {
            writer.Append(text[..length]);
        }
    }
}
