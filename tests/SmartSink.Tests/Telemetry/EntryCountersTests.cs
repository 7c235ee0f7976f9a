using SmartSink.Smtp;
using SmartSink.Smtp.Replies;
using SmartSink.Telemetry;
using SmartSink.Testing;
using SmartSink.Testing.Dialogs;

namespace SmartSink.Tests.Telemetry;

public sealed class EntryCountersTests : IDisposable
{
    private static readonly FixedReply Accepted = new(250, new(2, 0, 0), "Ok"u8);
    private static readonly FixedReply TempFail = new(450, new(4, 2, 2), "Full"u8);
    private static readonly FixedReply PermFail = new(550, new(5, 1, 1), "Nobody"u8);

    private readonly MetricsFixture _metrics = new();
    private readonly EntryCounters<OutcomeCounters> _counters = new();

    public void Dispose() => _metrics.Dispose();

    [Fact]
    public void Counters_go_on_by_name_when_a_revision_numbers_its_entries_anew()
    {
        var before = new AcceptAll("other", "gmail.com", "yahoo.com");
        var after = new AcceptAll("other", "aol.com", "gmail.com");

        _counters.Of(before, 1).CountRecipient(Accepted, Stage.Data);
        _counters.Of(after, 2).CountRecipient(Accepted, Stage.Data);
        _counters.Of(before, 1).CountRecipient(Accepted, Stage.Data);
        _counters.Of(before, 2).CountRecipient(PermFail, Stage.Rcpt);
        _counters.Of(after, 1).CountRecipient(TempFail, Stage.Rcpt);

        Read().ShouldBe(
            ["accepted data gmail.com 3", "permfail rcpt yahoo.com 1", "tempfail rcpt aol.com 1"],
            ignoreOrder: true);
    }

    [Fact]
    public void A_refusal_counts_under_its_label()
    {
        var filter = new AcceptAll("other", "gmail.com");

        _counters.Of(filter, 1).CountRecipient(PermFail, Stage.Data);
        _counters.Of(filter, 1).CountRecipient(PermFail, Stage.Rcpt);
        _counters.Of(filter, 1).CountRecipient(Accepted, Stage.Data);
        _counters.Of(filter, 0).CountRecipient(TempFail, Stage.Rcpt);
        _counters.Of(filter, 0).CountRefusal(TempFail);

        Read(_metrics, _metrics.Metrics.Refusals).ShouldBe(["gmail.com unknown_user permfail 2", "other mailbox_full tempfail 2"], ignoreOrder: true);
    }

    [Fact]
    public void Nothing_is_lost_between_threads_and_revisions()
    {
        const int rounds = 20_000;
        AcceptAll[] revisions = [new("other", "a"), new("a", "other")];

        Parallel.For(0, rounds, round => _counters.Of(revisions[round % 2], round / 2 % 2).CountRecipient(Accepted, Stage.Data));

        Read().ShouldBe([$"accepted data a {rounds / 2}", $"accepted data other {rounds / 2}"], ignoreOrder: true);
    }

    [Fact]
    public void A_revision_with_many_entries_shows_only_those_that_counted()
    {
        var filter = new AcceptAll([.. Enumerable.Range(0, 100_000).Select(entry => $"d{entry}.example")]);
        _counters.Of(filter, 99_999).CountRecipient(Accepted, Stage.Data);
        Read().ShouldBe(["accepted data d99999.example 1"]);
    }

    [Fact]
    public void Beyond_the_most_names_the_busiest_have_series_and_the_rest_counts_as_other_for_good()
    {
        using var metrics = new MetricsFixture(maxDomains: 2);
        var filter = new AcceptAll("other", "a", "b", "c", "d");
        Count(0, 1);
        Count(1, 5);
        Read(metrics).ShouldBe(["accepted data a 5", "accepted data other 1"], ignoreOrder: true);

        Count(2, 1);
        Count(3, 3);
        Read(metrics).ShouldBe(["accepted data a 5", "accepted data c 3", "accepted data other 2"], ignoreOrder: true);
        metrics.Metrics.Domains.Folded.ShouldBe(1);

        // However busy it gets, what was counted as other must not leave it again.
        Count(2, 100);
        Count(4, 7);
        Read(metrics).ShouldBe(["accepted data a 5", "accepted data c 3", "accepted data other 109"], ignoreOrder: true);
        metrics.Metrics.Domains.Folded.ShouldBe(2);

        void Count(int entry, int times)
        {
            for (var i = 0; i < times; i++)
            {
                _counters.Of(filter, entry).CountRecipient(Accepted, Stage.Data);
            }
        }
    }

    [Fact]
    public void No_sum_on_the_page_goes_down_while_names_come()
    {
        using var metrics = new MetricsFixture(maxDomains: 10);
        var filter = new AcceptAll(["other", .. Enumerable.Range(1, 999).Select(entry => $"d{entry}.example")]);
        var counting = Task.Run(() => Parallel.For(0, 20_000, round => _counters.Of(filter, round % 1000).CountRecipient(Accepted, Stage.Data)), TestContext.Current.CancellationToken);
        var before = new Dictionary<string, double>(StringComparer.Ordinal);
        bool isLast;
        do
        {
            isLast = counting.IsCompleted;
            _counters.Fill(metrics.Metrics);
            foreach (var labels in metrics.Metrics.Recipients.GetAllLabelValues())
            {
                var value = metrics.Metrics.Recipients.WithLabels(labels).Value;
                value.ShouldBeGreaterThanOrEqualTo(before.GetValueOrDefault(labels[2]));
                before[labels[2]] = value;
            }
        }
        while (!isLast);

        before.Count.ShouldBeLessThanOrEqualTo(11);
        before.Values.Sum().ShouldBe(20_000);
    }

    [Fact]
    public void Counting_allocates_nothing_once_an_entry_is_known()
    {
        var filter = new AcceptAll("other", "gmail.com");
        _counters.Of(filter, 1).CountRecipient(Accepted, Stage.Data);

        AllocatedMemory.ByCaller(() =>
        {
            for (var i = 0; i < 1000; i++)
            {
                _counters.Of(filter, 1).CountRecipient(Accepted, Stage.Data);
            }
        }).ShouldBe(0);
    }

    private List<string> Read() => Read(_metrics);

    private List<string> Read(MetricsFixture metrics) => Read(metrics, metrics.Metrics.Recipients);

    private List<string> Read(MetricsFixture metrics, Prometheus.Counter counter)
    {
        _counters.Fill(metrics.Metrics);
        return [.. counter.GetAllLabelValues().Select(labels => $"{string.Join(' ', labels)} {counter.WithLabels(labels).Value}")];
    }
}
