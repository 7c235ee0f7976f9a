using System.Text;
using System.Text.Json;
using SmartSink.Ledger.Facts;
using SmartSink.Ledger.Rules;
using SmartSink.Shared;

namespace SmartSink.Reports;

/// <summary>A sender's own log: lines of JSON, each an object with <c>recipient</c>, <c>class</c> and perhaps <c>sender</c>; what else it has is not looked at.</summary>
/// <param name="Recipients">Of the good lines.</param>
/// <param name="Problems">What is wrong with the others, by line number: at most <see cref="MostProblems"/>, then how many more there are.</param>
internal sealed record ClassifiedLines(IReadOnlyList<ClassifiedRecipient> Recipients, IReadOnlyList<string> Problems)
{
    /// <summary>The most lines that are told to be wrong.</summary>
    public const int MostProblems = 20;

    private const int LongestClass = 200;

    /// <summary>Reads a log in UTF-8.</summary>
    /// <param name="text">The lines; empty ones are passed over.</param>
    /// <param name="hash">As the ledger hashes addresses.</param>
    public static ClassifiedLines Read(byte[] text, MailHash hash)
    {
        var (recipients, problems, words) = (new List<ClassifiedRecipient>(), new List<string>(), new HashSet<string>(StringComparer.Ordinal));
        var (number, wrong) = (0, 0);
        ReadOnlySpan<byte> mark = [0xEF, 0xBB, 0xBF];
        for (var start = text.AsSpan().StartsWith(mark) ? mark.Length : 0; start < text.Length;)
        {
            number++;
            var length = text.AsSpan(start).IndexOf((byte)'\n');
            length = length < 0 ? text.Length - start : length;
            var line = text.AsMemory(start, length);
            start += length + 1;
            if (line.Span.Trim(" \t\r"u8).IsEmpty)
            {
                continue;
            }

            if (Read(line, hash, words, out var recipient) is not { } problem)
            {
                recipients.Add(recipient!);
            }
            else if (++wrong <= MostProblems)
            {
                problems.Add(OneLine.Escape($"line {number}: {problem}"));
            }
        }

        if (wrong > MostProblems)
        {
            problems.Add($"{wrong - MostProblems:N0} more lines are wrong");
        }

        return new ClassifiedLines(recipients, problems);
    }

    private static string? Read(ReadOnlyMemory<byte> line, MailHash hash, HashSet<string> words, out ClassifiedRecipient? recipient)
    {
        recipient = null;
        try
        {
            using var document = JsonDocument.Parse(line);
            var given = document.RootElement;
            if (given.ValueKind != JsonValueKind.Object)
            {
                return "not an object such as {\"recipient\": \"x@gmail.com\", \"class\": \"unknown_user\"}";
            }

            if (!given.TryGetProperty("recipient"u8, out var address) || address.ValueKind != JsonValueKind.String || Mailbox(address) is not { Length: > 0 } mailbox)
            {
                return "recipient is missing or not a string";
            }

            if (!given.TryGetProperty("class"u8, out var @class) || @class.ValueKind is not (JsonValueKind.String or JsonValueKind.Number) || @class.ToString() is not { Length: > 0 and <= LongestClass } word)
            {
                return $"class is missing, or neither a string of at most {LongestClass} characters nor a number";
            }

            var hasSender = given.TryGetProperty("sender"u8, out var sender) && sender.ValueKind != JsonValueKind.Null;
            if (hasSender && sender.ValueKind != JsonValueKind.String)
            {
                return "sender is not a string";
            }

            // A log has a few words for many recipients.
            if (!words.TryGetValue(word, out var kept))
            {
                words.Add(kept = word);
            }

            recipient = new ClassifiedRecipient(hasSender ? hash.Of(Mailbox(sender), mailbox) : 0, hash.Of(mailbox), kept);
            return null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // A text with half of a surrogate pair is JSON, and cannot be read.
            return exception is JsonException ? "not JSON" : "a string in it is not Unicode";
        }
    }

    private static byte[] Mailbox(JsonElement text) => Encoding.UTF8.GetBytes(text.GetString()!.Trim().TrimStart('<').TrimEnd('>'));
}
