using SmartSink.Testing;
using SmartSink.Testing.Processes;

namespace SmartSink.EndToEnd.Tests.Redirect;

/// <summary>A host of the test's own: loopback, one interface that leads nowhere, and a default route through it.</summary>
internal sealed class NetworkNamespace : IAsyncDisposable
{
    private static int _count;

    private NetworkNamespace(string name) => Name = name;

    public string Name { get; }

    public static async Task<NetworkNamespace> CreateAsync()
    {
        var host = await CreateBareAsync();
        foreach (var command in new[]
        {
            "ip link add up0 type veth peer name up1",
            "ip addr add 192.0.2.10/24 dev up0",
            "ip -6 addr add 2001:db8::10/64 dev up0 nodad",
            "ip link set up0 up",
            "ip link set up1 up",
            "ip route add default dev up0",
            "ip -6 route add default dev up0",
        })
        {
            await host.RunAsync(command);
        }

        return host;
    }

    /// <summary>One with loopback alone.</summary>
    public static async Task<NetworkNamespace> CreateBareAsync()
    {
        var host = new NetworkNamespace($"smartsink{Environment.ProcessId}-{Interlocked.Increment(ref _count)}");
        await RunOutsideAsync("ip", "netns", "add", host.Name);
        await host.RunAsync("ip link set lo up");
        return host;
    }

    /// <summary>The command as it is run on this host.</summary>
    public IReadOnlyList<string> Inside(IEnumerable<string> command) => ["ip", "netns", "exec", Name, .. command];

    /// <summary>Runs a shell's line on this host and expects it to succeed.</summary>
    public Task<ToolResult> RunAsync(string line) => RunOutsideAsync([.. Inside(["bash", "-c", line])]);

    /// <summary>Runs a shell's line on this host, from the repository's root, whatever comes of it.</summary>
    public Task<ToolResult> TryAsync(string line)
    {
        var command = Inside(["bash", "-c", line]);
        return Tool.RunAsync(command[0], command.Skip(1), folder: RepositoryRoot.Path);
    }

    public async ValueTask DisposeAsync() => await RunOutsideAsync("ip", "netns", "del", Name);

    private static async Task<ToolResult> RunOutsideAsync(params string[] command)
    {
        var result = await Tool.RunAsync(command[0], command[1..]);
        result.ExitCode.ShouldBe(0, result.ToString());
        return result;
    }
}
