using System.Net;
using DotNet.Testcontainers.Configurations;
using SmartSink.Client;
using SmartSink.Testcontainers;
using SmartSink.Testing;

namespace SmartSink.EndToEnd.Tests.Docker;

/// <summary>The image in the hands of a test that has it started by Testcontainers.</summary>
public sealed class TestcontainersTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_provider_is_turned_off_and_on()
    {
        await PrepareAsync();
        const string image = DockerEngine.Sink;

        await using var container = new SmartSinkBuilder(image).WithPolicy("include = [\"builtin:providers\"]").Build();
        await container.StartAsync(Token);
        using var sink = container.CreateClient();

        var smtp = new IPEndPoint(await AddressOfAsync(container.SmtpHost), container.SmtpPort);
        await using (await sink.OverrideAsync(new SinkOverride { Domain = "yahoo.com", Defer = 100, Name = "yahoo is down" }, Token))
        {
            var reply = await RecipientProbe.AnswerAsync(smtp, "joe@yahoo.com");
            var refused = (RefusalEvent)await sink.WaitForAsync("joe@yahoo.com", SinkOutcome.TempFail, cancellationToken: Token);
            refused.Reply.Split('\n')[^1].ShouldBe(reply);
            (await sink.ExplainAsync("joe@yahoo.com", cancellationToken: Token)).Overrides[0].Name.ShouldBe("yahoo is down");
        }

        (await RecipientProbe.AnswerAsync(smtp, "joe@yahoo.com")).ShouldStartWith("250 ");
        await sink.WaitForAsync("joe@yahoo.com", SinkOutcome.Accepted, cancellationToken: Token);
    }

    [Fact]
    public async Task Writing_needs_the_container_s_token()
    {
        await PrepareAsync();
        using var folder = new TemporaryFolder();
        var policy = folder.Write("mine.toml", "[domain.\"here.example\"]\nbounce = 100\n");
        await using var container = new SmartSinkBuilder(DockerEngine.Sink).WithToken("a-token-of-this-test").WithPolicyFile(policy).Build();
        await container.StartAsync(Token);
        using var stranger = new SmartSinkClient(container.HttpAddress, "another-token");
        using var owner = new SmartSinkClient(container.HttpAddress, "a-token-of-this-test");

        (await stranger.PolicyAsync("here.example", cancellationToken: Token)).Entries.ShouldHaveSingleItem().Bounce.ShouldBe(100);
        (await Should.ThrowAsync<SmartSinkException>(() => stranger.CalmAsync(Token))).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await owner.CalmAsync(Token)).ShouldBe(0);
    }

    [Fact]
    public async Task The_page_shows_what_is_tried_here()
    {
        var code = await File.ReadAllTextAsync(RepositoryRoot.Combine("tests", "SmartSink.EndToEnd.Tests", "Docker", "TestcontainersTests.cs"), Token);
        var shown = PageText.Testing.Block("await using var container");

        // A test can be cancelled, the page's example cannot.
        code = code.Replace("(Token)", "()", StringComparison.Ordinal);
        shown.Split('\n').ShouldAllBe(line => code.Contains(line.Trim(), StringComparison.Ordinal));
    }

    /// <summary>Builds the image, and settles what Testcontainers asks the environment for when it is first used.</summary>
    private static async Task PrepareAsync()
    {
        await DockerEngine.BuildSinkAsync();

        // It speaks no older version of the engine's API by itself, and Debian's engine knows none so new.
        var version = await DockerEngine.RunAsync("version", "--format", "{{.Server.APIVersion}}");
        Environment.SetEnvironmentVariable("DOCKER_API_VERSION", version.Output.Trim());

        // The reaper's image cannot be had on a machine that reaches no image registry, and these containers are disposed of.
        TestcontainersSettings.ResourceReaperEnabled = false;
    }

    private static async Task<IPAddress> AddressOfAsync(string host) => (await Dns.GetHostAddressesAsync(host, System.Net.Sockets.AddressFamily.InterNetwork, Token))[0];
}
