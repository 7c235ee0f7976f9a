using SmartSink.TrafficGen.Reporting;
using SmartSink.TrafficGen.Verifying;

namespace SmartSink.TrafficGen.Tests.Verifying;

public sealed class ComparisonTests
{
    private const string Suffix = "sink.test";

    [Fact]
    public void Stages_are_summed_and_only_the_runs_part_counts()
    {
        var before = Sink("""
            smartsink_recipients_total{outcome="accepted",stage="data",domain="gmail.com"} 100
            """);
        var after = Sink("""
            # TYPE smartsink_recipients_total counter
            smartsink_recipients_total{outcome="accepted",stage="data",domain="gmail.com"} 107
            smartsink_recipients_total{outcome="tempfail",stage="rcpt",domain="gmail.com"} 2
            smartsink_recipients_total{outcome="tempfail",stage="data",domain="gmail.com"} 1
            smartsink_recipients_total{outcome="permfail",stage="rcpt",domain="gmail.com"} 4
            smartsink_messages_total{outcome="accepted"} 7
            """);

        var group = Comparison.Compare(Sent(("gmail.com", 7, 3, 4)), after.Since(before), Suffix, relayed: false).ShouldHaveSingleItem();

        (group.Label, group.Agrees).ShouldBe(("gmail.com", true));
        group.Domains.ShouldBe(["gmail.com"]);
    }

    [Theory]
    [InlineData("gmail.com", "sink.test", "gmail.com", "a sink that cuts the suffix off")]
    [InlineData("gmail.com", "sink.test", "gmail.com.sink.test", "a sink that does not")]
    [InlineData("gmail.com", "sink.test", "*.com.sink.test", "a pattern")]
    [InlineData("gmail.com", "sink.test", "*.com", "a pattern behind the suffix")]
    [InlineData("gmail.com", "sink.test", "other", "a policy that does not know the domain")]
    [InlineData("gmail.com", "", "gmail.com", "no suffix")]
    [InlineData("other", "", "other.", "a domain of that very name")]
    public void A_label_is_found(string domain, string suffix, string label, string why)
    {
        var counted = Sink($$"""smartsink_recipients_total{outcome="accepted",stage="data",domain="{{label}}"} 1""");
        var groups = Comparison.Compare(Sent((domain, 1, 0, 0)), counted, suffix, relayed: false);
        groups.ShouldHaveSingleItem().Label.ShouldBe(label, why);
        groups[0].Agrees.ShouldBeTrue(why);
    }

    [Fact]
    public void The_longest_pattern_and_the_label_that_moved_go_first()
    {
        var finder = new LabelFinder(
            Sink("""
                smartsink_recipients_total{outcome="accepted",stage="data",domain="gmail.com.sink.test"} 0
                smartsink_recipients_total{outcome="accepted",stage="data",domain="gmail.com"} 3
                smartsink_recipients_total{outcome="accepted",stage="data",domain="*.example.com"} 3
                smartsink_recipients_total{outcome="accepted",stage="data",domain="*.com"} 3
                """),
            Suffix);
        finder.Find("gmail.com").ShouldBe("gmail.com");
        finder.Find("a.b.example.com").ShouldBe("*.example.com");
        finder.Find("example.com").ShouldBe("*.com");
        finder.Find("example.org").ShouldBe("other");
    }

    [Theory]
    [InlineData("sink.test", "other", "the suffix is unknown to the sink, whatever it counted without it before")]
    [InlineData("", "gmail.com", "nothing of the domain has come")]
    public void A_label_that_stood_still_is_another_form_of_the_domain_or_a_loss(string suffix, string label, string why)
    {
        var finder = new LabelFinder(
            Sink("""
                smartsink_recipients_total{outcome="accepted",stage="data",domain="gmail.com"} 0
                smartsink_recipients_total{outcome="accepted",stage="data",domain="other"} 3
                """),
            suffix);
        finder.Find("gmail.com").ShouldBe(label, why);
    }

    [Fact]
    public void Where_names_count_as_other_for_want_of_labels_what_may_be_there_is_compared_with_it()
    {
        var counted = Sink("""
            smartsink_domains_folded 2
            smartsink_recipients_total{outcome="accepted",stage="data",domain="own.example.com"} 1
            smartsink_recipients_total{outcome="accepted",stage="data",domain="*.example.com"} 2
            smartsink_recipients_total{outcome="accepted",stage="data",domain="*.example.net"} 4
            smartsink_recipients_total{outcome="accepted",stage="data",domain="other"} 3
            """);
        var sent = Sent(("own.example.com", 1, 0, 0), ("folded.example.com", 3, 0, 0), ("any.example.com", 2, 0, 0));

        var groups = Comparison.Compare(sent, counted, string.Empty, relayed: false);

        groups.Select(group => (group.Label, string.Join(' ', group.Domains), group.Agrees))
            .ShouldBe([("other", "any.example.com folded.example.com", true), ("own.example.com", "own.example.com", true), ("*.example.net", string.Empty, false)]);
    }

