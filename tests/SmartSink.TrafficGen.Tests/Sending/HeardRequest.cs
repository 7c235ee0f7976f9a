using System.Text.Json;

namespace SmartSink.TrafficGen.Tests.Sending;

/// <summary>A request as it came.</summary>
internal sealed record HeardRequest(string Line, IReadOnlyDictionary<string, string> Fields, string Body)
{
    /// <summary>The recipients' addresses.</summary>
    public IReadOnlyList<string> Recipients =>
        [.. Json.GetProperty("recipients").EnumerateArray().Select(recipient => recipient.GetProperty("email").GetString()!)];

    /// <summary>The message.</summary>
    public string Content => Json.GetProperty("content").GetString()!;

    /// <summary>The body, read.</summary>
    public JsonElement Json => JsonElement.Parse(Body);
}
