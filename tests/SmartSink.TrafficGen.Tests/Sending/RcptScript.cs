namespace SmartSink.TrafficGen.Tests.Sending;

/// <summary>A server that answers RCPT as a list says.</summary>
internal static class RcptScript
{
    /// <summary>Serves, and keeps the recipients that it was named.</summary>
    /// <param name="session">The connection.</param>
    /// <param name="replies">What the recipients are answered in turn; an empty one closes the connection. Null accepts all.</param>
    /// <param name="envelopes">Gets the RCPT commands.</param>
    /// <param name="number">Where in the list they go.</param>
    public static async Task ServeFirstAsync(this FakeSession session, string[]? replies, List<string>[] envelopes, int number)
    {
        var given = 0;
        await session.ServeAsync(line => replies is null || !line.StartsWith("RCPT", StringComparison.Ordinal) ? null : replies[given++]);
        envelopes[number] = [.. session.Heard.Where(line => line.StartsWith("RCPT", StringComparison.Ordinal))];
    }
}
