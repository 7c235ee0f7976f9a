using System.Text.Json;
using SmartSink.TrafficGen.Reporting;

namespace SmartSink.TrafficGen.Tests.Reporting;

public sealed class ReportTextTests
{
    private static readonly VerifiedSink[] OneSink = [new(new Uri("http://localhost:8000"), null, null, new OutcomeTotals(0, 0, 0))];

    [Fact]
    public void The_text_says_all_that_was_counted() => ReportText.Format(Samples.Report with
    {
        FailIf = [new ConditionResult("p99>200ms", 36.095, Holds: false), new ConditionResult("io_errors>0", 12, Holds: true)],
    }).ShouldBe(
        """
        run run-1: 60.012 s to localhost:2525, 400 at once, seed 42, complete

        messages     accepted 354,000, refused 3,000, given up 1, retried 12
        rate         5,900/s, 354,000/min, 21,240,000/h (21.24 MMH)
        bytes        21.24 GB, 353.93 MB/s
        recipients   accepted 354,000, tempfail 2,000, permfail 1,000
        connections  made 413, faults 13

        fault            at       times
        closed           mail        12
        service_closing  connect      1

        answer  at           recipients
        451     rcpt              2,000
        550     rcpt              1,000
        250     end_of_data     354,000

        domain     accepted  tempfail  permfail
        gmail.com   350,000     2,000     1,000
        aol.com       4,000         0         0

        refused    recipients  by
        gmail.com       2,000  451 4.7.1 Try again later
                          990  550 5.1.1 The email account that you tried to reach does not exist\u001B[31m. xxxxxxxxxxxxxxxxxxxxx…
                           10  other texts

        ms             count    min    mean     p50     p75     p90     p95     p99   p99.9        max
        connect          413  0.100   0.200   0.200   0.300   0.400   0.500   0.600   0.700      0.800
        transaction  357,000  1.668  16.534  16.147  20.191  25.087  28.335  36.095  53.343  1,195.583

        fail if      actual  result
        p99>200ms    36.095  good
        io_errors>0  12      fails

        """,
        StringCompareShould.IgnoreLineEndings);

    [Fact]
    public void A_run_in_which_nothing_happened_is_a_few_lines()
    {
        var report = Samples.Report with
        {
            Seconds = 0,
            Messages = new MessageTotals(0, 0, 0, 0),
            Rate = RateFigures.Of(0, TimeSpan.Zero),
            Bytes = 0,
            Recipients = new OutcomeTotals(0, 0, 0),
            Answers = [],
            Domains = [],
            Connections = 0,
            Faults = [],
            Latency = [],
        };
        ReportText.Format(report).ShouldEndWith("connections  made 0, faults 0\n");
    }

    [Fact]
    public void Messages_that_were_due_and_not_begun_are_told() =>
        ReportText.Format(Samples.Report with { Messages = new MessageTotals(5, 4, 3, 2, 1) }).ShouldContain("accepted 5, refused 4, given up 3, retried 2, not begun 1\n");

    [Fact]
    public void Many_domains_are_cut_to_the_largest()
    {
        var domains = Enumerable.Range(1, 25).Select(count => new DomainTotal($"d{count}.test", new OutcomeTotals(count, 0, 0), [], [], 0)).ToList();
        var text = ReportText.Format(Samples.Report with { Domains = domains });
        text.ShouldContain("d25.test");
        text.ShouldContain("d6.test");
        text.ShouldNotContain("d5.test");
        text.ShouldContain("and 5 more domains");
    }

    [Fact]
    public void A_comparison_shows_both_sides_and_what_differs()
    {
        var verify = new VerifyReport(OneSink, Relayed: false, Agrees: false, Missing: 1, Extra: 3, Unanswered: 2,
        [
            new VerifyGroup("gmail.com", ["gmail.com"], new OutcomeTotals(1000, 20, 10), new OutcomeTotals(999, 20, 10), Agrees: false),
            new VerifyGroup("other", ["a.test", "b.test"], new OutcomeTotals(5, 0, 0), new OutcomeTotals(5, 0, 0), Agrees: true),
            new VerifyGroup("yahoo.com", [], new OutcomeTotals(0, 0, 0), new OutcomeTotals(3, 0, 0), Agrees: false),
        ]);
        ReportText.Format(Samples.Report with { Verify = verify }).ShouldEndWith(
            """

            verify http://localhost:8000/  accepted  sink  +/-  tempfail  sink  +/-  permfail  sink  +/-
            gmail.com                         1,000   999   -1        20    20    0        10    10    0
            other                                 5     5    0         0     0    0         0     0    0
            yahoo.com                             0     3   +3         0     0    0         0     0    0
            other covers a.test, b.test: the sink's policy does not distinguish them
            yahoo.com is not the name of a domain of this run: another sender, or the sink's name for one of the run's domains
            both sides DIFFER
            1 recipient was answered here but not counted that way by the sink: another replica that no --verify names, or another server between here and the sink
            3 recipients were counted by the sink but not answered that way here: another sender, or the 2 transactions that ended here without an answer

            """);
    }

