using SmartSink.Policy;
using SmartSink.Testing;
using SmartSink.Testing.Policies;

namespace SmartSink.Benchmarks;

/// <summary>A policy file with so many domains, each with rates and two replies of its own.</summary>
internal sealed class GeneratedPolicy : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public GeneratedPolicy(int domains) => File = _folder.Write("responses.toml", GeneratedPolicyText.Of(domains));

    public string File { get; }

    public PolicySnapshot Load()
    {
        var result = PolicyLoader.Load(File);
        return result.Snapshot ?? throw new InvalidOperationException(string.Join('\n', result.Diagnostics));
    }

    public void Dispose() => _folder.Dispose();
}
