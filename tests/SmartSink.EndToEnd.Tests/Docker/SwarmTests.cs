using System.Net;
using System.Text.Json;
using SmartSink.EndToEnd.Tests.TrafficGen;
using SmartSink.Testing;
using SmartSink.Testing.Processes;

namespace SmartSink.EndToEnd.Tests.Docker;

/// <summary>docker/stack.yml on a Swarm of this machine: HAProxy and four sinks, loaded as far as they go.</summary>
public sealed class SwarmTests
{
    private const int Replicas = 4;

    [Fact]
    public async Task Replicas_under_full_load_stay_healthy_share_the_mail_and_know_their_clients()
    {
        await using var stack = await SwarmStack.DeployAsync("""
            version: "3.8"
            services:
              smartsink:
                healthcheck:
                  test: ["CMD", "/opt/smartsink/smartsink", "health"]
                  interval: 2s
                  timeout: 10s
                  retries: 3
            """, "[[bounce.\"who.example\"]]\ncode = 550\nmsg = \"5.7.1 you are {client_ip}\"\n");
        var sinks = await stack.SinksAsync(Replicas);
        var port = await stack.PublishedPortAsync();
        var answer = await DockerEngine.UntilAsync(() => RecipientProbe.TryAnswerAsync(port, "permfail@who.example"), reply => reply.Length > 0);

        // From this host a published port is reached by way of the bridge; the address is none of HAProxy's among the sinks.
        answer.ShouldStartWith("550 5.7.1 you are ");
        IPNetwork.Parse("10.53.0.0/24").Contains(IPAddress.Parse(answer.Split(' ')[^1])).ShouldBeFalse(answer);

        var run = await TrafficGenRun.StartAsync("--target", $"127.0.0.1:{port}", "--concurrency", "200", "--duration", "12", "--keep-going", "--seed", "7");
        run.ShouldEndWith(0);

        (await stack.SinksAsync(Replicas)).ShouldBe(sinks, ignoreOrder: true, "no replica was replaced");
        var messages = new List<double>();
        var names = new List<string>();
        foreach (var sink in sinks)
        {
            var container = JsonSerializer.Deserialize<JsonElement[]>((await DockerEngine.RunAsync("inspect", sink)).Output)![0];
            var health = container.GetProperty("State").GetProperty("Health");
            health.GetProperty("Status").GetString().ShouldBe("healthy", health.ToString());
            names.Add(container.GetProperty("Config").GetProperty("Env").EnumerateArray().Select(variable => variable.GetString()!).Single(variable => variable.StartsWith("SINK_REPLICA=", StringComparison.Ordinal)));
            var metrics = await MetricsScrape.FetchAsync(new Uri($"http://{await SwarmStack.AddressOfAsync(sink)}:8000/metrics"));
            messages.Add(metrics.Sum("smartsink_messages_total"));
        }

        names.Order(StringComparer.Ordinal).ShouldBe(["SINK_REPLICA=smartsink-1", "SINK_REPLICA=smartsink-2", "SINK_REPLICA=smartsink-3", "SINK_REPLICA=smartsink-4"]);
        messages.ShouldAllBe(count => count > 0);
        messages.Sum().ShouldBeGreaterThanOrEqualTo(run.Number("messages.accepted"));
    }
}

/// <summary>The stack with a policy of the test's own, on a Swarm that ends with it.</summary>
internal sealed class SwarmStack : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _name = $"smartsinktest{Environment.ProcessId}";
    private bool _isOurSwarm;

    private SwarmStack()
    {
    }

    /// <summary>Builds the images and deploys; skips the test where there is no Docker.</summary>
    /// <param name="change">A compose file that is laid over the stack's.</param>
    /// <param name="policy">What is added to the policy.</param>
    public static async Task<SwarmStack> DeployAsync(string change, string policy)
    {
        await DockerEngine.BuildSinkAsync();
        await DockerEngine.BuildHaproxyAsync();
        var stack = new SwarmStack();
        try
        {
            await stack.StartAsync(change, policy);
            return stack;
        }
        catch
        {
            await stack.DisposeAsync();
            throw;
        }
    }

    /// <summary>The containers' ids, as soon as there are that many.</summary>
    public async Task<string[]> SinksAsync(int count) =>
        await DockerEngine.UntilAsync(() => ContainersAsync("smartsink"), containers => containers.Length == count);

    /// <summary>The port of this host behind which HAProxy listens.</summary>
    public async Task<int> PublishedPortAsync()
    {
        var proxy = await DockerEngine.UntilAsync(() => ContainersAsync("haproxy"), containers => containers.Length == 1);
        var ports = await DockerEngine.RunAsync("port", proxy[0], "2525");
        return IPEndPoint.Parse(ports.Output.Split('\n')[0]).Port;
    }

    /// <summary>The address at which this host reaches a container of the stack.</summary>
    public static async Task<IPAddress> AddressOfAsync(string container)
    {
        var networks = await DockerEngine.RunAsync("network", "inspect", "--format", "{{range $id, $end := .Containers}}{{$id}} {{$end.IPv4Address}}\n{{end}}", "docker_gwbridge");
        var line = networks.Output.Split('\n').Single(line => line.StartsWith(container, StringComparison.Ordinal));
        return IPAddress.Parse(line.Split(' ', '/')[1]);
    }

    public async ValueTask DisposeAsync()
    {
        await Tool.RunAsync("docker", ["stack", "rm", _name]);
        if (_isOurSwarm)
        {
            await Tool.RunAsync("docker", ["swarm", "leave", "--force"]);
        }

        _folder.Dispose();
    }

    private async Task<string[]> ContainersAsync(string service) =>
        (await DockerEngine.RunAsync("ps", "--quiet", "--no-trunc", "--filter", $"label=com.docker.swarm.service.name={_name}_{service}")).Output
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private async Task StartAsync(string change, string policy)
    {
        if ((await DockerEngine.RunAsync("info", "--format", "{{.Swarm.LocalNodeState}}")).Output.Trim() != "active")
        {
            _isOurSwarm = true;
            await DockerEngine.RunAsync("swarm", "init", "--advertise-addr", "127.0.0.1", "--listen-addr", "127.0.0.1:2377");
        }

        foreach (var part in new[] { "docker", "policy" })
        {
            (await Tool.RunAsync("cp", ["-r", RepositoryRoot.Combine(part), _folder.Path])).ExitCode.ShouldBe(0);
        }

        await File.AppendAllTextAsync(_folder.Combine("policy", "responses.toml"), policy);
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["SMARTSINK_IMAGE"] = DockerEngine.Sink,
            ["HAPROXY_IMAGE"] = DockerEngine.Haproxy,
            ["SMARTSINK_SMTP_PORT"] = "0",
            ["SMARTSINK_POLICY"] = _name,
            ["SMARTSINK_HAPROXY"] = _name,
        };
        var deployed = await Tool.RunAsync(
            "docker",
            ["stack", "deploy", "--resolve-image", "never", "-c", "docker/stack.yml", "-c", _folder.Write("change.yml", change), _name],
            environment: environment,
            folder: _folder.Path);
        deployed.ExitCode.ShouldBe(0, deployed.ToString());
    }
}
