using System.Net;
using SmartSink.Testing.Processes;
using SmartSink.TrafficGen.Options;
using SmartSink.TrafficGen.Sending;

namespace SmartSink.TrafficGen.Tests.Sending;

/// <summary>Against the sink itself: both sides count the same.</summary>
public sealed class SinkTests
{
    private const string Policy = """
        seed = 7
        domain_suffix = "load.test"
        [domain."a.example"]
        bounce = 10
        defer = 20
        [domain."b.example"]
        bounce = 5
        [[defer."a.example"]]
        code = 450
        msg = "4.2.0 Later"
        """;

    [Theory]
    [InlineData(false, false, false)]
    [InlineData(true, false, false)]
    [InlineData(false, true, false)]
    [InlineData(false, false, true)]
    [InlineData(true, false, true)]
    [InlineData(true, true, true)]
    public async Task Both_sides_agree_and_a_second_run_repeats_the_first(bool pipelining, bool startTls, bool chunking)
    {
        var options = new TrafficOptions
        {
            Concurrency = 4,
            Duration = null,
            MessageCount = 400,
            Domains = [new("a.example", 3), new("b.example", 1)],
            DomainSuffix = "load.test",
            RecipientsPerMessage = 2,
            KeepGoing = true,
            Seed = 3,
            Pipelining = pipelining,
            Chunking = chunking,
            Tls = startTls ? TlsMode.StartTls : TlsMode.None,
        };

        var first = await SendAsync(options);
        var second = await SendAsync(options with { Concurrency = 7 });

        first.Answers.Values.Sum().ShouldBe(800);
        (first.Accepted + first.Refused, first.GivenUp, first.Faults.Count).ShouldBe((400, 0, 0));
        Totals(second).ShouldBe(Totals(first));
        (await SendAsync(options with { TempFailPercent = 50, PermFailPercent = 50 })).Accepted.ShouldBe(0);
    }

    [Fact]
    public async Task What_is_refused_at_the_end_of_data_is_told()
    {
        const string RefusesAtData = """
            seed = 7
            [domain."a.example"]
            bounce = 50
            [[bounce."a.example"]]
            code = 550
            msg = "5.7.1 Not this message"
            stage = "data"
            """;
        var options = new TrafficOptions { Concurrency = 3, Duration = null, MessageCount = 100, Domains = [new("a.example", 1)], KeepGoing = true };

        var told = await SendAsync(options, RefusesAtData);

        (told.Accepted + told.Refused).ShouldBe(100);
        told.Answers[(550, TrafficStage.EndOfData, 0)].ShouldBe(told.Refused);
        told.Texts.ShouldHaveSingleItem().ShouldBe(new KeyValuePair<(int, string), int>((550, "5.7.1 Not this message"), told.Refused));
        told.Refused.ShouldBeInRange(1, 99);
    }

    [Fact]
    public async Task Recipients_beyond_the_limit_count_under_their_own_domain()
    {
        var options = new TrafficOptions
        {
            Concurrency = 3,
            Duration = null,
            MessageCount = 40,
            Domains = [new("a.example", 3), new("b.example", 1), new("elsewhere.example", 1)],
            DomainSuffix = "load.test",
            RecipientsPerMessage = 8,
            KeepGoing = true,
            Seed = 3,
        };

        var told = await SendAsync(options, environment: new Dictionary<string, string>(StringComparer.Ordinal) { ["SINK_MAX_RECIPIENTS"] = "3" });

        told.Answers.Where(answer => answer.Key.Code == 452).Sum(answer => answer.Value).ShouldBeGreaterThan(40);
    }

    [Theory]
    [InlineData("SINK_HIDE", "EHLO", null)]
    [InlineData("SINK_BANNER", "one\n\nthree", null)]
    [InlineData("SINK_REPLY_FAULTS", "late-line=100,delay=100ms", null)]
    [InlineData("SINK_REPLY_FAULTS", "keywords=100", null)]
    [InlineData("SINK_REPLY_FAULTS", "full-line=100", null)]
    [InlineData("SINK_REPLY_FAULTS", "ok-for-354=50,seed=1", TrafficFault.Malformed)]
    internal async Task An_odd_server_gets_its_mail(string variable, string value, TrafficFault? fault)
    {
        const string OddReplies = """
            [domain."a.example"]
            bounce = 20
            defer = 20
            [[bounce."a.example"]]
            code = 550
            text = false
            [[defer."a.example"]]
            code = 450
            msg = "4.2.0 \u7528\u6237"
            encoding = "gbk"
            """;
        var options = new TrafficOptions { Concurrency = 1, Duration = null, MessageCount = 20, MessagesPerConnection = 5, Domains = [new("a.example", 1)], KeepGoing = true };

        var told = await SendAsync(options, OddReplies, new Dictionary<string, string>(StringComparer.Ordinal) { [variable] = value });

        (told.Accepted + told.Refused, told.GivenUp).ShouldBe((20, 0));
        told.Faults.Keys.Select(key => (TrafficFault?)key.Fault).ShouldBe(fault is null ? [] : [fault]);
    }

    private static List<string> Totals(CountingObserver observer) =>
        [.. observer.Answers.GroupBy(answer => (Class: answer.Key.Code / 100, answer.Key.Domain))
            .Select(group => $"{group.Key}: {group.Sum(answer => answer.Value)}").Order(StringComparer.Ordinal)];

    private static async Task<CountingObserver> SendAsync(TrafficOptions options, string policy = Policy, IReadOnlyDictionary<string, string>? environment = null)
    {
        await using var sink = await SinkProcess.StartAsync(policy, environment);
        var observer = new CountingObserver();

        var end = await TrafficRun.RunAsync(
            options with { Target = new DnsEndPoint("127.0.0.1", sink.SmtpPort) }, observer, TimeProvider.System, CancellationToken.None);

        end.ShouldBe(TrafficEnd.Complete);
        var scrape = await sink.MetricsAsync();
        foreach (var (outcome, digit) in new[] { ("accepted", 2), ("tempfail", 4), ("permfail", 5) })
        {
            for (var domain = 0; domain < options.Domains.Count; domain++)
            {
                var name = options.Domains[domain].Name;
                var label = name == "elsewhere.example" ? "other" : name;
                scrape.Sum("smartsink_recipients_total", ("outcome", outcome), ("domain", label))
                    .ShouldBe(observer.Answers.Where(answer => answer.Key.Code / 100 == digit && answer.Key.Domain == domain).Sum(answer => answer.Value), $"{outcome} {name}");
            }
        }

        return observer;
    }
}
