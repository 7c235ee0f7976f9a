using System.Diagnostics.CodeAnalysis;
using System.Net.Mail;
using SmartSink.Testing;
using SmartSink.Testing.Processes;

namespace SmartSink.Client.Tests;

/// <summary>The examples of docs/testing.md as they stand there, against a sink as its users run it.</summary>
public sealed class ExampleTests
{
    private static readonly string Page = File.ReadAllText(RepositoryRoot.Combine("docs", "testing.md"));

    [Fact]
    [SuppressMessage("Usage", "xUnit1051", Justification = "The page's example has no token.")]
    public async Task Yahoo_is_turned_off_and_on_in_CSharp()
    {
        await using var process = await StartAsync();
        var http = process.Http;

        using var sink = new SmartSinkClient(http);

        await using (await sink.OverrideAsync(new SinkOverride { Domain = "yahoo.com", Defer = 100, Name = "yahoo is down" }))
        {
            await SendAsync("joe@yahoo.com");

            var refused = (RefusalEvent)await sink.WaitForAsync("joe@yahoo.com", SinkOutcome.TempFail);
            refused.Reply.ShouldStartWith("4");
            var why = await sink.ExplainAsync("joe@yahoo.com");
            why.Overrides[0].Name.ShouldBe("yahoo is down");
        }

        await SendAsync("joe@yahoo.com");
        await sink.WaitForAsync("joe@yahoo.com", SinkOutcome.Accepted);

        Task SendAsync(string recipient) => ClientMail.SendAsync(process.SmtpPort, recipient);
    }

    [Fact]
    [SuppressMessage("Usage", "xUnit1051", Justification = "The page's example has no token.")]
    public async Task A_sender_is_graded_in_CSharp()
    {
        await using var process = await StartAsync();
        using var sink = new SmartSinkClient(process.Http);

        await sink.StartLedgerAsync();

        await SendAsync("joe@yahoo.com");

        var report = await sink.GetReportAsync();
        report.Senders[0].Grade.ShouldNotBe("F", report.Senders[0].ToString());

        Task SendAsync(string recipient) => ClientMail.SendAsync(process.SmtpPort, recipient);
    }

    [Fact]
    [SuppressMessage("Usage", "xUnit1051", Justification = "The page's example has no token.")]
    public async Task A_sender_meets_a_greylist_in_CSharp()
    {
        await using var process = await StartAsync();
        using var sink = new SmartSinkClient(process.Http);

        await sink.StartLedgerAsync();

        await using (await sink.OverlayAsync(new SinkOverlay { Name = "gmail greylists", Policy = "[domain.\"gmail.com\".greylist]\nwait = \"5m\"\n" }))
        {
            await SendAsync("joe@gmail.com");
            var refused = (RefusalEvent)await sink.WaitForAsync("joe@gmail.com", SinkOutcome.TempFail);
            refused.Label.ShouldBe("greylist");
        }

        await SendAsync("joe@gmail.com");
        await sink.WaitForAsync("joe@gmail.com", SinkOutcome.Accepted);

        var report = await sink.GetReportAsync();
        var retries = report.Senders[0].Rules.Single(rule => rule.Rule == "retries-4xx");
        retries.Verdict.ShouldBe(RuleVerdict.Pass, retries.Finding);

        Task SendAsync(string recipient) => ClientMail.SendAsync(process.SmtpPort, recipient);
    }

    [Fact]
    public void The_examples_in_CSharp_are_those_that_are_run()
    {
        var code = Trimmed(File.ReadAllText(RepositoryRoot.Combine("tests", "SmartSink.Client.Tests", "ExampleTests.cs")));

        foreach (var block in Blocks("csharp").Take(3))
        {
            code.ShouldContain(Trimmed(block));
        }

        static string Trimmed(string text) => string.Join('\n', text.Split('\n').Select(line => line.Trim()));
    }

    [Fact]
    public async Task Yahoo_is_turned_off_and_on_with_curl()
    {
        Assert.SkipUnless(Tool.Find("curl") is not null, "this machine has no curl");
        await using var process = await StartAsync();

        var result = await Tool.RunAsync("sh", ["-eu"], input: Block("sh"), environment: AddressesOf(process));

        result.ExitCode.ShouldBe(0, result.ToString());
        (await process.MetricsAsync()).Sum("smartsink_recipients_total", ("domain", "yahoo.com"), ("outcome", "tempfail")).ShouldBe(1, result.ToString());
    }

    [Fact]
    public async Task Yahoo_is_turned_off_and_on_in_Python()
    {
        Assert.SkipUnless(Tool.Find("python3") is not null, "this machine has no python3");
        await using var process = await StartAsync();

        var result = await Tool.RunAsync("python3", ["-"], input: Block("python"), environment: AddressesOf(process));

        result.ExitCode.ShouldBe(0, result.ToString());
        var metrics = await process.MetricsAsync();
        metrics.Sum("smartsink_recipients_total", ("domain", "yahoo.com"), ("outcome", "tempfail")).ShouldBe(1);
        metrics.Sum("smartsink_recipients_total", ("domain", "yahoo.com"), ("outcome", "accepted")).ShouldBe(1);
    }

    /// <summary>A sink with the page's policy.</summary>
    private static Task<SinkProcess> StartAsync() => SinkProcess.StartAsync(Block("toml"));

    private static Dictionary<string, string> AddressesOf(SinkProcess process) => new(StringComparer.Ordinal)
    {
        ["SMARTSINK_HTTP"] = process.Http.ToString().TrimEnd('/'),
        ["SMARTSINK_SMTP"] = $"127.0.0.1:{process.SmtpPort}",
        ["no_proxy"] = "127.0.0.1",
    };

    /// <summary>The page's first block of a language.</summary>
    private static string Block(string language) => Blocks(language).First();

    private static IEnumerable<string> Blocks(string language) =>
        Page.Split("```").Where((block, index) => index % 2 == 1 && block.StartsWith(language + "\n", StringComparison.Ordinal)).Select(block => block[(language.Length + 1)..]);
}

/// <summary>A program that sends mail, as far as these tests need one.</summary>
internal static class ClientMail
{
    /// <summary>Sends a message to one recipient; a refusal is nothing to it.</summary>
    public static async Task SendAsync(int port, string recipient, string sender = "test@client.example")
    {
        using var mail = new SmtpClient("127.0.0.1", port);
        try
        {
            await mail.SendMailAsync(sender, recipient, "test", "hello", TestContext.Current.CancellationToken);
        }
        catch (SmtpException)
        {
            // What the sink said is for the sink to tell.
        }
    }
}
