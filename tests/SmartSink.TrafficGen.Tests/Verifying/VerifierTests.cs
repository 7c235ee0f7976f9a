using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using SmartSink.Testing.Time;
using SmartSink.TrafficGen.Options;
using SmartSink.TrafficGen.Reporting;
using SmartSink.TrafficGen.Sending;
using SmartSink.TrafficGen.Verifying;

namespace SmartSink.TrafficGen.Tests.Verifying;

public sealed class VerifierTests
{
    private static readonly TrafficOptions Options = new()
    {
        Domains = [new WeightedDomain("gmail.com", 1)],
        Verify = [new Uri("http://sink.test:8000")],
        VerifyWait = TimeSpan.FromSeconds(1),
        RunId = "r1",
    };

    private readonly ManualTimeProvider _time = new();
    private readonly TrafficRecorder _recorder;

    public VerifierTests() => _recorder = new TrafficRecorder(new MessageFates(_time));

    [Theory]
    [InlineData("http://sink.test:8000", "http://sink.test:8000/metrics")]
    [InlineData("http://sink.test:8000/", "http://sink.test:8000/metrics")]
    [InlineData("http://sink.test:8000/sink/", "http://sink.test:8000/sink/metrics")]
    [InlineData("http://sink.test:8000/metrics", "http://sink.test:8000/metrics")]
    public async Task The_page_is_found(string address, string page)
    {
        using var pages = new MetricsPages(MetricsPages.Untouched);
        using var metrics = new SinkMetrics(new Uri(address), pages);
        await metrics.TryFetchAsync(TestContext.Current.CancellationToken);
        pages.Asked.ShouldBe(new Uri(page));
    }

    [Fact]
    public async Task A_page_that_is_too_large_is_refused()
    {
        using var pages = new MetricsPages(MetricsPages.Untouched) { Length = 256_000_001 };
        using var metrics = new SinkMetrics(Options.Verify[0], pages);
        (await metrics.TryFetchAsync(TestContext.Current.CancellationToken)).Problem.ShouldBe("http://sink.test:8000/metrics: the page is larger than 256 MB");
    }

    [Fact]
    public async Task Both_sides_agree_at_once()
    {
        using var pages = new MetricsPages(MetricsPages.Page(10, 1), MetricsPages.Page(12, 2));
        Answer(250, TrafficStage.EndOfData, 2);
        Answer(451, TrafficStage.Rcpt, 1);

        var report = await CompareAsync(pages);

        report.Agrees.ShouldBeTrue();
        pages.Requests.ShouldBe(2);
    }

    [Fact]
    public async Task A_refusal_of_MAIL_or_DATA_is_no_recipient_of_the_sink()
    {
        using var pages = new MetricsPages(MetricsPages.Page(0, 0), MetricsPages.Page(1, 0));
        Answer(250, TrafficStage.EndOfData, 1);
        Answer(452, TrafficStage.Mail, 1);
        Answer(451, TrafficStage.Data, 1);

        (await CompareAsync(pages)).Agrees.ShouldBeTrue();
    }

    [Fact]
    public async Task A_sink_that_is_late_is_asked_again()
    {
        using var pages = new MetricsPages(MetricsPages.Page(0, 0), MetricsPages.Page(1, 0), MetricsPages.Page(2, 0));
        Answer(250, TrafficStage.EndOfData, 2);

        (await CompareAsync(pages)).Agrees.ShouldBeTrue();
        pages.Requests.ShouldBe(3);
    }

    [Fact]
    public async Task What_is_missing_after_the_wait_is_told()
    {
        using var pages = new MetricsPages(MetricsPages.Page(0, 0), MetricsPages.Page(1, 0));
        Answer(250, TrafficStage.EndOfData, 3);
        _recorder.MessageGivenUp(0);

        var report = await CompareAsync(pages);

        (report.Agrees, report.Missing, report.Extra, report.Unanswered).ShouldBe((false, 2, 0, 1));
    }

    [Fact]
    public async Task A_sink_that_is_gone_after_the_run_cannot_be_compared()
    {
        using var pages = new MetricsPages(MetricsPages.Page(0, 0), null);
        Answer(250, TrafficStage.EndOfData, 1);

        var report = await CompareAsync(pages);

        report.Agrees.ShouldBeFalse();
        report.Sinks.ShouldHaveSingleItem().Problem.ShouldBe("http://sink.test:8000/metrics: nobody listens");
    }

    [Fact]
    public async Task A_page_that_is_no_sinks_stops_the_run()
    {
        using var pages = new MetricsPages("up 1\n");
        (await Should.ThrowAsync<VerifyException>(() => StartAsync(pages)))
            .Message.ShouldBe("http://sink.test:8000/metrics: not a SmartSink metrics page: smartsink_build_info is missing");
    }

