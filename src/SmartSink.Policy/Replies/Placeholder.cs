using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using SmartSink.Shared;
using SmartSink.Smtp.Replies;

namespace SmartSink.Policy.Replies;

/// <summary>What stands in braces.</summary>
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

    /// <summary><c>{id:hex16}</c>: capital hexadecimal digits made of the id; before MAIL, where there is none, of the connection's number.</summary>
    HexId,

    /// <summary><c>{id:lowhex16}</c>: the same in small letters.</summary>
    LowHexId,

    Date,

    /// <summary><c>{date:o}</c>: ISO 8601 with milliseconds.</summary>
    IsoDate,

    Epoch,

    EpochMilliseconds,

    /// <summary><c>{digits:6}</c>: random digits, others at each place of each reply.</summary>
    Digits,

    /// <summary><c>{host:999}</c>: which of so many servers the connection met, in as many digits as the number has.</summary>
    Host,

    /// <summary><c>{host}</c>: that of 999, with <c>mx</c> before it.</summary>
    HostName,
}

/// <summary>A placeholder as it is written.</summary>
/// <param name="Text">What stands in the braces, up to the number if it takes one.</param>
/// <param name="Placeholder">What it is.</param>
/// <param name="Largest">The largest number that it takes; 0 when it takes none.</param>
/// <param name="Usual">A number to give as an example.</param>
internal readonly record struct PlaceholderForm(string Text, Placeholder Placeholder, int Largest = 0, int Usual = 0)
{
    public bool TakesNumber => Largest > 0;

    public string Example => TakesNumber ? string.Create(CultureInfo.InvariantCulture, $"{Text}{Usual}") : Text;

    public bool TryRead(ReadOnlySpan<char> name, out int number)
    {
        number = 0;
        return TakesNumber
            ? name.StartsWith(Text) && int.TryParse(name[Text.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out number) && number >= 1 && number <= Largest
            : name.SequenceEqual(Text);
    }
}

/// <summary>All placeholders that a text may have.</summary>
internal static class Placeholders
{
    public static IReadOnlyList<PlaceholderForm> All { get; } =
    [
        new("client_ip", Placeholder.ClientIp),
        new("sender", Placeholder.Sender),
        new("sender_domain", Placeholder.SenderDomain),
        new("recipient", Placeholder.Recipient),
        new("domain", Placeholder.Domain),
        new("local_part", Placeholder.LocalPart),
        new("helo", Placeholder.Helo),
        new("hostname", Placeholder.Hostname),
        new("id", Placeholder.Id),
        new("id:hex", Placeholder.HexId, Largest: 16, Usual: 16),
        new("id:lowhex", Placeholder.LowHexId, Largest: 16, Usual: 16),
        new("date", Placeholder.Date),
        new("date:o", Placeholder.IsoDate),
        new("epoch", Placeholder.Epoch),
        new("epoch_ms", Placeholder.EpochMilliseconds),
        new("digits:", Placeholder.Digits, Largest: 18, Usual: 6),
        new("host:", Placeholder.Host, Largest: 999_999, Usual: 999),
        new("host", Placeholder.HostName),
    ];

    public static IReadOnlyList<string> Examples { get; } = [.. All.Select(form => form.Example)];

    /// <summary>A piece of a reply's line as it stands in the file.</summary>
    public static string TextOf(TemplatePart part)
    {
        if (part.Placeholder == Placeholder.None)
        {
            return Encoding.UTF8.GetString(part.Literal);
        }

        var form = All.First(form => form.Placeholder == part.Placeholder);
        return form.TakesNumber ? string.Create(CultureInfo.InvariantCulture, $"{{{form.Text}{part.Number}}}") : $"{{{form.Text}}}";
    }

    /// <summary>Finds a placeholder by what stands in its braces.</summary>
    /// <param name="name">What stands there.</param>
    /// <param name="number">The number at its end; 0 for none.</param>
    public static Placeholder Find(ReadOnlySpan<char> name, out int number)
    {
        number = 0;
        for (var i = 0; i < All.Count; i++)
        {
            if (All[i].TryRead(name, out number))
            {
                return All[i].Placeholder;
            }
        }

        return Placeholder.None;
    }

    /// <summary>What is wrong with a name that <see cref="Find"/> does not know.</summary>
    public static string Problem(string name)
    {
        if (All.FirstOrDefault(form => form.TakesNumber && name.StartsWith(form.Text, StringComparison.Ordinal)) is { TakesNumber: true } found)
        {
            return $"{{{name}}} needs a number from 1 to {found.Largest}, such as {{{found.Example}}}";
        }

        var suggestion = Suggestion.Of(name, Examples);
        if (name.Split(':') is [var subject, _, ..] && All.Any(form => form.Text == subject))
        {
            var formats = Examples.Where(example => example.StartsWith(subject + ":", StringComparison.Ordinal)).Select(example => $"{{{example}}}").ToList();
            return $"unknown format {{{name}}}" + (suggestion.Length > 0 ? suggestion
                : formats.Count > 0 ? $"; there is {string.Join(" and ", formats)}"
                : $"; {{{subject}}} has no formats");
        }

        return $"unknown placeholder {{{name}}}{(suggestion.Length > 0 ? suggestion : "; write {{ for a literal brace")}";
    }
}

internal static class PlaceholderValue
{
    private const int Farm = 999;

    /// <summary>Appends what a placeholder stands for. The same facts give the same, so that the log shows what went out.</summary>
    /// <param name="writer">Takes it.</param>
    /// <param name="part">The placeholder, with its number.</param>
    /// <param name="facts">The dialog.</param>
    /// <param name="seed">Of the numbers that look like chance.</param>
    /// <param name="place">Which of the reply's parts it is.</param>
    public static void Append(ref ReplyWriter writer, in TemplatePart part, in SessionFacts facts, ulong seed, int place)
    {
        switch (part.Placeholder)
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
            case Placeholder.HexId:
                AppendEnd(ref writer, IdNumber(facts), 'X', part.Number);
                break;
            case Placeholder.LowHexId:
                AppendEnd(ref writer, IdNumber(facts), 'x', part.Number);
                break;
            case Placeholder.Date:
                AppendDate(ref writer, facts.Now.Utc, "ddd, dd MMM yyyy HH:mm:ss' +0000'");
                break;
            case Placeholder.IsoDate:
                AppendDate(ref writer, facts.Now.Utc, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'");
                break;
            case Placeholder.Epoch:
                AppendNumber(ref writer, (ulong)facts.Now.Utc.ToUnixTimeSeconds(), digits: 1);
                break;
            case Placeholder.EpochMilliseconds:
                AppendNumber(ref writer, (ulong)facts.Now.Utc.ToUnixTimeMilliseconds(), digits: 1);
                break;
            case Placeholder.Digits:
                var answer = ((ulong)facts.Connection << 32) | facts.Answer;
                AppendEnd(ref writer, SplitMix.At(SplitMix.Mix(seed + SplitMix.Mix(answer)), (ulong)place), 'D', part.Number);
                break;
            case Placeholder.Host:
                AppendHost(ref writer, part.Number, facts.Connection, seed);
                break;
            case Placeholder.HostName:
                writer.Append("mx"u8);
                AppendHost(ref writer, Farm, facts.Connection, seed);
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

    private static void AppendDate(ref ReplyWriter writer, DateTimeOffset moment, string format)
    {
        Span<byte> text = stackalloc byte[32];
        if (moment.UtcDateTime.TryFormat(text, out var length, format, CultureInfo.InvariantCulture))
        {
            writer.Append(text[..length]);
        }
    }

    private static void AppendHost(ref ReplyWriter writer, int servers, uint connection, ulong seed)
    {
        byte digits = 1;
        for (var rest = servers; rest >= 10; rest /= 10)
        {
            digits++;
        }

        AppendNumber(ref writer, Math.BigMul(SplitMix.Mix(seed + connection), (ulong)servers, out _) + 1, digits);
    }

    // Ids are counted up: mixed, they look like those of a server that others use, too.
    private static ulong IdNumber(in SessionFacts facts)
    {
        ulong number = facts.TransactionId.IsEmpty ? facts.Connection : 0;
        foreach (var character in facts.TransactionId)
        {
            number = (number << 5) + number + character;
        }

        return SplitMix.Mix(number);
    }

    private static void AppendNumber(ref ReplyWriter writer, ulong number, byte digits)
    {
        Span<byte> text = stackalloc byte[32];
        if (Utf8Formatter.TryFormat(number, text, out var length, new StandardFormat('D', digits)))
        {
            writer.Append(text[..length]);
        }
    }

    // The last digits: of any number they are as good as chance, the first are not.
    private static void AppendEnd(ref ReplyWriter writer, ulong number, char system, int digits)
    {
        Span<byte> text = stackalloc byte[32];
        if (Utf8Formatter.TryFormat(number, text, out var length, new StandardFormat(system, 18)))
        {
            writer.Append(text[(length - digits)..length]);
        }
    }
}