    [Fact]
    public void What_one_of_several_sinks_counts_as_other_for_want_of_labels_is_no_difference()
    {
        var counted = SinkCounts.Sum(
        [
            Sink("""
                smartsink_domains_folded 1
                smartsink_recipients_total{outcome="accepted",stage="data",domain="a.example"} 1
                smartsink_recipients_total{outcome="accepted",stage="data",domain="other"} 2
                """),
            Sink("""
                smartsink_recipients_total{outcome="accepted",stage="data",domain="a.example"} 4
                smartsink_recipients_total{outcome="accepted",stage="data",domain="b.example"} 8
                """),
        ]);

        Comparison.Compare(Sent(("a.example", 5, 0, 0), ("b.example", 10, 0, 0)), counted, string.Empty, relayed: false)
            .Select(group => (group.Label, group.Agrees)).ShouldBe([("other", true), ("a.example", true)]);
    }

    [Fact]
    public void What_an_mta_sends_on_its_own_account_is_no_difference()
    {
        var counted = Sink("""
            smartsink_recipients_total{outcome="permfail",stage="rcpt",domain="a.test"} 1
            smartsink_recipients_total{outcome="accepted",stage="data",domain="other"} 1
            """);
        var groups = Comparison.Compare(Sent(("a.test", 1, 0, 0)), counted, Suffix, relayed: true);
        groups.Select(group => (group.Label, group.Agrees)).ShouldBe([("a.test", true), ("other", true)]);
    }

    [Fact]
    public void Domains_that_the_sink_does_not_tell_apart_are_summed()
    {
        var counted = Sink("""
            smartsink_recipients_total{outcome="accepted",stage="data",domain="other"} 5
            smartsink_recipients_total{outcome="permfail",stage="rcpt",domain="other"} 2
            """);
        var group = Comparison.Compare(Sent(("b.test", 3, 0, 1), ("a.test", 2, 0, 1)), counted, Suffix, relayed: false).ShouldHaveSingleItem();
        group.Domains.ShouldBe(["a.test", "b.test"]);
        group.Agrees.ShouldBeTrue();
    }

    [Fact]
    public void What_others_sent_meanwhile_is_a_difference()
    {
        var counted = Sink("""
            smartsink_recipients_total{outcome="accepted",stage="data",domain="a.test"} 1
            smartsink_recipients_total{outcome="accepted",stage="data",domain="b.test"} 1
            """);
        var groups = Comparison.Compare(Sent(("a.test", 1, 0, 0)), counted, Suffix, relayed: false);
        groups.Select(group => (group.Label, group.Domains.Count, group.Agrees)).ShouldBe([("a.test", 1, true), ("b.test", 0, false)]);
    }

    [Theory]
    [InlineData(10, 8, 5, 2, true)]
    [InlineData(10, 8, 5, 1, false)]
    [InlineData(10, 8, 0, 3, false)]
    public void Through_an_mta_each_recipient_is_taken_or_refused_for_good_in_the_end(int sent, int accepted, int tempfail, int permfail, bool agrees)
    {
        var counted = Sink($$"""
            smartsink_recipients_total{outcome="accepted",stage="data",domain="a.test"} {{accepted}}
            smartsink_recipients_total{outcome="tempfail",stage="rcpt",domain="a.test"} {{tempfail}}
            smartsink_recipients_total{outcome="permfail",stage="rcpt",domain="a.test"} {{permfail}}
            """);
        Comparison.Compare(Sent(("a.test", sent, 0, 0)), counted, Suffix, relayed: true).ShouldHaveSingleItem().Agrees.ShouldBe(agrees);
    }

    [Fact]
    public void Counters_that_fell_are_those_of_another_process()
    {
        var before = Sink("""smartsink_recipients_total{outcome="accepted",stage="data",domain="a.test"} 5""");
        Should.Throw<FormatException>(() => Sink(MetricsPages.Untouched).Since(before)).Message.ShouldBe(
            "the counters belong to a different process than before the run (smartsink_recipients_total of a.test was 5 and is 0): the sink was restarted, or another replica answers at this address");
    }

    [Theory]
    [InlineData("1795357932.515", null)]
    [InlineData("1795357999.001", "the sink was restarted, or another replica answers at this address")]
    [InlineData("1795357000.25", "another replica answers at this address")]
    public void Another_process_is_known_by_its_start_where_the_counters_tell_nothing(string start, string? conclusion)
    {
        var before = Sink($"process_start_time_seconds 1795357932.515\n{MetricsPages.Untouched}");
        var after = Sink($$"""
            process_start_time_seconds {{start}}
            smartsink_recipients_total{outcome="accepted",stage="data",domain="a.test"} 5
            """);

        if (conclusion is null)
        {
            after.Since(before)["a.test"].Accepted.ShouldBe(5);
        }
        else
        {
            Should.Throw<FormatException>(() => after.Since(before)).Message.ShouldBe(
                $"the counters belong to a different process than before the run (process_start_time_seconds was 1795357932.515 and is {start}): {conclusion}");
        }
    }

    private static SinkCounts Sink(string metrics) => SinkCounts.Read(metrics);

    private static Dictionary<string, RecipientCounts> Sent(params (string Domain, int Accepted, int TempFailed, int PermFailed)[] domains) =>
        domains.ToDictionary(sent => sent.Domain, sent => new RecipientCounts(sent.Accepted, sent.TempFailed, sent.PermFailed));
}
