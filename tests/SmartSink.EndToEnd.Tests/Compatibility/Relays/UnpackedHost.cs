using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using SmartSink.EndToEnd.Tests.Redirect;
using SmartSink.Testing;
using SmartSink.Testing.Processes;

namespace SmartSink.EndToEnd.Tests.Compatibility.Relays;

/// <summary>
/// A host of the test's own: a network of loopback alone, and this machine's files with Debian packages unpacked over them. So MTAs that
/// cannot be installed beside one another find everything where they expect it, and the machine stays as it is.
/// </summary>
internal sealed class UnpackedHost : IAsyncDisposable
{
    private const int FirstUser = 2525;

    private readonly TemporaryFolder _folder = new();
    private readonly List<Process> _daemons = [];
    private readonly StringBuilder _said = new();
    private int _users;

    private UnpackedHost(NetworkNamespace network) => Network = network;

    public NetworkNamespace Network { get; }

    /// <summary>The clock of the daemons that are started from now on; null for the machine's.</summary>
    public FastClock? Clock { get; private set; }

    private string Layer => _folder.Combine("layer");

    private string Root => _folder.Combine("root");

    /// <summary>Makes one.</summary>
    /// <param name="packages">What is unpacked there.</param>
    /// <param name="prepare">Writes their settings, starts them.</param>
    public static async Task<UnpackedHost> StartAsync(IEnumerable<string> packages, Func<UnpackedHost, Task> prepare)
    {
        Requirement.Root();
        Requirement.Programs("ip", "dpkg-deb");
        string[] names = [.. packages];
        Array.ForEach(names, name => DebianPackages.FileOf(name));
        var host = new UnpackedHost(await NetworkNamespace.CreateBareAsync());
        try
        {
            await host.MakeRootAsync();
            await host.UnpackAsync(names);
            await prepare(host);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Gives daemons another clock.</summary>
    /// <param name="speed">How many seconds pass in one of the machine's; with 1 it stays the machine's.</param>
    /// <param name="roots">As in <see cref="FastClock"/>.</param>
    public async Task UseClockAsync(int speed, params IReadOnlyList<string> roots)
    {
        if (speed == 1)
        {
            return;
        }

        // It shares its time among processes by /dev/shm. Programs that are run with others' rights load a library only from the system's
        // own folder, and only if it is marked so.
        await UnpackAsync(FastClock.Package);
        await RunAsync($"mkdir -p /dev/shm && chmod 1777 /dev/shm && cp {FastClock.Unpacked} {FastClock.Folder} && chmod u+s {FastClock.Folder}{FastClock.Library}");
        Clock = new FastClock(Root, speed, roots);
        Clock.Tell(1);
    }

    /// <summary>Adds a user and a group of that name.</summary>
    public void AddUser(string name)
    {
        var id = FirstUser + _users++;
        File.AppendAllText(PathOf("/etc/passwd"), $"{name}:x:{id}:{id}::/nonexistent:/usr/sbin/nologin\n");
        File.AppendAllText(PathOf("/etc/group"), $"{name}:x:{id}:\n");
    }

    /// <summary>Writes a file there, making its folder.</summary>
    public void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(path))!);
        File.WriteAllText(PathOf(path), text);
    }

    /// <summary>Runs a shell's line there and expects it to succeed.</summary>
    public async Task<ToolResult> RunAsync(string line, string input = "")
    {
        var command = Inside("bash", "-c", line);
        var result = await Tool.RunAsync(command[0], command.Skip(1), input);
        result.ExitCode.ShouldBe(0, result.ToString());
        return result;
    }

    /// <summary>Starts a program that runs as long as the host.</summary>
    public void StartDaemon(params ReadOnlySpan<string> command)
    {
        IReadOnlyList<string> inside = Inside(Clock is null ? [.. command] : Clock.Inside([.. command]));
        var daemon = new Process
        {
            StartInfo = new ProcessStartInfo(inside[0], inside.Skip(1)) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true },
        };
        daemon.OutputDataReceived += (_, line) => Keep(line.Data);
        daemon.ErrorDataReceived += (_, line) => Keep(line.Data);
        daemon.Start();
        daemon.BeginOutputReadLine();
        daemon.BeginErrorReadLine();
        _daemons.Add(daemon);
    }

    /// <summary>Sends a signal to the processes of a program there.</summary>
    public Task SignalAsync(string program, string signal) =>
        MachineAsync($"for id in $(ip netns pids {Network.Name}); do if [ \"$(cat /proc/$id/comm)\" = {program} ]; then kill -{signal} $id; fi; done; true");

    /// <summary>Connects to a program on loopback, as soon as it listens.</summary>
    public async Task<NetworkStream> ConnectAsync(int port)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromMinutes(5));
        while (true)
        {
            var socket = await Network.OpenSocketAsync(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, port, limit.Token);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException)
            {
                socket.Dispose();
                await Task.Delay(50, limit.Token);
            }
        }
    }

    /// <summary>What the daemons have said so far.</summary>
    public string Said
    {
        get
        {
            lock (_said)
            {
                return _said.ToString();
            }
        }
    }

    /// <summary>A file's text there.</summary>
    public string Read(string path) => File.ReadAllText(PathOf(path));

    public async ValueTask DisposeAsync()
    {
        // Also what MTAs have sent into the background.
        await MachineAsync($"while ids=$(ip netns pids {Network.Name}) && [ -n \"$ids\" ]; do kill -KILL $ids; sleep 0.05; done");
        foreach (var daemon in _daemons)
        {
            daemon.Kill(entireProcessTree: true);
            await daemon.WaitForExitAsync();
            daemon.Dispose();
        }

        TestContext.Current.TestOutputHelper?.WriteLine(Said);
        await Network.DisposeAsync();
        await Tool.RunAsync("umount", ["--lazy", Root, Layer]);
        _folder.Dispose();
    }

    private void Keep(string? line)
    {
        lock (_said)
        {
            _said.AppendLine(line);
        }
    }

    private static async Task MachineAsync(string line)
    {
        var result = await Tool.RunAsync("bash", ["-c", line]);
        result.ExitCode.ShouldBe(0, result.ToString());
    }

    private IReadOnlyList<string> Inside(params IEnumerable<string> command) => Network.Inside(["chroot", Root, .. command]);

    private string PathOf(string path) => Root + path;

    private async Task MakeRootAsync()
    {
        // In memory: an MTA waits for the disk at each message, and its queue need not outlive a power cut.
        await MachineAsync(
            $"chmod 755 {_folder.Path} && cd {_folder.Path} && mkdir layer root && mount -t tmpfs -o mode=755 layer layer && mkdir layer/upper layer/work"
            + " && mount -t overlay -o lowerdir=/,upperdir=layer/upper,workdir=layer/work overlay root && cp -a /dev/null /dev/zero /dev/random /dev/urandom root/dev/");
        // There is no name server to wait for.
        Write("/etc/resolv.conf", "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n");
        Write("/etc/hosts", $"127.0.0.1 localhost mta.test {Environment.MachineName}\n");
    }

    private async Task UnpackAsync(params IEnumerable<string> packages)
    {
        foreach (var package in packages)
        {
            // /lib and its like are links into /usr on this machine, and folders in some packages.
            await MachineAsync($"set -o pipefail; dpkg-deb --fsys-tarfile '{DebianPackages.FileOf(package)}' | tar -x --keep-directory-symlink -C {Root}");
        }
    }
}
