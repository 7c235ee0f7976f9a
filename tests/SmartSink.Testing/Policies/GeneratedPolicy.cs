using System.Text;
using SmartSink.Policy;

namespace SmartSink.Testing.Policies;

/// <summary>A policy file with so many domains, each with rates and two replies of its own; none of them closes the connection.</summary>
public sealed class GeneratedPolicy : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>Writes it.</summary>
    /// <param name="domains">How many domains; 0 leaves the default rates alone.</param>
    public GeneratedPolicy(int domains)
    {
        Domains = domains;
        File = _folder.Write("responses.toml", TextOf(domains));
    }

    /// <summary>How many domains it has.</summary>
    public int Domains { get; }

    /// <summary>Its responses.toml.</summary>
    public string File { get; }

    /// <summary>The text of such a responses.toml.</summary>
    public static string TextOf(int domains)
    {
        var text = new StringBuilder("[default]\nbounce = 10\ndefer = 5\n");
        for (var i = 0; i < domains; i++)
        {
            var domain = Domain(i);
            text.Append($"[domain.\"{domain}\"]\nbounce = 5.5\ndefer = 20\n")
                .Append($"[[bounce.\"{domain}\"]]\ncode = 550\nmsg = \"5.1.1 <{{recipient}}>: no such user\"\n")
                .Append($"[[defer.\"{domain}\"]]\ncode = 451\nmsg = \"4.7.1 Try again later\"\n");
        }

        return text.ToString();
    }

    /// <summary>The name of one of the domains, counted from 0.</summary>
    public static string Domain(int number) => $"mail{number}.provider{number % 97}.example";

    /// <summary>Reads and checks it.</summary>
    public PolicySnapshot Load()
    {
        var result = PolicyLoader.Load(File);
        return result.Snapshot ?? throw new InvalidOperationException(string.Join('\n', result.Diagnostics));
    }

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();
}
