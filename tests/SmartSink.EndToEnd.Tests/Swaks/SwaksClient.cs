using SmartSink.Testing.Processes;

namespace SmartSink.EndToEnd.Tests.Swaks;

/// <summary>swaks, a client for people who try mail servers by hand, and a sink of its own for each message.</summary>
internal static class SwaksClient
{
    /// <summary>Sends a message to a sink of this policy and these settings.</summary>
    public static async Task<ToolResult> SendAsync(string policy, string recipients, IReadOnlyDictionary<string, string> settings, params string[] more)
    {
        Requirement.Programs("swaks");
        await using var sink = await SinkProcess.StartAsync(policy, settings);
        return await Tool.RunAsync(
            "swaks",
            [.. more.Contains("--socket") ? [] : new[] { "--server", "127.0.0.1", "--port", $"{sink.SmtpPort}" }, "--from", "sender@client.test", "--to", recipients, "--helo", "client.test", .. more]);
    }
}
