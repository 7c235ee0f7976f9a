using SmartSink.Smtp;
using SmartSink.Telemetry;
using SmartSink.Testing.Dialogs;

namespace SmartSink.Tests.Telemetry;

public sealed class RecipientCountersTests : IDisposable
{
    private readonly MetricsFixture _metrics = new();
    private readonly RecipientCounters _counters = new();

    public void Dispose() => _metrics.Dispose();

    [Fact]
    public void Counters_go_on_by_name_when_a_revision_numbers_its_entries_anew()
    {
        var before = new AcceptAll("other", "gmail.com", "yahoo.com");
        var after = new AcceptAll("other", "aol.com", "gmail.com");

        _counters.Increment(before, 1, Outcome.Accepted, Stage.Data);
        _counters.Increment(after, 2, Outcome.Accepted, Stage.Data);
        _counters.Increment(before, 1, Outcome.Accepted, Stage.Data);
        _counters.Increment(before, 2, Outcome.PermFail, Stage.Rcpt);
        _counters.Increment(after, 1, Outcome.TempFail, Stage.Rcpt);

        Read().ShouldBe(
            ["accepted data gmail.com 3", "permfail rcpt yahoo.com 1", "tempfail rcpt aol.com 1"],
            ignoreOrder: true);
    }

    [Fact]
    public void Nothing_is_lost_between_threads_and_revisions()
    {
        const int rounds = 20_000;
        AcceptAll[] revisions = [new("other", "a"), new("a", "other")];

        Parallel.For(0, rounds, round => _counters.Increment(revisions[round % 2], round / 2 % 2, Outcome.Accepted, Stage.Data));

        Read().ShouldBe([$"accepted data a {rounds / 2}", $"accepted data other {rounds / 2}"], ignoreOrder: true);
    }

    [Fact]
    public void A_revision_with_many_entries_shows_only_those_that_counted()
    {
        var filter = new AcceptAll([.. Enumerable.Range(0, 100_000).Select(entry => $"d{entry}.example")]);
        _counters.Increment(filter, 99_999, Outcome.Accepted, Stage.Data);
        Read().ShouldBe(["accepted data d99999.example 1"]);
    }

    [Fact]
    public void Counting_allocates_nothing_once_an_entry_is_known()
    {
        var filter = new AcceptAll("other", "gmail.com");
        _counters.Increment(filter, 1, Outcome.Accepted, Stage.Data);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            _counters.Increment(filter, 1, Outcome.Accepted, Stage.Data);
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    private List<string> Read()
    {
        var recipients = _metrics.Metrics.Recipients;
        _counters.Fill(recipients);
        return [.. recipients.GetAllLabelValues().Select(labels => $"{string.Join(' ', labels)} {recipients.WithLabels(labels).Value}")];
    }
}
