using SmartSink.Testing;

namespace SmartSink.EndToEnd.Tests;

/// <summary>What docs/deployment.md shows, so that what is tried is what is written.</summary>
internal static class DeploymentText
{
    private static readonly string[] Blocks = [.. File.ReadAllText(RepositoryRoot.Combine("docs", "deployment.md")).Split("```").Where((_, index) => index % 2 == 1)];

    /// <summary>The block whose first line begins so.</summary>
    public static string Block(string start)
    {
        var block = Blocks.FirstOrDefault(block => block.TrimStart('\n').StartsWith(start, StringComparison.Ordinal));
        return block?.TrimStart('\n') ?? throw new InvalidOperationException($"docs/deployment.md shows nothing that begins with: {start}");
    }
}