    [Fact]
    public async Task Who_has_waited_enough_gets_what_is_known()
    {
        using var pages = new MetricsPages(MetricsPages.Page(0, 0), MetricsPages.Page(1, 0));
        using var verifier = await StartAsync(pages);
        using var enough = new CancellationTokenSource();
        Answer(250, TrafficStage.EndOfData, 3);

        var comparing = verifier.CompareAsync(_recorder.ReadCounts(), _recorder.Fates, enough.Token);
        comparing.IsCompleted.ShouldBeFalse();
        await enough.CancelAsync();

        var report = await comparing;
        (report.Agrees, report.Missing, report.IsWhole).ShouldBe((false, 2, true));
    }

    [Fact]
    public async Task A_sink_that_does_not_answer_before_the_run_stops_it()
    {
        using var pages = new MetricsPages((string?)null);
        (await Should.ThrowAsync<VerifyException>(() => StartAsync(pages)))
            .Message.ShouldBe("http://sink.test:8000/metrics: nobody listens");
    }

    [Fact]
    public async Task The_counts_of_replicas_are_summed()
    {
        using var first = new MetricsPages(MetricsPages.Page(10, 1), MetricsPages.Page(12, 1));
        using var second = new MetricsPages(MetricsPages.Page(500, 0), MetricsPages.Page(501, 3));
        Answer(250, TrafficStage.EndOfData, 3);
        Answer(451, TrafficStage.Rcpt, 3);

        var report = await CompareAsync(first, second);

        report.Agrees.ShouldBeTrue();
        report.Groups.ShouldHaveSingleItem().Sink.ShouldBe(new OutcomeTotals(3, 3, 0));
        report.Sinks.Select(sink => (sink.Sink.Port, sink.Recipients)).ShouldBe([(8000, new OutcomeTotals(2, 0, 0)), (8001, new OutcomeTotals(1, 3, 0))]);
    }

    [Fact]
    public async Task Every_replica_that_cannot_be_read_before_the_run_is_named()
    {
        using var good = new MetricsPages(MetricsPages.Untouched);
        using var gone = new MetricsPages((string?)null);
        using var other = new MetricsPages("up 1\n");
        (await Should.ThrowAsync<VerifyException>(() => StartAsync(good, gone, other))).Message.Split('\n').ShouldBe(
        [
            "http://sink.test:8001/metrics: nobody listens",
            "http://sink.test:8002/metrics: not a SmartSink metrics page: smartsink_build_info is missing",
        ]);
    }

    [Fact]
    public async Task A_replica_that_is_gone_after_the_run_is_named_and_nothing_compared()
    {
        using var good = new MetricsPages(MetricsPages.Page(0, 0), MetricsPages.Page(1, 0));
        using var gone = new MetricsPages(MetricsPages.Page(0, 0), null);
        Answer(250, TrafficStage.EndOfData, 1);

        var report = await CompareAsync(good, gone);

        (report.Agrees, report.IsWhole, report.Groups.Count).ShouldBe((false, false, 0));
        report.Sinks.Select(sink => (sink.Problem, sink.Recipients)).ShouldBe(
            [(null, new OutcomeTotals(1, 0, 0)), ("http://sink.test:8001/metrics: nobody listens", null)]);
    }

    [Fact]
    public async Task Where_the_ledger_is_on_the_numbers_decide()
    {
        var asked = 0;
        using var pages = new MetricsPages(MetricsPages.Page(0, 0), MetricsPages.Page(7, 0))
        {
            Ledger = path => (HttpStatusCode.OK, path == "/runs/r1" ? $$"""{"run":"r1","accepted":["0-{{asked++}}"],"refused":[],"more":1}""" : """{"on":true,"since":null}"""),
        };
        Answer(250, TrafficStage.EndOfData, 3);
        for (var number = 0; number < 3; number++)
        {
            _recorder.MessageAccepted(number, 1);
        }

        var report = await CompareAsync(pages);

        (report.Agrees, report.IsByNumber, report.Numbers!.Accepted, asked, report.NumbersProblem).ShouldBe((true, true, 3, 3, null));
    }

