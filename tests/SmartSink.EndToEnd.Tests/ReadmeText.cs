using SmartSink.Testing;

namespace SmartSink.EndToEnd.Tests;

/// <summary>The README's commands, so that what is tried is what is written.</summary>
internal static class ReadmeText
{
    private static readonly string Text = File.ReadAllText(RepositoryRoot.Combine("README.md"));

    /// <summary>The command that begins so, from a line of its own or from between backticks.</summary>
    public static string Command(string start)
    {
        var command = Text.Split('\n', '`').FirstOrDefault(part => part.StartsWith(start, StringComparison.Ordinal));
        return command ?? throw new InvalidOperationException($"README.md has no command that begins with: {start}");
    }
}
