using SmartSink.TrafficGen.Sending;

namespace SmartSink.TrafficGen.Tests.Sending;

/// <summary>What KumoMTA's answers count as.</summary>
public sealed class InjectOutcomeTests
{
    [Fact]
    public async Task Every_recipient_has_its_outcome_and_every_message_goes_once()
    {
        var contents = new System.Collections.Concurrent.ConcurrentBag<string>();
        await using var server = FakeServer.Start((session, _) => session.ServeHttpAsync(request =>
        {
            contents.Add(request.Content);
            return null;
        }));

        var (end, observer) = await (InjectRuns.To(server, messages: 60, recipients: 5) with { Concurrency = 4 }).MakeAsync();

        (end, observer.Accepted, observer.Refused, observer.GivenUp, observer.Faults.Count).ShouldBe((TrafficEnd.Complete, 60, 0, 0, 0));
        observer.Answers.ShouldHaveSingleItem().ShouldBe(new((200, TrafficStage.Request, 0), 300));
        contents.Select(content => content.Split("X-SmartSink-Run: ")[1].Split("\r\n")[0]).Order(StringComparer.Ordinal)
            .ShouldBe(Enumerable.Range(0, 60).Select(number => $"run/{number}").Order(StringComparer.Ordinal));
        observer.Connections.ShouldBeInRange(1, 4);
        observer.Open.ShouldBe(0);
        observer.Times.ToDictionary().ShouldBe(
            new Dictionary<TrafficStage, int> { [TrafficStage.Connect] = observer.Connections, [TrafficStage.Request] = 60, [TrafficStage.Transaction] = 60 },
            ignoreOrder: true);
    }

    [Fact]
    public async Task Recipients_that_failed_are_refused_and_the_others_accepted()
    {
        await using var server = FakeServer.Start((session, _) => session.ServeHttpAsync(request => HttpDialog.Failed(2, request.Recipients[1])));

        var (end, observer) = await InjectRuns.To(server, messages: 4, recipients: 3).MakeAsync();

        (end, observer.Accepted, observer.Refused, observer.Retried).ShouldBe((TrafficEnd.Complete, 4, 0, 0));
        observer.Answers.ToDictionary().ShouldBe(
            new Dictionary<(int, TrafficStage, int), int> { [(200, TrafficStage.Request, 0)] = 8, [(554, TrafficStage.Request, 0)] = 4 }, ignoreOrder: true);
    }

    [Fact]
    public async Task A_recipient_that_failed_is_found_in_another_case()
    {
        await using var server = FakeServer.Start((session, _) => session.ServeHttpAsync(request => HttpDialog.Failed(0, request.Recipients[0].ToUpperInvariant())));

        var (_, observer) = await InjectRuns.To(server, messages: 1, recipients: 1).MakeAsync();

        (observer.Refused, observer.Faults.Count).ShouldBe((1, 0));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_message_that_failed_for_all_is_refused(bool keepGoing)
    {
        await using var server = FakeServer.Start((session, _) => session.ServeHttpAsync(request => HttpDialog.Failed(0, request.Recipients)));

        var (end, observer) = await (InjectRuns.To(server, messages: 3, recipients: 2) with { KeepGoing = keepGoing }).MakeAsync();

        (end, observer.Accepted, observer.Refused).ShouldBe(keepGoing ? (TrafficEnd.Complete, 0, 3) : (TrafficEnd.Failed, 0, 1));
    }

    [Fact]
    public async Task With_deferred_generation_an_answer_that_counts_nothing_takes_all()
    {
        await using var server = FakeServer.Start((session, _) => session.ServeHttpAsync(_ => HttpDialog.Taken(0)));

        var (end, observer) = await (InjectRuns.To(server, messages: 2, recipients: 3) with { HttpDeferGeneration = true }).MakeAsync();

        (end, observer.Accepted, observer.Answers[(200, TrafficStage.Request, 0)]).ShouldBe((TrafficEnd.Complete, 2, 6));
    }

    [Fact]
    public async Task A_run_that_is_cancelled_finishes_what_is_under_way()
    {
        using var stop = new CancellationTokenSource();
        await using var server = FakeServer.Start((session, _) => session.ServeHttpAsync(_ =>
        {
            stop.Cancel();
            return null;
        }));
        var observer = new CountingObserver();

        var end = await TrafficRun.RunAsync(InjectRuns.To(server, messages: 100), observer, TimeProvider.System, stop.Token);

        (end, observer.Accepted, observer.Open).ShouldBe((TrafficEnd.Cancelled, 1, 0));
    }
}
