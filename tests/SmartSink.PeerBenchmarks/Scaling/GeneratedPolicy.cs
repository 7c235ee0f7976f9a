using System.Text;

namespace SmartSink.PeerBenchmarks.Scaling;

/// <summary>A policy of as many domains as asked for, each with rates and replies of its own; none of them closes the connection.</summary>
internal sealed class GeneratedPolicy
{
    /// <summary>Writes it.</summary>
    /// <param name="domains">How many domains.</param>
    public GeneratedPolicy(int domains)
    {
        Domains = [.. Enumerable.Range(0, domains).Select(index => $"domain-{index:D6}.test")];
        var text = new StringBuilder();
        foreach (var domain in Domains)
        {
            text.Append($"[domain.\"{domain}\"]\nbounce = 5\ndefer = 5\n");
            text.Append($"[[bounce.\"{domain}\"]]\ncode = 550\nmsg = \"5.1.1 nobody of that name at {domain}\"\n");
            text.Append($"[[defer.\"{domain}\"]]\ncode = 451\nmsg = \"4.7.1 {domain} asks you to come again\"\n");
        }

        Text = text.ToString();
    }

    /// <summary>Their names.</summary>
    public IReadOnlyList<string> Domains { get; }

    /// <summary>The text of responses.toml.</summary>
    public string Text { get; }
}
