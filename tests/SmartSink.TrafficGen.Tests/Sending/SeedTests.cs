using System.Net;
using SmartSink.Testing.Processes;
using SmartSink.TrafficGen.Options;
using SmartSink.TrafficGen.Sending;

namespace SmartSink.TrafficGen.Tests.Sending;

/// <summary>A seed on each side: what each domain is answered is the same in every run, code by code.</summary>
public sealed class SeedTests
{
    private const string Policy = """
        seed = 7
        [default]
        bounce = 10
        defer = 20
        [domain."a.example"]
        bounce = 15
        [domain."sticky.example"]
        sticky = true
        [[bounce."*"]]
        code = 550
        msg = "5.1.1 No"
        [[bounce."*"]]
        code = 554
        msg = "5.7.1 No"
        weight = 2
        [[defer."*"]]
        code = 450
        msg = "4.2.0 Later"
        [[defer."*"]]
        code = 452
        msg = "4.2.2 Full"
        """;

    private const string AtData = Policy + """

        stage = "data"
        """;

    private static readonly TrafficOptions Options = new()
    {
        Duration = null,
        MessageCount = 3000,
        Domains = [new("a.example", 3), new("b.example", 1), new("sticky.example", 2)],
        TempFailPercent = 15,
        PermFailPercent = 10,
        KeepGoing = true,
        Seed = 3,
        BodySize = 10,
    };

    [Theory]
    [InlineData(1, false)]
    [InlineData(3, false)]
    [InlineData(3, true)]
    public async Task Totals_repeat_with_triggers_and_many_connections(int recipients, bool pipelining)
    {
        var options = Options with { RecipientsPerMessage = recipients, Pipelining = pipelining };

        var first = await TotalsAsync(options with { Concurrency = 1 }, Policy);

        first.Count.ShouldBe(15, "five codes for each of three domains");
        (await TotalsAsync(options with { Concurrency = 40 }, Policy)).ShouldBe(first);
        (await TotalsAsync(options with { Concurrency = 13 }, Policy)).ShouldBe(first);
        (await TotalsAsync(options with { Concurrency = 13, Seed = 4 }, Policy)).ShouldNotBe(first);
    }

    [Fact]
    public async Task Totals_repeat_with_replies_at_the_end_of_data_when_a_message_has_one_recipient()
    {
        var first = await TotalsAsync(Options with { Concurrency = 1 }, AtData);

        (await TotalsAsync(Options with { Concurrency = 20 }, AtData)).ShouldBe(first);
    }

    [Fact]
    public async Task Totals_repeat_over_one_connection_whatever_decides_about_several_recipients()
    {
        var options = Options with { Concurrency = 1, RecipientsPerMessage = 3 };

        (await TotalsAsync(options, AtData)).ShouldBe(await TotalsAsync(options, AtData));
    }

    private static async Task<List<string>> TotalsAsync(TrafficOptions options, string policy)
    {
        await using var sink = await SinkProcess.StartAsync(policy);
        var observer = new CountingObserver();

        var end = await TrafficRun.RunAsync(
            options with { Target = new DnsEndPoint("127.0.0.1", sink.SmtpPort) }, observer, TimeProvider.System, CancellationToken.None);

        (end, observer.Faults.Count).ShouldBe((TrafficEnd.Complete, 0));
        return [.. observer.Answers.GroupBy(answer => (answer.Key.Domain, answer.Key.Code))
            .Select(group => $"{group.Key}: {group.Sum(answer => answer.Value)}").Order(StringComparer.Ordinal)];
    }
}
