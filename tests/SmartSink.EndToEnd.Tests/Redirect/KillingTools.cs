using SmartSink.Testing;

namespace SmartSink.EndToEnd.Tests.Redirect;

/// <summary>The kernel's tools under their own names, of which one kills the script that calls it.</summary>
internal sealed class KillingTools : IDisposable
{
    private const string Program = """
        #!/bin/bash
        echo >> "${0%/*}/calls"
        if (($(wc -l < "${0%/*}/calls") == KILLING_CALL)); then kill -KILL 0; fi
        exec "/usr/sbin/${0##*/}" "$@"

        """;

    private readonly TemporaryFolder _folder = new();

    public KillingTools()
    {
        foreach (var name in new[] { "nft", "iptables", "ip6tables", "iptables-legacy", "ip6tables-legacy" })
        {
            _folder.Write(name, Program);
        }
    }

    /// <summary>The command, killed with all that it started just before that call of a tool.</summary>
    /// <param name="command">A script's name and its words.</param>
    /// <param name="call">Which call, from 1 on.</param>
    public string Kill(string command, int call) =>
        $"chmod +x {_folder.Path}/*; rm -f {_folder.Combine("calls")}; KILLING_CALL={call} PATH={_folder.Path}:$PATH setsid --wait {command}";

    public void Dispose() => _folder.Dispose();
}
