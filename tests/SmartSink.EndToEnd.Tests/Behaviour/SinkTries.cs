using System.Text.Json;
using SmartSink.Testing.Processes;

namespace SmartSink.EndToEnd.Tests.Behaviour;

/// <summary>When messages were tried, and when they were accepted, as a sink's log tells it that writes JSON at Debug. Each message has a sender of its own.</summary>
internal static class SinkTries
{
    private const int MessageEnded = 240;
    private static readonly int[] Refused = [241, 243];

    /// <summary>The settings of such a sink.</summary>
    public static IReadOnlyDictionary<string, string> Settings(int port) => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["SINK_PORT"] = $"{port}",
        ["SINK_LOG_LEVEL"] = "Debug",
        ["SINK_LOG_FORMAT"] = "json",
    };

    /// <summary>The tries of a sender's message, in their order; the last one may be the acceptance.</summary>
    public static IReadOnlyList<SinkTry> Of(SinkProcess sink, string sender)
    {
        var tries = new List<SinkTry>();
        foreach (var line in sink.Output.Split('\n').Where(line => line.StartsWith('{')))
        {
            var entry = JsonDocument.Parse(line).RootElement;
            var properties = entry.GetProperty("Properties");
            var id = properties.TryGetProperty("EventId", out var kind) ? kind.GetProperty("Id").GetInt32() : 0;
            if ((id == MessageEnded || Refused.Contains(id)) && properties.GetProperty("Sender").GetString() == sender)
            {
                var isAccepted = id == MessageEnded && properties.GetProperty("Code").GetInt32() == 250;
                if (isAccepted || id != MessageEnded)
                {
                    tries.Add(new SinkTry(entry.GetProperty("Timestamp").GetDateTimeOffset(), isAccepted));
                }
            }
        }

        return tries;
    }
}

/// <summary>One try of a message.</summary>
internal sealed record SinkTry(DateTimeOffset At, bool IsAccepted);
