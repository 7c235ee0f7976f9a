using System.Text.RegularExpressions;
using SmartSink.Testing;

namespace SmartSink.PeerBenchmarks.Throughput;

/// <summary>The policy that comes with SmartSink.</summary>
internal static partial class ShippedPolicy
{
    /// <summary>Its main file.</summary>
    public static string File { get; } = RepositoryRoot.Combine("policy", "responses.toml");

    /// <summary>The domains that the main file gives rates to, without the patterns.</summary>
    public static IReadOnlyList<string> Domains() => [.. DomainTable().Matches(System.IO.File.ReadAllText(File)).Select(match => match.Groups[1].Value)];

    [GeneratedRegex("""^\[domain\."([^"*]+)"\]""", RegexOptions.Multiline | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex DomainTable();
}