    [Theory]
    [InlineData(null, true, "")]
    [InlineData(5, true, "")]
    [InlineData(3, false, "2-3")]
    public async Task Late_messages_are_told_by_number_and_fail_the_run_where_that_was_asked(int? limit, bool agrees, string late)
    {
        // Sent at 0, 1, 2, 3, 4 s; accepted after 1, 2, 4, 5 s by a clock that is an hour ahead; the last has not come.
        var began = _time.GetUtcNow();
        for (var number = 0; number < 5; number++)
        {
            _recorder.MessageBegun(number);
            _time.Advance(TimeSpan.FromSeconds(1));
            _recorder.MessageBegun(number);
            _recorder.MessageAccepted(number, 1);
        }

        using var pages = new MetricsPages(MetricsPages.Page(0, 0), MetricsPages.Page(5, 0)) { Ledger = path => (HttpStatusCode.OK, Answer(path)) };

        var report = await CompareAsync(Options with { Late = limit is { } seconds ? TimeSpan.FromSeconds(seconds) : null }, pages);

        var times = report.Times!;
        string.Join(',', times.Late.Numbers).ShouldBe(late);
        (report.Agrees, times.Count, times.P50, times.P99, times.Max).ShouldBe((agrees, 4, 2_000, 5_000, 5_000));
        (times.Limit, times.ClockDifference, times.ClockError).ShouldBe((1_000 * (limit ?? 300), 3_600_000, 0));
        var text = new StringBuilder();
        VerifyText.AppendTo(text, report);
        text.ToString().ShouldContain("by time: of 4 messages half reached the sink within 2 s of being sent, 99% within 5 s, the last after 5 s" + (late.Length == 0 ? "\n" : "; 2 took longer than 3 s: 2, 3\n"));

        string Answer(string path)
        {
            // Two of them an answer, however many are asked for.
            long?[] all = [0, 2_000, 5_000, 7_000, null];
            var from = path.StartsWith("/runs/r1/times?from=", StringComparison.Ordinal) ? int.Parse(path.Split('=', '&')[1], CultureInfo.InvariantCulture) : -1;
            return from >= 0
                ? JsonSerializer.Serialize(new { now = _time.GetUtcNow().AddHours(1), began = began.AddHours(1).AddSeconds(1), highest = 4, times = all.Skip(from).Take(2) })
                : path == "/runs/r1" ? """{"accepted":["0-4"]}""" : """{"on":true}""";
        }
    }

    [Fact]
    public async Task A_sink_that_cannot_tell_times_fails_only_a_run_that_asked_for_them()
    {
        using var pages = new MetricsPages(MetricsPages.Page(0, 0), MetricsPages.Page(1, 0))
        {
            Ledger = path => path.Contains("/times", StringComparison.Ordinal) ? (HttpStatusCode.BadGateway, string.Empty)
                : (HttpStatusCode.OK, path == "/runs/r1" ? """{"accepted":["0"]}""" : """{"on":true}"""),
        };
        _recorder.MessageAccepted(0, 1);

        var report = await CompareAsync(pages);
        (report.Agrees, report.Times, report.TimesProblem).ShouldBe((true, null, "http://sink.test:8000/api/v1/ledger: 502 Bad Gateway"));
        (await CompareAsync(Options with { Late = TimeSpan.FromHours(1) }, pages)).Agrees.ShouldBeFalse();
    }

    [Theory]
    [InlineData(HttpStatusCode.OK, """{"on":false}""", "the ledger is off; turn it on before a run, with SINK_LEDGER=on or smartsink ledger on")]
    [InlineData(HttpStatusCode.NotFound, "", "the sink has no ledger, or SINK_API is off")]
    [InlineData(HttpStatusCode.Forbidden, """{"detail":"The host sink.test is not known to be this sink's"}""", "The host sink.test is not known to be this sink's")]
    [InlineData(HttpStatusCode.BadGateway, "<html>", "502 Bad Gateway")]
    public async Task Where_the_ledger_cannot_be_asked_the_counts_decide_and_it_is_said_why(HttpStatusCode status, string json, string why)
    {
        using var pages = new MetricsPages(MetricsPages.Page(0, 0), MetricsPages.Page(1, 0)) { Ledger = _ => (status, json) };
        Answer(250, TrafficStage.EndOfData, 1);

        var report = await CompareAsync(pages);

        (report.Agrees, report.IsByNumber, report.Numbers, report.NumbersProblem).ShouldBe((true, false, null, $"http://sink.test:8000/api/v1/ledger: {why}"));
    }

    private void Answer(int code, TrafficStage stage, int times)
    {
        for (var i = 0; i < times; i++)
        {
            _recorder.RecipientAnswered(code, stage, 0, []);
        }
    }

    /// <summary>Moves the clock on whenever the verifier waits.</summary>
    private Task<VerifyReport> CompareAsync(params MetricsPages[] pages) => CompareAsync(Options, pages);

    private async Task<VerifyReport> CompareAsync(TrafficOptions options, params MetricsPages[] pages)
    {
        using var verifier = await StartAsync(options, pages);
        var comparing = verifier.CompareAsync(_recorder.ReadCounts(), _recorder.Fates, TestContext.Current.CancellationToken);
        while (!comparing.IsCompleted)
        {
            if (_time.TimerCount > 0)
            {
                _time.Advance(TimeSpan.FromMilliseconds(250));
            }

            await Task.Yield();
        }

        return await comparing;
    }

    /// <summary>One sink for each handler, from port 8000 on.</summary>
    private Task<Verifier> StartAsync(params MetricsPages[] pages) => StartAsync(Options, pages);

    private Task<Verifier> StartAsync(TrafficOptions options, params MetricsPages[] pages) => Verifier.StartAsync(
        options,
        [.. pages.Select((page, index) => new SinkMetrics(new Uri($"http://sink.test:{8000 + index}"), page))],
        _time,
        TestContext.Current.CancellationToken);
}