    [Theory]
    [InlineData(true, false, "both sides agree\n")]
    [InlineData(true, true, "the sink received every recipient that the target accepted\n")]
    [InlineData(false, true, "MISSING at the sink: 7 of the recipients that the target accepted; the sink received 2 others\n7 recipients were accepted by the target but not yet counted by the sink: in the target's queue, at another replica that no --verify names, or lost; see the target's log\n")]
    public void The_verdict_of_a_comparison(bool agrees, bool relayed, string verdict)
    {
        var group = new VerifyGroup("gmail.com", ["gmail.com"], new OutcomeTotals(1, 0, 0), new OutcomeTotals(1, 0, 0), agrees);
        var verify = new VerifyReport(OneSink, relayed, agrees, Missing: 7, Extra: 2, Unanswered: 0, [group]);
        ReportText.Format(Samples.Report with { Verify = verify }).ShouldEndWith(verdict);
    }

    [Fact]
    public void What_a_relay_may_still_have_is_told_and_its_bounces_are_named()
    {
        var verify = new VerifyReport(OneSink, Relayed: true, Agrees: false, Missing: 4, Extra: 3, Unanswered: 0,
        [
            new VerifyGroup("gmail.com", ["gmail.com"], new OutcomeTotals(10, 0, 0), new OutcomeTotals(5, 4, 1), Agrees: false),
            new VerifyGroup("other", [], new OutcomeTotals(0, 0, 0), new OutcomeTotals(3, 0, 0), Agrees: true),
        ]);
        ReportText.Format(Samples.Report with { Verify = verify }).ShouldEndWith(
            """
            other is not the name of a domain of this run: another sender, such as the target itself with its bounces, or the sink's name for one of the run's domains
            MISSING at the sink: 4 of the recipients that the target accepted; the sink received 3 others
            4 recipients were accepted by the target but not yet counted by the sink: in the target's queue, because the sink deferred 4, at another replica that no --verify names, or lost; see the target's log

            """);
    }

    [Fact]
    public void Replicas_are_shown_with_their_parts_and_two_of_one_start_are_suspected()
    {
        var group = new VerifyGroup("gmail.com", ["gmail.com"], new OutcomeTotals(10, 0, 0), new OutcomeTotals(20, 0, 0), Agrees: false);
        VerifiedSink[] sinks =
        [
            new(new Uri("http://a:8000"), null, 1795357932.515, new OutcomeTotals(10, 0, 0)),
            new(new Uri("http://b:8000"), null, 1795357932.515, new OutcomeTotals(10, 0, 0)),
        ];
        var verify = new VerifyReport(sinks, Relayed: false, Agrees: false, Missing: 0, Extra: 10, Unanswered: 0, [group]);
        ReportText.Format(Samples.Report with { Verify = verify }).ShouldEndWith(
            """

            verify 2 sinks  accepted  sink  +/-  tempfail  sink  +/-  permfail  sink  +/-
            gmail.com             10    20  +10         0     0    0         0     0    0
            sink            accepted  tempfail  permfail
            http://a:8000/        10         0         0
            http://b:8000/        10         0         0
            both sides DIFFER
            10 recipients were counted by the sinks but not answered that way here: another sender
            http://a:8000/ and http://b:8000/ started at the same moment: if they are one process, it was counted more than once

            """);
    }

    [Fact]
    public void A_sink_that_cannot_be_read_is_named_and_nothing_compared()
    {
        VerifiedSink[] sinks =
        [
            new(new Uri("http://a:8000"), null, null, new OutcomeTotals(10, 0, 0)),
            new(new Uri("http://b:8000"), "http://b:8000/metrics: nobody listens", null, null),
        ];
        var verify = new VerifyReport(sinks, Relayed: false, Agrees: false, Missing: 0, Extra: 0, Unanswered: 0, []);
        ReportText.Format(Samples.Report with { Verify = verify }).ShouldEndWith(
            """

            verify http://b:8000/metrics: nobody listens
            the counts were not compared, because the sum needs every sink

            """);
    }

    [Fact]
    public void The_json_has_the_same_in_snake_case()
    {
        using var json = JsonDocument.Parse(JsonSerializer.Serialize(Samples.Report, ReportJson.Default.TrafficReport));
        var root = json.RootElement;
        root.GetProperty("run_id").GetString().ShouldBe("run-1");
        root.GetProperty("end").GetString().ShouldBe("complete");
        root.GetProperty("messages").GetProperty("given_up").GetInt64().ShouldBe(1);
        root.GetProperty("rate").GetProperty("per_hour").GetDouble().ShouldBe(21_240_000);
        root.GetProperty("answers")[0].GetProperty("code").GetInt32().ShouldBe(451);
        root.GetProperty("domains")[1].GetProperty("recipients").GetProperty("permfail").GetInt64().ShouldBe(1000);
        root.GetProperty("latency")[1].GetProperty("p99.9").GetDouble().ShouldBe(53.343);
        root.GetProperty("verify").ValueKind.ShouldBe(JsonValueKind.Null);
    }
}
