using System.Text;
using SmartSink.Policy;
using SmartSink.Testing;

namespace SmartSink.Benchmarks;

/// <summary>A policy file with so many domains, each with rates and two replies of its own.</summary>
internal sealed class GeneratedPolicy : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public GeneratedPolicy(int domains)
    {
        var text = new StringBuilder("[default]\nbounce = 10\ndefer = 5\n");
        for (var i = 0; i < domains; i++)
        {
            var domain = Domain(i);
            text.Append($"[domain.\"{domain}\"]\nbounce = 5.5\ndefer = 20\n")
                .Append($"[[bounce.\"{domain}\"]]\ncode = 550\nmsg = \"5.1.1 <{{recipient}}>: no such user\"\n")
                .Append($"[[defer.\"{domain}\"]]\ncode = 451\nmsg = \"4.7.1 Try again later\"\n");
        }

        File = _folder.Write("responses.toml", text.ToString());
    }

    public string File { get; }

    public static string Domain(int number) => $"mail{number}.provider{number % 97}.example";

    public PolicySnapshot Load()
    {
        var result = PolicyLoader.Load(File);
        return result.Snapshot ?? throw new InvalidOperationException(string.Join('\n', result.Diagnostics));
    }

    public void Dispose() => _folder.Dispose();
}
