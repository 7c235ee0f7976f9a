using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using SmartSink.Smtp.Client;

namespace SmartSink.TrafficGen.Sending;

/// <summary>KumoMTA's answer to a request.</summary>
/// <param name="SuccessCount">How many messages it made and took.</param>
/// <param name="FailCount">How many it did not.</param>
/// <param name="FailedRecipients">The recipients of these.</param>
internal sealed record InjectAnswer(
    [property: JsonRequired] int SuccessCount, [property: JsonRequired] int FailCount, [property: JsonRequired] IReadOnlyList<string> FailedRecipients)
{
    /// <summary>What stands in the report for a recipient that the answer names as failed: it has no code of its own (RFC 5321: transaction failed).</summary>
    public const int RefusedCode = 554;

    /// <summary>Reads it; null when it is none.</summary>
    public static InjectAnswer? Read(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, InjectJson.Default.InjectAnswer) is { FailedRecipients: not null } answer ? answer : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The indexes of the recipients that failed; null when the answer does not fit the request.</summary>
    /// <param name="envelope">The request's recipients.</param>
    /// <param name="deferred">Whether messages are made after the answer, which then counts none of them.</param>
    public IReadOnlySet<int>? FindRefused(Envelope envelope, bool deferred)
    {
        var all = envelope.RecipientCount;
        if (FailCount != FailedRecipients.Count || (SuccessCount + FailCount != all && !(deferred && SuccessCount == 0 && FailCount == 0)))
        {
            return null;
        }

        var refused = new HashSet<int>();
        if (FailCount > 0)
        {
            // The same address may have been drawn twice; and a domain may come back in lower case.
            var names = FailedRecipients.CountBy(name => name, StringComparer.OrdinalIgnoreCase).ToDictionary(StringComparer.OrdinalIgnoreCase);
            for (var index = 0; index < all; index++)
            {
                var name = Encoding.UTF8.GetString(envelope.Recipient(index));
                if (names.TryGetValue(name, out var left) && left > 0)
                {
                    names[name] = left - 1;
                    refused.Add(index);
                }
            }
        }

        return refused.Count == FailCount ? refused : null;
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(InjectAnswer))]
internal sealed partial class InjectJson : JsonSerializerContext;
