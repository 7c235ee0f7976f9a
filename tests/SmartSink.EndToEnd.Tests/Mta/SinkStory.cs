using System.Text.Json;
using SmartSink.EndToEnd.Tests.Postfix;
using SmartSink.Testing.Processes;

namespace SmartSink.EndToEnd.Tests.Mta;

/// <summary>What sinks say became of each message, from their logs, in the terms in which Postfix tells the same.</summary>
/// <param name="Taken">The replies to the end of data of what was accepted, without their codes; each names its message.</param>
/// <param name="Refused">Each refusal: where the client meant to go, the recipient (empty at MAIL), the reply on one line.</param>
internal sealed record SinkStory(IReadOnlyList<string> Taken, IReadOnlyList<(string Destination, string Recipient, string Reply)> Refused)
{
    private const int MessageEnded = 240;
    private const int RefusedOnItsWay = 243;

    /// <summary>Reads the logs of sinks that write JSON at Debug.</summary>
    public static SinkStory Of(params ReadOnlySpan<SinkProcess> sinks)
    {
        var taken = new List<string>();
        var refused = new List<(string, string, string)>();
        foreach (var sink in sinks)
        {
            foreach (var line in sink.Output.Split('\n').Where(line => line.StartsWith('{')))
            {
                var properties = JsonDocument.Parse(line).RootElement.GetProperty("Properties");
                switch (properties.TryGetProperty("EventId", out var id) ? id.GetProperty("Id").GetInt32() : 0)
                {
                    case MessageEnded when properties.GetProperty("Code").GetInt32() == 250:
                        taken.Add(Text(properties, "Id"));
                        break;
                    case RefusedOnItsWay:
                        refused.Add((Text(properties, "Destination"), Text(properties, "Recipient"), Text(properties, "Reply").Replace(" | ", " ", StringComparison.Ordinal)));
                        break;
                }
            }
        }

        return new SinkStory(taken, refused);
    }

    /// <summary>The same, as soon as it tells of so many messages: a log is written, and read, a while after the client has its reply.</summary>
    public static async Task<SinkStory> WaitForAsync(int messages, SinkProcess[] sinks, CancellationToken limit)
    {
        while (true)
        {
            var story = Of(sinks);
            if (story.Taken.Count + story.Refused.Count >= messages)
            {
                return story;
            }

            await Task.Delay(500, limit);
        }
    }

    /// <summary>The same from Postfix's log.</summary>
    public static SinkStory Of(IReadOnlyList<Delivery> log) => new(
        [.. log.Where(delivery => delivery.Status == "sent").Select(delivery => delivery.Reply[(delivery.Reply.LastIndexOf(' ') + 1)..])],
        [.. log.Where(delivery => delivery.Status != "sent")
            .Select(delivery => (delivery.Address, delivery.Command == "MAIL FROM" ? string.Empty : delivery.Recipient, delivery.HostReply))]);

    /// <summary>Both tell the same of every message.</summary>
    /// <param name="other">The other.</param>
    /// <param name="seen">What may be known of a destination.</param>
    public void ShouldBe(SinkStory other, Func<string, string> seen)
    {
        Taken.Order(StringComparer.Ordinal).ShouldBe(other.Taken.Order(StringComparer.Ordinal));
        Refusals(this).ShouldBe(Refusals(other));

        IEnumerable<(string, string, string)> Refusals(SinkStory story) => story.Refused.Select(refusal => (seen(refusal.Destination), refusal.Recipient, refusal.Reply)).Order();
    }

    private static string Text(JsonElement properties, string name) => properties.GetProperty(name).GetString()!;
}
