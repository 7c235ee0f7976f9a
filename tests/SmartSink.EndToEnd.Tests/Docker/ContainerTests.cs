using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using SmartSink.Testing.Processes;

namespace SmartSink.EndToEnd.Tests.Docker;

/// <summary>The image by itself: what it opens on which network, whom it sees, and what it says of itself.</summary>
public sealed class ContainerTests
{
    private static readonly HttpClient Http = new();

    [Fact]
    public async Task HTTP_is_open_to_the_container_s_own_network_over_IPv4_and_IPv6()
    {
        await DockerEngine.BuildSinkAsync();
        await using var network = await DockerNetwork.CreateAsync("--ipv6", "--subnet", "fd00:25:25::/64");
        await using var sink = await SinkContainer.RunAsync("--network", network.Name);

        (await sink.HttpEndPointAsync()).ShouldBe(new IPEndPoint(IPAddress.IPv6Any, 8000));
        foreach (var address in await sink.AddressesAsync())
        {
            (await Http.GetStringAsync(new Uri($"http://{new IPEndPoint(address, 8000)}/livez"), TestContext.Current.CancellationToken)).ShouldBe("ok\n");
        }

        (await DockerEngine.RunAsync("exec", sink.Id, "/opt/smartsink/smartsink", "health")).Output.ShouldContain("\"ready\"");
    }

    [Fact]
    public async Task HTTP_is_on_loopback_when_the_container_shares_its_host_s_network()
    {
        await DockerEngine.BuildSinkAsync();
        await using var sink = await SinkContainer.RunAsync("--network", "host", "--env", "SINK_PORT=0", "--env", "SINK_HTTP=0");

        var http = await sink.HttpEndPointAsync();
        http.Address.ShouldBe(IPAddress.Loopback);
        (await Http.GetStringAsync(new Uri($"http://{http}/livez"), TestContext.Current.CancellationToken)).ShouldBe("ok\n");
    }

    [Fact]
    public async Task Clients_that_all_come_from_the_gateway_are_told_of_once()
    {
        await DockerEngine.BuildSinkAsync();
        await using var sink = await SinkContainer.RunAsync("--publish", "127.0.0.1:0:2525", "--env", "SINK_MAX_CONNECTIONS_PER_IP=100");
        var port = IPEndPoint.Parse((await DockerEngine.RunAsync("port", sink.Id, "2525")).Output.Split('\n')[0]).Port;
        for (var client = 0; client < 25; client++)
        {
            (await RecipientProbe.AnswerAsync(port, "250-someone@gmail.com")).ShouldStartWith("250 ");
        }

        var log = await DockerEngine.UntilAsync(sink.LogAsync, log => log.Contains("come from the default gateway", StringComparison.Ordinal));
        log.Split('\n').Count(line => line.Contains(" WRN ", StringComparison.Ordinal)).ShouldBe(1, log);
    }

    [Fact]
    public async Task A_destination_that_port_publishing_has_replaced_cannot_be_asked_for()
    {
        await DockerEngine.BuildSinkAsync();
        var result = await Tool.RunAsync("docker", ["run", "--rm", "--env", "SINK_ORIGINAL_DESTINATION=on", DockerEngine.Sink]);
        result.ExitCode.ShouldBe(2, result.ToString());
        result.Error.ShouldStartWith("SINK_ORIGINAL_DESTINATION: ");
    }

    [Fact]
    public async Task The_image_says_what_it_is_made_of()
    {
        await DockerEngine.BuildSinkAsync();
        var image = JsonSerializer.Deserialize<JsonElement[]>((await DockerEngine.RunAsync("inspect", DockerEngine.Sink)).Output)![0].GetProperty("Config");
        var check = image.GetProperty("Healthcheck");
        (check.GetProperty("Interval").GetInt64(), check.GetProperty("Timeout").GetInt64()).ShouldBe((30_000_000_000, 10_000_000_000));
        foreach (var label in new[] { "title", "source", "revision", "version", "licenses" })
        {
            image.GetProperty("Labels").GetProperty($"org.opencontainers.image.{label}").GetString().ShouldNotBeNullOrEmpty(label);
        }

        const string folder = "/usr/share/doc/smartsink";
        var parts = new List<string?>();
        foreach (var program in new[] { "SmartSink", "SmartSink.TrafficGen" })
        {
            var bill = JsonSerializer.Deserialize<JsonElement>((await ReadAsync($"{folder}/{program}.cdx.json")).Output);
            bill.GetProperty("bomFormat").GetString().ShouldBe("CycloneDX");
            parts.AddRange(bill.GetProperty("components").EnumerateArray().Select(part => part.GetProperty("name").GetString()));
        }

        parts.ShouldContain("Serilog");
        parts.ShouldContain("Spectre.Console");
        foreach (var licence in new[] { "LICENSE", "THIRD-PARTY-NOTICES.txt" })
        {
            (await ReadAsync($"{folder}/{licence}")).Output.Length.ShouldBeGreaterThan(500);
        }

        var notices = (await ReadAsync($"{folder}/THIRD-PARTY-NOTICES.txt")).Output;
        parts.ShouldAllBe(part => notices.Contains(part!, StringComparison.Ordinal));

        static Task<ToolResult> ReadAsync(string file) => DockerEngine.RunAsync("run", "--rm", "--entrypoint", "cat", DockerEngine.Sink, file);
    }
}

/// <summary>One container of the image, which ends with the test.</summary>
internal sealed partial class SinkContainer : IAsyncDisposable
{
    private SinkContainer(string id) => Id = id;

    public string Id { get; }

    /// <summary>Starts one; it answers mail when this returns.</summary>
    public static async Task<SinkContainer> RunAsync(params IEnumerable<string> options)
    {
        var started = await DockerEngine.RunAsync(["run", "--detach", .. options, DockerEngine.Sink]);
        var sink = new SinkContainer(started.Output.Trim());
        await DockerEngine.UntilAsync(sink.LogAsync, log => Answers().IsMatch(log));
        return sink;
    }

    public async Task<string> LogAsync() => (await DockerEngine.RunAsync("logs", Id)).Output;

    /// <summary>Where HTTP listens, as the log says.</summary>
    public async Task<IPEndPoint> HttpEndPointAsync() => IPEndPoint.Parse(Answers().Match(await LogAsync()).Groups["http"].Value);

    /// <summary>The container's addresses of both families.</summary>
    public async Task<IPAddress[]> AddressesAsync()
    {
        var addresses = await DockerEngine.RunAsync("inspect", "--format", "{{range .NetworkSettings.Networks}}{{.IPAddress}} {{.GlobalIPv6Address}} {{end}}", Id);
        return [.. addresses.Output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(IPAddress.Parse)];
    }

    public async ValueTask DisposeAsync() => await Tool.RunAsync("docker", ["rm", "--force", Id]);

    [GeneratedRegex(@"answers SMTP on \S+ and HTTP on (?<http>[^ ;]+);", RegexOptions.ExplicitCapture, 60_000)]
    private static partial Regex Answers();
}

/// <summary>A network of Docker's, which ends with the test.</summary>
internal sealed class DockerNetwork : IAsyncDisposable
{
    private DockerNetwork(string name) => Name = name;

    public string Name { get; }

    public static async Task<DockerNetwork> CreateAsync(params IEnumerable<string> options)
    {
        var network = new DockerNetwork($"smartsinktest{Environment.ProcessId}");
        await DockerEngine.RunAsync(["network", "create", .. options, network.Name]);
        return network;
    }

    public async ValueTask DisposeAsync() => await Tool.RunAsync("docker", ["network", "rm", Name]);
}
