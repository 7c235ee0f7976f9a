using System.Net;
using SmartSink.Testing.Time;

namespace SmartSink.Client.Tests;

/// <summary>Following events over broken connections, and waiting for what becomes of a recipient.</summary>
public sealed class EventTests : IDisposable
{
    private readonly FakeSink _sink = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _sink.Dispose();

    [Fact]
    public async Task Each_kind_of_event_is_read_and_one_that_is_not_known_is_none_the_worse_for_it()
    {
        using var client = _sink.Answers(new EventFeed()
            .Says("retry: 100\n\n: still here\n\n")
            .Event(1, "refusal", """ "client":"192.0.2.1","user":null,"connection":5,"transaction":"4kJ","stage":"data","sender":"","recipient":"<b>@yahoo.com","domain":"yahoo.com","outcome":"tempfail","code":421,"label":"rate","reply":"421 a\n421 b" """)
            .Event(2, "message", """ "outcome":"accepted","code":250,"recipients":[{"recipient":"a@b.example","outcome":"accepted"}],"recipient_count":30,"size":1024,"milliseconds":1.5 """)
            .Event(3, "connection", """ "client":"192.0.2.1","listener":"default","reason":"quit","messages":3 """)
            .Event(4, "override", """ "action":"added","override_id":"o-7","name":"down" """)
            .Event(5, "reload", """ "name":"policy","result":"rejected","diagnostics":["x(1,1): error: no"] """)
            .Event(6, "schedule", """ "name":"night","action":"began" """)
            .Event(7, "sampled", """ "left_out":12 """)
            .Event(8, "eclipse", """ "of":"the sun" """)
            .Ends()).Connect();

        var told = await client.FollowEventsAsync(cancellationToken: Token).Take(8).ToListAsync(Token);

        told.Select(one => one.Id).ShouldBe([1, 2, 3, 4, 5, 6, 7, 8]);
        told[0].ShouldBe(new RefusalEvent
        {
            Id = 1,
            At = new DateTimeOffset(2026, 3, 4, 5, 6, 7, TimeSpan.Zero),
            Client = "192.0.2.1",
            Transaction = "4kJ",
            Stage = "data",
            Sender = "",
            Recipient = "<b>@yahoo.com",
            Domain = "yahoo.com",
            Outcome = SinkOutcome.TempFail,
            Code = 421,
            Label = "rate",
            Reply = "421 a\n421 b",
        });
        told[1].ShouldBeOfType<MessageEvent>().Recipients.ShouldBe([new MessageRecipient("a@b.example", SinkOutcome.Accepted)]);
        told[2].ShouldBeOfType<ConnectionEvent>().Reason.ShouldBe("quit");
        told[3].ShouldBeOfType<OverrideEvent>().OverrideId.ShouldBe("o-7");
        told[4].ShouldBeOfType<ReloadEvent>().Diagnostics.ShouldBe(["x(1,1): error: no"]);
        told[5].ShouldBeOfType<ScheduleEvent>().Action.ShouldBe("began");
        told[6].ShouldBeOfType<SampledEvent>().LeftOut.ShouldBe(12);
        told[7].GetType().ShouldBe(typeof(SinkEvent));
    }

    [Fact]
    public async Task A_broken_connection_goes_on_behind_the_last_event()
    {
        using var client = _sink
            .Answers(new EventFeed().Event(5, "sampled").Event(6, "sampled").Ends(new IOException("reset")))
            .CannotBeReached()
            .Answers(HttpStatusCode.ServiceUnavailable)
            .Answers(new EventFeed().Event(7, "sampled").Ends())
            .Answers(new EventFeed().Event(8, "sampled"))
            .Connect();

        var told = await client.FollowEventsAsync(new EventFilter { Kind = "sampled", Domain = "yahoo.com", Client = "192.0.2.0/24", Outcome = SinkOutcome.PermFail }, after: 4, Token)
            .Take(4).ToListAsync(Token);

        told.Select(one => one.Id).ShouldBe([5, 6, 7, 8]);
        const string path = "GET /api/v1/events?kind=sampled&domain=yahoo.com&client=192.0.2.0%2F24&outcome=permfail";
        _sink.Heard.Select(request => (request.Line, request.LastEventId)).ShouldBe([(path + "&after=4", null), (path, "6"), (path, "6"), (path, "6"), (path, "7")]);
    }

