using System.ComponentModel;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using SmartSink.Testing;
using SmartSink.Testing.Processes;

namespace SmartSink.EndToEnd.Tests.Redirect;

/// <summary>A host of the test's own: loopback, one interface that leads nowhere, and a default route through it.</summary>
internal sealed partial class NetworkNamespace : IAsyncDisposable
{
    private const int NetworkNamespaceKind = 0x40000000;

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

    /// <summary>A socket on this host; which host it is on, a socket keeps from its birth.</summary>
    public async Task<Socket> OpenSocketAsync(AddressFamily family, SocketType type, ProtocolType protocol)
    {
        var made = new TaskCompletionSource<Socket>(TaskCreationOptions.RunContinuationsAsynchronously);

        // A thread changes hosts for good, so it has to be one of its own.
        var thread = new Thread(() =>
        {
            try
            {
                using var entrance = File.OpenHandle($"/run/netns/{Name}");
                if (SetNamespace(entrance, NetworkNamespaceKind) != 0)
                {
                    throw new Win32Exception(Marshal.GetLastPInvokeError());
                }

                made.SetResult(new Socket(family, type, protocol));
            }
            catch (Exception error)
            {
                made.SetException(error);
            }
        });
        thread.Start();
        return await made.Task;
    }

    /// <summary>A client for what answers HTTP on this host.</summary>
    public HttpClient CreateHttpClient() => new(new SocketsHttpHandler
    {
        ConnectCallback = async (context, cancellation) =>
        {
            var address = IPAddress.Parse(context.DnsEndPoint.Host);
            var socket = await OpenSocketAsync(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(address, context.DnsEndPoint.Port, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        },
    });

    public async ValueTask DisposeAsync() => await RunOutsideAsync("ip", "netns", "del", Name);

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNamespace(SafeFileHandle entrance, int kind);

    private static async Task<ToolResult> RunOutsideAsync(params string[] command)
    {
        var result = await Tool.RunAsync(command[0], command[1..]);
        result.ExitCode.ShouldBe(0, result.ToString());
        return result;
    }
}
