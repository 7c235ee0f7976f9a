using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using SmartSink.Testing.Processes;

namespace SmartSink.Client.Tests;

/// <summary>Each call against a sink as its users run it: what this library reads is what the sink writes.</summary>
public sealed class SinkTests : IAsyncLifetime
{
    private const string Policy = "include = [\"builtin:providers\"]\n\n[domain.\"here.example\"]\nbounce = 100\n\n[[bounce.\"here.example\"]]\ncode = 550\nmsg = \"5.1.1 nobody\\nhere\"\n";

    private readonly CancellationTokenSource _patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private SinkProcess? _process;
    private SmartSinkClient? _client;

    /// <summary>Cancelled when something has not happened for much longer than the machine may be busy with something else.</summary>
    private CancellationToken Token => _patience.Token;

    private SinkProcess Process => _process!;

    private SmartSinkClient Sink => _client!;

    public async ValueTask InitializeAsync()
    {
        _process = await SinkProcess.StartAsync(Policy, new Dictionary<string, string> { ["SINK_SAMPLE"] = "1/1" });
        _patience.CancelAfter(TimeSpan.FromMinutes(3));
        _client = new SmartSinkClient(_process.Http);
    }

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        _patience.Dispose();
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }
    }

    [Fact]
    public async Task Every_call_of_the_API_has_a_method()
    {
        using var http = new HttpClient();
        using var document = JsonDocument.Parse(await http.GetStringAsync(new Uri(Process.Http, "/openapi/v1.json"), Token));
        var described = document.RootElement.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject().Select(call => $"{call.Name.ToUpperInvariant()} {path.Name}"));

        using var fake = new FakeSink();
        using var client = fake.Connect();
        Func<Task>[] calls =
        [
            () => client.OverrideAsync(new SinkOverride { Defer = 100 }, Token), () => client.ListOverridesAsync(Token), () => client.GetOverrideAsync("{id}", Token), () => client.RemoveOverrideAsync("{id}", Token),
            () => client.CalmAsync(Token), () => client.OverlayAsync(new SinkOverlay(), Token), () => client.GetOverlayAsync(Token), () => client.RemoveOverlayAsync(Token), () => client.ExplainAsync("a@b.example"),
            () => client.PolicyAsync(), () => client.CheckAsync(""), () => client.ReloadAsync(Token), () => client.StatsAsync(), () => client.HistoryAsync(), () => client.ConnectionsAsync(), () => client.SendersAsync(),
            () => client.MessagesAsync(), () => client.LastEventIdAsync(Token), () => client.StartLedgerAsync(Token), () => client.ClearLedgerAsync(Token), () => client.GetLedgerAsync(Token), () => client.GetReportAsync(),
            () => client.GetClassifiedReportAsync([]), () => client.GetRunAsync("{run}", Token), () => client.GetRunTimesAsync("{run}"),
        ];
        foreach (var call in calls)
        {
            await Should.ThrowAsync<HttpRequestException>(call);
        }

        fake.Heard.Select(request => Uri.UnescapeDataString(request.Line.Split('?')[0])).ShouldBe(described, ignoreOrder: true);
    }

    [Fact]
    public async Task An_override_is_there_until_it_is_taken_back()
    {
        var rule = new SinkOverride
        {
            Domain = "yahoo.com",
            Recipient = "joe*@*",
            Reply = new SinkReply(451, "4.7.1 not you"),
            Share = 50.5,
            Times = 3,
            For = TimeSpan.FromMinutes(5),
            Name = "joe is out",
        };
        await using (var lease = await Sink.OverrideAsync(rule, Token))
        {
            await using var other = await Sink.OverrideAsync(new SinkOverride { Domain = "*.example", Delay = TimeSpan.FromMilliseconds(250) }, Token);
            var found = (await Sink.GetOverrideAsync(lease.Id, Token)).ShouldNotBeNull();

            (found.Name, found.Share, found.Times, found.Acted).ShouldBe(("joe is out", 50.5, 3, 0));
            (found.Match.Domains.ShouldNotBeNull().ShouldHaveSingleItem(), found.Match.Recipient, found.Do.Reply!.Code, found.Do.Reply.Msg).ShouldBe(("yahoo.com", "joe*@*", 451, "4.7.1 not you"));
            (found.ExpiresAt - found.CreatedAt).ShouldBe(TimeSpan.FromMinutes(5));
            found.LeftSeconds.ShouldBeInRange(0, 300);
            (await Sink.ListOverridesAsync(Token)).Select(one => one.Id).ShouldBe([other.Id, lease.Id], ignoreOrder: true);
        }

        (await Sink.ListOverridesAsync(Token)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Overrides_end_by_themselves_and_all_at_once()
    {
        var once = await Sink.OverrideAsync(new SinkOverride { Domain = "yahoo.com", Reply = new SinkReply(554, "5.7.1 once"), Times = 1 }, Token);
        await ClientMail.SendAsync(Process.SmtpPort, "joe@yahoo.com");
        var refused = (RefusalEvent)await Sink.WaitForAsync("joe@yahoo.com", SinkOutcome.PermFail, cancellationToken: Token);
        (refused.Code, refused.Reply, refused.Domain, refused.Sender).ShouldBe((554, "554 5.7.1 once", "yahoo.com", "test@client.example"));
        while (await Sink.GetOverrideAsync(once.Id, Token) is not null)
        {
            await Task.Delay(50, Token);
        }

        await once.DisposeAsync();
        await Sink.OverrideAsync(new SinkOverride { Domain = "yahoo.com", Accept = true }, Token);
        await Sink.OverrideAsync(new SinkOverride { Domain = "gmail.com", Fault = "drop" }, Token);
        (await Sink.CalmAsync(Token)).ShouldBe(2);
        (await Sink.CalmAsync(Token)).ShouldBe(0);
    }

    [Fact]
    public async Task An_overlay_goes_over_the_files_until_it_is_taken_back()
    {
        (await Sink.GetOverlayAsync(Token)).ShouldBeNull();
        var overlay = new SinkOverlay { Name = "all is well", Policy = "[domain.\"here.example\"]\nbounce = 0\n", TlsFaults = "454=100", For = TimeSpan.FromMinutes(5) };
        await using (var lease = await Sink.OverlayAsync(overlay, Token))
        {
            var found = (await Sink.GetOverlayAsync(Token)).ShouldNotBeNull();

            (found.Name, found.Policy, found.TlsFaults, found.BeganAt).ShouldBe((overlay.Name, overlay.Policy, overlay.TlsFaults, lease.Added.BeganAt));
            (found.EndsAt - found.BeganAt).ShouldBe(TimeSpan.FromMinutes(5));
            found.LeftSeconds.ShouldBeInRange(0, 300);
            found.Warnings.ShouldBeEmpty();
            (await Sink.PolicyAsync("here.example", cancellationToken: Token)).Entries.Single().Bounce.ShouldBe(0);
            (await Should.ThrowAsync<SmartSinkException>(() => Sink.OverlayAsync(overlay, Token))).Status.ShouldBe(HttpStatusCode.Conflict);
        }

        (await Sink.GetOverlayAsync(Token)).ShouldBeNull();
        (await Sink.PolicyAsync("here.example", cancellationToken: Token)).Entries.Single().Bounce.ShouldBe(100);

        // A lease takes its own back, and not what has come since.
        var first = await Sink.OverlayAsync(overlay, Token);
        (await Sink.RemoveOverlayAsync(Token)).ShouldBeTrue();
        (await Sink.RemoveOverlayAsync(Token)).ShouldBeFalse();
        await using var second = await Sink.OverlayAsync(overlay with { Name = "other" }, Token);
        await first.DisposeAsync();
        (await Sink.GetOverlayAsync(Token)).ShouldNotBeNull().Name.ShouldBe("other");
    }

    [Fact]
    public async Task A_mistake_is_told_with_its_place()
    {
        var error = await Should.ThrowAsync<SmartSinkException>(() => Sink.OverrideAsync(new SinkOverride { Domain = "yahoo.com", Defer = 101, Times = 0 }, Token));

        error.Status.ShouldBe(HttpStatusCode.BadRequest);
        error.Mistakes.Select(mistake => mistake.JsonPointer).ShouldBe(["/do/defer", "/times"], ignoreOrder: true);

        var overlay = await Should.ThrowAsync<SmartSinkException>(() => Sink.OverlayAsync(new SinkOverlay { Policy = "[default]\nbounce = 120\n" }, Token));
        overlay.Mistakes.Select(mistake => mistake.ToString()).ShouldBe(["/policy(2,10): bounce = 120 is not a percentage from 0 to 100"]);
    }

    [Fact]
    public async Task What_becomes_of_a_recipient_is_heard_before_and_after_it_happens()
    {
        await ClientMail.SendAsync(Process.SmtpPort, "first@here.example");
        var first = (RefusalEvent)await Sink.WaitForAsync("First@Here.Example", SinkOutcome.PermFail, cancellationToken: Token);
        (first.Reply, first.Domain).ShouldBe(("550-5.1.1 nobody\n550 5.1.1 here", "here.example"));

        var before = await Sink.LastEventIdAsync(Token);
        before.ShouldBeGreaterThanOrEqualTo(first.Id);
        var waiting = Sink.WaitForAsync("second@gmail.com", SinkOutcome.Accepted, TimeSpan.FromMinutes(3), before, Token);
        await ClientMail.SendAsync(Process.SmtpPort, "second@gmail.com");
        var accepted = (MessageEvent)await waiting;

        (accepted.Sender, accepted.RecipientCount, accepted.Outcome).ShouldBe(("test@client.example", 1, SinkOutcome.Accepted));
        accepted.Id.ShouldBeGreaterThan(before);
        (await Should.ThrowAsync<TimeoutException>(() => Sink.WaitForAsync("first@here.example", SinkOutcome.PermFail, TimeSpan.FromMilliseconds(500), before, Token)))
            .Message.ShouldStartWith("No permfail for first@here.example within 0.5 s.");
    }

    [Fact]
    public async Task A_refusal_at_the_end_of_the_data_is_heard_with_its_reply()
    {
        await using var lease = await Sink.OverrideAsync(new SinkOverride { Domain = "yahoo.com", Stage = "data", Reply = new SinkReply(451, "4.7.1 not this\nmessage") }, Token);
        await ClientMail.SendAsync(Process.SmtpPort, "joe@yahoo.com");

        var refused = (RefusalEvent)await Sink.WaitForAsync("joe@yahoo.com", SinkOutcome.TempFail, cancellationToken: Token);

        (refused.Stage, refused.Reply).ShouldBe(("data", "451-4.7.1 not this\n451 4.7.1 message"));
    }

    [Fact]
    public async Task Events_are_followed_as_they_come()
    {
        await using var events = Sink.FollowEventsAsync(new EventFilter { Kind = "override" }, after: 0, Token).GetAsyncEnumerator(Token);
        var lease = await Sink.OverrideAsync(new SinkOverride { Domain = "yahoo.com", Bounce = 5.5, Name = "some" }, Token);
        (await events.MoveNextAsync()).ShouldBeTrue();
        var added = events.Current.ShouldBeOfType<OverrideEvent>();
        await lease.DisposeAsync();
        (await events.MoveNextAsync()).ShouldBeTrue();
        var removed = events.Current.ShouldBeOfType<OverrideEvent>();

        (added.Action, added.OverrideId, added.Name).ShouldBe(("added", lease.Id, "some"));
        (removed.Action, removed.OverrideId).ShouldBe(("removed", lease.Id));
        removed.Id.ShouldBeGreaterThan(added.Id);
    }

    [Fact]
    public async Task The_policy_is_shown_explained_checked_and_read_anew()
    {
        var policy = await Sink.PolicyAsync("here.example", cancellationToken: Token);
        var entry = policy.Entries.ShouldHaveSingleItem();
        (entry.Domain, entry.Bounce, entry.Defer, entry.Expected).ShouldBe(("here.example", 100, 0, new OutcomeShares { PermFail = 100 }));
        var reply = entry.Replies.Single(one => one.Kind == "bounce");
        reply.Code.ShouldBe(550);
        reply.Text.ShouldContain("nobody");
        policy.Hash.ShouldNotBeEmpty();

        var page = await Sink.PolicyAsync(from: 1, count: 2, cancellationToken: Token);
        (page.Entries.Count, page.Next).ShouldBe((2, 3));
        page.Total.ShouldBeGreaterThan(100);

        var explained = await Sink.ExplainAsync("joe@here.example", client: "192.0.2.1", cancellationToken: Token);
        explained.Recipient.ShouldBe("joe@here.example");
        explained.Overrides.ShouldBeEmpty();
        explained.Entry.ShouldBe("here.example");
        explained.Text.ShouldContain("here.example");
        explained.Replies.ShouldContain(reply);
        explained.Details.ShouldNotBeNull()["memory"].GetProperty("client").GetString().ShouldBe("192.0.2.1");

        var check = await Sink.CheckAsync("[default]\nbounce = 101\n", Token);
        (check.Valid, check.Errors).ShouldBe((false, 1));
        var found = check.Diagnostics.ShouldHaveSingleItem();
        (found.Line, found.Severity).ShouldBe((2, "error"));
        (await Sink.CheckAsync("", Token)).Valid.ShouldBeTrue();
        (await Should.ThrowAsync<SmartSinkException>(() => Sink.CheckAsync(new string('#', 65 * 1024), Token))).Status.ShouldBe(HttpStatusCode.RequestEntityTooLarge);

        (await Sink.ReloadAsync(Token)).Single(reload => reload.Name == "policy").Result.ShouldBe("unchanged");
    }

    [Fact]
    public async Task What_has_come_in_is_counted()
    {
        await ClientMail.SendAsync(Process.SmtpPort, "joe@here.example");
        await ClientMail.SendAsync(Process.SmtpPort, "joe@gmail.com");

        // Domains are looked at once a second.
        var stats = await Sink.StatsAsync(domains: 10, Token);
        while (!stats.Domains.Any(domain => domain is { Domain: "here.example", TopReply: not null }))
        {
            await Task.Delay(50, Token);
            stats = await Sink.StatsAsync(domains: 10, Token);
        }

        (stats.Status, stats.Messages.Total, stats.Recipients.Accepted.Total, stats.Recipients.TempFail.Total, stats.Recipients.PermFail.Total).ShouldBe(("ready", 1, 1, 0, 1));
        stats.Messages.PerSecond.Keys.ShouldBe(["1", "10", "60"], ignoreOrder: true);
        var here = stats.Domains.Single(domain => domain.Domain == "here.example");
        (here.Recipients, here.PermFail, here.Expected!.PermFail).ShouldBe((1, 1, 100));
        var top = here.TopReply.ShouldNotBeNull();
        (top.Code, top.Count).ShouldBe((550, 1));
        (stats.At - stats.StartedAt).ShouldBeGreaterThan(TimeSpan.Zero);
    }

    [Fact]
    public async Task Who_sends_is_listed()
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, Process.SmtpPort, Token);
        using var lines = new StreamReader(socket.GetStream());
        (await lines.ReadLineAsync(Token)).ShouldStartWith("220");
        await socket.GetStream().WriteAsync("HELO open.example\r\n"u8.ToArray(), Token);
        (await lines.ReadLineAsync(Token)).ShouldStartWith("250");
        await ClientMail.SendAsync(Process.SmtpPort, "joe@gmail.com");

        var connections = await Sink.ConnectionsAsync("127.0.0.0/8", cancellationToken: Token);
        var open = connections.Connections.Single(connection => connection.Helo == "open.example");
        (open.Listener, open.Client, open.State, open.User, open.Tls, open.Messages).ShouldBe(("smtp", "127.0.0.1", "idle", null, null, 0));
        (await Sink.ConnectionsAsync("192.0.2.1", cancellationToken: Token)).Connections.ShouldBeEmpty();
        (await Sink.ConnectionsAsync(from: open.Id, count: 1, cancellationToken: Token)).Connections.ShouldHaveSingleItem().Id.ShouldBe(open.Id);

        var senders = await Sink.SendersAsync(cancellationToken: Token);
        while (senders.Senders is not [{ Messages: 1 }])
        {
            await Task.Delay(50, Token);
            senders = await Sink.SendersAsync(cancellationToken: Token);
        }

        (senders.Senders[0].Client, senders.Senders[0].Recipients, senders.Senders[0].RetryGapSeconds, senders.LeftOut).ShouldBe(("127.0.0.1/32", 1, null, 0));

        var history = await Sink.HistoryAsync(600, Token);
        while (history.Messages.Sum() < 1)
        {
            await Task.Delay(50, Token);
            history = await Sink.HistoryAsync(600, Token);
        }

        (history.Step, history.Accepted.Sum(), history.TempFail.Sum(), history.PermFail.Sum()).ShouldBe((1, 1, 0, 0));
        history.Connections.Count.ShouldBe(history.Messages.Count);

        (await Sink.MessagesAsync(cancellationToken: Token)).ShouldSatisfyAllConditions(samples => samples.Sample.ShouldBe("1/1"), samples => samples.Messages.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            message => (message.Sender, message.Outcome, message.Code).ShouldBe(("test@client.example", SinkOutcome.Accepted, 250)),
            message => message.Header.ShouldContain("Subject: ")));
    }

    [Fact]
    public async Task A_run_is_read_by_number_and_a_log_is_judged()
    {
        (await Sink.GetLedgerAsync(Token)).On.ShouldBeFalse();
        (await Should.ThrowAsync<SmartSinkException>(() => Sink.GetRunAsync("r1", Token))).Status.ShouldBe(HttpStatusCode.Conflict);
        await Sink.StartLedgerAsync(Token);
        (await Sink.GetRunAsync("r1", Token)).ShouldBeNull();
        (await Sink.GetRunTimesAsync("r1", cancellationToken: Token)).ShouldBeNull();

        foreach (var number in (int[])[0, 1, 2, 1])
        {
            await ClientMail.SendAsync(Process.SmtpPort, "joe@gmail.com", $"news+r1/{number}@client.example");
        }

        await ClientMail.SendAsync(Process.SmtpPort, "ann@here.example", "news+r1/4@client.example");
        await ClientMail.SendAsync(Process.SmtpPort, "tempfail@gmail.com", "news+r1/5@client.example");

        var run = (await Sink.GetRunAsync("r1", Token)).ShouldNotBeNull();
        (run.Run, run.Lowest, run.Highest, run.Partial).ShouldBe(("r1", 0, 5, false));
        run.Accepted.ShouldBe([new NumberRange(0, 2)]);
        run.Refused.ShouldBe([new NumberRange(4, 4)]);
        run.Waiting.ShouldBe([new NumberRange(5, 5)]);
        run.Bounced.ShouldBeEmpty();
        run.Duplicates.ShouldHaveSingleItem().ShouldBe(new RunDuplicate { Number = 1, Times = 1, Excused = 0 });
        run.Last.Select(last => last.Number).ShouldBe([4, 5]);

        var times = (await Sink.GetRunTimesAsync("r1", from: 1, count: 5, Token)).ShouldNotBeNull();
        (times.From, times.Highest, times.Times.Count).ShouldBe((1, 5, 5));
        times.Times.Select(time => time is null).ShouldBe([false, false, true, true, true]);

        (await Sink.GetLedgerAsync(Token)).ShouldSatisfyAllConditions(
            ledger => (ledger.On, ledger.Senders, ledger.Runs, ledger.Forgotten, ledger.Dropped).ShouldBe((true, 1, 1, 0, 0)), ledger => ledger.Bytes.ShouldBeInRange(1, ledger.Limit));

        var report = await Sink.GetClassifiedReportAsync([new("ann@here.example", "unknown_user", "news+r1/4@client.example"), new("tempfail@gmail.com", "unknown_user")], cancellationToken: Token);
        var sender = report.Senders.ShouldHaveSingleItem();
        (sender.Seconds.Accepted.Sum(), sender.Seconds.TempFail.Sum(), sender.Seconds.PermFail.Sum()).ShouldBe((4, 1, 1));
        var rule = sender.Rules.Single(one => one.Rule == "classification");
        (rule.Number, rule.Verdict).ShouldBe((50, RuleVerdict.Fail));
        rule.Table.ShouldNotBeNull();
        (await Should.ThrowAsync<SmartSinkException>(() => Sink.GetClassifiedReportAsync([new("", "soft")], cancellationToken: Token))).Mistakes.ShouldHaveSingleItem().Detail.ShouldStartWith("line 1: recipient");
    }
}