    [Fact]
    public async Task Before_the_first_event_a_broken_connection_begins_where_it_was_to_begin()
    {
        using var client = _sink.Answers(new EventFeed().Ends()).Answers(new EventFeed().Event(3, "sampled")).Connect();

        (await client.FollowEventsAsync(after: 2, cancellationToken: Token).FirstAsync(Token)).Id.ShouldBe(3);

        _sink.Heard.Select(request => (request.Line, request.LastEventId)).ShouldBe([("GET /api/v1/events?after=2", null), ("GET /api/v1/events?after=2", null)]);
    }

    [Fact]
    public async Task A_connection_that_breaks_before_the_first_event_loses_none()
    {
        using var client = _sink.Answers(new EventFeed().Ends(), lastEventId: 41).Answers(new EventFeed().Ends(), lastEventId: 44).Answers(new EventFeed().Event(42, "sampled")).Connect();

        (await client.FollowEventsAsync(cancellationToken: Token).FirstAsync(Token)).Id.ShouldBe(42);

        _sink.Heard.Select(request => request.LastEventId).ShouldBe([null, "41", "41"]);
    }

    [Fact]
    public async Task What_another_try_would_not_mend_is_thrown()
    {
        using var client = _sink
            .CannotBeReached()
            .Answers(HttpStatusCode.ServiceUnavailable)
            .Answers(new EventFeed().Ends())
            .Answers(HttpStatusCode.NotFound)
            .Connect();

        await Should.ThrowAsync<HttpRequestException>(async () => await client.FollowEventsAsync(cancellationToken: Token).FirstAsync(Token));
        (await Should.ThrowAsync<SmartSinkException>(async () => await client.FollowEventsAsync(cancellationToken: Token).FirstAsync(Token))).Status.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await Should.ThrowAsync<SmartSinkException>(async () => await client.FollowEventsAsync(cancellationToken: Token).FirstAsync(Token))).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_connection_that_has_died_without_a_word_is_made_again()
    {
        var clock = new ManualTimeProvider();
        var dead = new EventFeed().Event(1, "sampled");
        using var client = _sink.Answers(dead).Answers(new EventFeed().Event(2, "sampled")).Connect(clock: clock);
        await using var told = client.FollowEventsAsync(cancellationToken: Token).GetAsyncEnumerator(Token);
        (await told.MoveNextAsync()).ShouldBeTrue();

        var second = told.MoveNextAsync();
        await dead.Waits.WaitAsync(Token);
        while (!second.IsCompleted)
        {
            // First the silence is over, then the pause before another try.
            clock.Advance(TimeSpan.FromSeconds(45));
            await Task.Delay(1, Token);
        }

        (await second).ShouldBeTrue();
        told.Current.Id.ShouldBe(2);
        _sink.Heard[1].LastEventId.ShouldBe("1");
    }

    [Fact]
    public async Task Following_ends_when_it_is_cancelled()
    {
        var silent = new EventFeed();
        using var client = _sink.Answers(silent).Connect();
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var first = client.FollowEventsAsync(cancellationToken: enough.Token).FirstAsync(enough.Token);
        await silent.Waits.WaitAsync(Token);

        await enough.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(async () => await first);
    }

    [Theory]
    [InlineData(SinkOutcome.Accepted, 4)]
    [InlineData(SinkOutcome.TempFail, 2)]
    [InlineData(SinkOutcome.PermFail, 3)]
    public async Task What_has_become_of_a_recipient_is_found_in_what_the_sink_remembers(SinkOutcome outcome, long id)
    {
        using var client = _sink.Answers(new EventFeed()
            .Refusal(1, "someone@yahoo.com", "tempfail", 421)
            .Refusal(2, "Joe@Yahoo.com", "tempfail", 421)
            .Refusal(3, "joe@yahoo.com", "permfail", 554)
            .Message(4, "joe@yahoo.com")).Connect();

        (await client.WaitForAsync("joe@yahoo.com", outcome, cancellationToken: Token)).Id.ShouldBe(id);

        _sink.Heard.ShouldHaveSingleItem().Line.ShouldBe("GET /api/v1/events?after=0");
    }

    [Theory]
    [InlineData("joe@yahoo.com")]
    [InlineData("jim@yahoo.com")]
    public async Task A_refusal_with_the_message_is_of_all_its_recipients_and_has_the_reply(string recipient)
    {
        using var client = _sink.Answers(new EventFeed()
            .Event(1, "message", """ "transaction":"T1","outcome":"tempfail","code":421,"recipients":[{"recipient":"joe@yahoo.com","outcome":"tempfail"},{"recipient":"jim@yahoo.com","outcome":"tempfail"}] """)
            .Event(2, "refusal", """ "transaction":"T0","stage":"data","recipient":"else@yahoo.com","outcome":"tempfail","code":421,"reply":"421 not this" """)
            .Event(3, "refusal", """ "transaction":"T1","stage":"data","recipient":"joe@yahoo.com","outcome":"tempfail","code":421,"reply":"421 this" """)).Connect();

        (await client.WaitForAsync(recipient, SinkOutcome.TempFail, cancellationToken: Token)).ShouldBeOfType<RefusalEvent>().Reply.ShouldBe("421 this");
    }

    [Fact]
    public async Task What_becomes_of_a_recipient_later_is_waited_for_over_a_broken_connection()
    {
        var feed = new EventFeed().Refusal(11, "joe@yahoo.com", "permfail", 554);
        var next = new EventFeed();
        using var client = _sink.Answers(feed).Answers(next).Connect();

        var waiting = client.WaitForAsync("joe@yahoo.com", SinkOutcome.Accepted, TimeSpan.FromMinutes(10), after: 10, Token);
        await feed.Waits.WaitAsync(Token);
        feed.Ends();
        await next.Waits.WaitAsync(Token);
        waiting.IsCompleted.ShouldBeFalse();
        next.Message(12, "joe@yahoo.com");

        (await waiting).ShouldBeOfType<MessageEvent>().Id.ShouldBe(12);
        _sink.Heard.Select(request => request.Line + request.LastEventId).ShouldBe(["GET /api/v1/events?after=10", "GET /api/v1/events11"]);
    }

    [Fact]
    public async Task A_wait_in_vain_says_what_was_seen()
    {
        var clock = new ManualTimeProvider();
        var feed = new EventFeed().Refusal(1, "other@yahoo.com", "permfail", 554).Refusal(2, "joe@yahoo.com", "tempfail", 421).Message(3, "joe@yahoo.com").Event(4, "sampled", "\"left_out\":7");
        using var client = _sink.Answers(feed).Connect(clock: clock);

        var waiting = client.WaitForAsync("joe@yahoo.com", SinkOutcome.PermFail, TimeSpan.FromSeconds(2.5), cancellationToken: Token);
        await feed.Waits.WaitAsync(Token);
        clock.Advance(TimeSpan.FromSeconds(2.5));

        (await Should.ThrowAsync<TimeoutException>(waiting)).Message.ShouldBe(
            "No permfail for joe@yahoo.com within 2.5 s. For this recipient it was: tempfail at rcpt: 421 no; accepted with the message (250). "
            + "In all it told of 2 refusals and 1 messages. It left 7 events out, as there were too many to tell: this may have been among them.");
    }

    [Fact]
    public async Task A_wait_in_vain_says_that_the_sink_is_gone()
    {
        var clock = new ManualTimeProvider();
        using var client = _sink.Answers(new EventFeed().Ends(new IOException("reset"))).Connect(clock: clock);

        var waiting = client.WaitForAsync("joe@yahoo.com", SinkOutcome.PermFail, TimeSpan.FromHours(1), cancellationToken: Token);
        while (_sink.Heard.Count < 3)
        {
            // Over the pauses before another try, by far not to the end of patience.
            clock.Advance(TimeSpan.FromMilliseconds(50));
            await Task.Delay(1, Token);
        }

        clock.Advance(TimeSpan.FromHours(1));

        (await Should.ThrowAsync<TimeoutException>(waiting)).Message.ShouldBe(
            "No permfail for joe@yahoo.com within 3600 s. The sink told of nothing for this recipient. In all it told of 0 refusals and 0 messages. "
            + $"The connection to the sink is broken: {FakeSink.Gone}");
    }

    [Fact]
    public async Task A_wait_can_be_called_off()
    {
        var feed = new EventFeed();
        using var client = _sink.Answers(feed).Connect();
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var waiting = client.WaitForAsync("joe@yahoo.com", SinkOutcome.PermFail, cancellationToken: enough.Token);
        await feed.Waits.WaitAsync(Token);

        await enough.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(waiting);
    }
}
