using System.Net;
using System.Text;
using System.Text.Json;
using SmartSink.Behaviour.Events;
using SmartSink.Connections;
using SmartSink.Events;
using SmartSink.Observers;
using SmartSink.Senders;
using SmartSink.Smtp;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;
using SmartSink.Telemetry;
using SmartSink.Testing;
using SmartSink.Testing.Dialogs;
using SmartSink.Testing.Time;
using SmartSink.Tests.Telemetry;
using SmartSink.Watching;

namespace SmartSink.Tests.Events;

/// <summary>What events say, and how many of them there are.</summary>
public sealed class SinkEventsTests
{
    private static readonly IPAddress Client = IPAddress.Parse("192.0.2.7");
    private static readonly FixedReply Nobody = new(550, new(5, 1, 1), "Nobody\nhere"u8);

    private readonly ManualTimeProvider _clock = new();
    private readonly SinkEvents _events;

    public SinkEventsTests() => _events = new SinkEvents(_clock);

    [Fact]
    public void A_refusal_says_whom_it_met_and_how()
    {
        _events.Refused(new AcceptAll("other", "gmail.com"), 1, Facts(), Nobody);
        Told().ShouldBe(
        [
            """{"at":"2026-01-02T03:04:05Z","kind":"refusal","client":"192.0.2.7","user":"ann","connection":9,"transaction":"ID","stage":"rcpt","sender":"a@b.example","recipient":"c@GMail.com","domain":"gmail.com","outcome":"permfail","code":550,"label":"unknown_user","reply":"550-5.1.1 Nobody\n550 5.1.1 here"}""",
        ]);
    }

    [Fact]
    public void A_message_says_what_became_of_its_recipients()
    {
        using var metrics = new MetricsFixture();
        var reporter = new SessionReporter(new SessionMetrics(metrics.Metrics), new SenderTable(), new CollectingLogger<SessionReporter>(), _events);
        var output = new ReplyBuffer();
        var session = new SmtpSession(new SmtpSessionOptions { Hostname = "sink.example" }, new FilterSwitch(new AcceptAll()), reporter, Client, number: 5);
        session.Start(output, _clock.ReadMoment());
        session.Advance("EHLO a\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nRCPT TO:<e@f.example>\r\nDATA\r\nSubject: x\r\n\r\n.\r\n"u8, output, _clock.ReadMoment());

        using var message = JsonDocument.Parse(Told().ShouldHaveSingleItem());
        message.RootElement.TryGetProperty("transaction", out var transaction).ShouldBeTrue();
        message.RootElement.GetRawText().ShouldBe(
            $$"""{"at":"2026-01-02T03:04:05Z","kind":"message","client":"192.0.2.7","connection":5,"transaction":"{{transaction}}","sender":"a@b.example","outcome":"accepted","code":250,"recipient_count":2,"size":14,"milliseconds":0,"recipients":[{"recipient":"c@d.example","domain":"other","outcome":"accepted"},{"recipient":"e@f.example","domain":"other","outcome":"accepted"}]}""");
    }

    [Fact]
    public void The_other_kinds_say_what_they_are()
    {
        _events.ConnectionClosed("smtp", new ConnectionEnd { Reason = SessionEndReason.Quit, Client = Client, Connection = 3, Messages = 2 });
        _events.ConnectionClosed("smtp", new ConnectionEnd { Reason = SessionEndReason.TooManyConnections, Client = Client });
        using var metrics = new MetricsFixture();
        var behaviour = new BehaviourReporter(new BehaviourMetrics(metrics.Metrics), new CollectingLogger<BehaviourReporter>(), _events);
        behaviour.OverrideAdded(new OverrideNotice("7", "yahoo is \"down\"", 0), _clock.GetUtcNow());
        behaviour.OverrideEnded(new OverrideNotice("7", string.Empty, 3));
        behaviour.OverrideRemoved(new OverrideNotice("8", "calm", 3));
        behaviour.ScheduleBegan("night", null);
        behaviour.ScheduleEnded("night");
        _events.Reloaded("policy", new ReloadReport(ReloadResult.Rejected, _clock.GetUtcNow(), ["responses.toml(2,1): error: no"]));
        Told().ShouldBe(
        [
            """{"at":"2026-01-02T03:04:05Z","kind":"connection","client":"192.0.2.7","connection":3,"listener":"smtp","reason":"quit","messages":2}""",
            """{"at":"2026-01-02T03:04:05Z","kind":"connection","client":"192.0.2.7","listener":"smtp","reason":"too_many_connections","messages":0}""",
            """{"at":"2026-01-02T03:04:05Z","kind":"override","action":"added","override_id":"7","name":"yahoo is \"down\""}""",
            """{"at":"2026-01-02T03:04:05Z","kind":"override","action":"ended","override_id":"7"}""",
            """{"at":"2026-01-02T03:04:05Z","kind":"override","action":"removed","override_id":"8","name":"calm"}""",
            """{"at":"2026-01-02T03:04:05Z","kind":"schedule","name":"night","action":"began"}""",
            """{"at":"2026-01-02T03:04:05Z","kind":"schedule","name":"night","action":"ended"}""",
            """{"at":"2026-01-02T03:04:05Z","kind":"reload","name":"policy","result":"rejected","diagnostics":["responses.toml(2,1): error: no"]}""",
        ]);
    }

    [Theory]
    [InlineData("quote\" and \\ and \r\n and \t and \0", "quote\" and \\ and \r\n and \t and \0")]
    [InlineData("<img src=x onerror=alert(1)>@d.example", "<img src=x onerror=alert(1)>@d.example")]
    [InlineData("data: x\n\nid: 7\u2028\u2029\u0085", "data: x\n\nid: 7\u2028\u2029\u0085")]
    [InlineData("ü€😀", "ü€😀")]
    public void Texts_of_clients_come_through_on_one_line(string text, string told)
    {
        Refuse(Encoding.UTF8.GetBytes(text));
        var line = Told().ShouldHaveSingleItem();
        line.ShouldNotContain('\n');
        line.ShouldNotContain('\r');
        Recipient(line).ShouldBe(told);
    }

    [Fact]
    public void What_is_no_utf8_is_shown_as_such()
    {
        Refuse([(byte)'a', 0xFF, 0xC3, (byte)'b', 0xED, 0xA0, 0x80, 0xF0, 0x9F]);
        Recipient(Told().ShouldHaveSingleItem()).ShouldMatch("^a\uFFFD+b\uFFFD+$");
    }

    [Fact]
    public void Long_texts_are_cut_between_characters()
    {
        for (var shift = 0; shift < 4; shift++)
        {
            Refuse(Encoding.UTF8.GetBytes(new string('x', shift) + string.Concat(Enumerable.Repeat("😀", 200))));
            var recipient = Recipient(Told()[^1]);
            recipient.ShouldBe(new string('x', shift) + string.Concat(Enumerable.Repeat("😀", (SinkEvents.LongestText - shift) / 4)) + "…");
        }
    }

    [Fact]
    public void A_long_reply_is_cut_and_another_encoding_is_read()
    {
        var many = new FixedReply(451, default, Encoding.UTF8.GetBytes(string.Join('\n', Enumerable.Range(0, 100).Select(n => $"line {n} of many"))));
        _events.Refused(new AcceptAll(), 0, Facts(), many);
        _events.Refused(new AcceptAll(), 0, Facts(), new Latin1Reply());
        var replies = Told().Select(line => JsonDocument.Parse(line).RootElement.GetProperty("reply").GetString()!).ToList();
        replies[0].ShouldStartWith("451-line 0 of many\n451-line 1 of many\n");
        replies[0].ShouldEndWith("…");
        Encoding.UTF8.GetByteCount(replies[0]).ShouldBe(SinkEvents.LongestReply + 3);
        replies[1].ShouldBe("550 Empfänger");
    }

    [Fact]
    public void Above_a_thousand_a_second_events_are_left_out_and_it_says_so()
    {
        Refuse(times: EventBudget.PerSecond);
        _events.LeftOut.ShouldBe(0);
        Refuse(times: 500);
        _events.LeftOut.ShouldBe(500);
        _events.OverrideChanged("added", "o1", string.Empty);
        _clock.Advance(TimeSpan.FromSeconds(1));
        _events.CatchUp();
        _events.CatchUp();
        Told()[^2..].ShouldBe(
        [
            """{"at":"2026-01-02T03:04:05Z","kind":"override","action":"added","override_id":"o1"}""",
            """{"at":"2026-01-02T03:04:06Z","kind":"sampled","left_out":500}""",
        ]);
    }

    [Fact]
    public void Nothing_is_left_out_at_a_thousand_a_second()
    {
        for (var second = 0; second < 5; second++)
        {
            Refuse(times: EventBudget.PerSecond);
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        _events.LeftOut.ShouldBe(0);
    }

    [Fact]
    public void What_is_told_allocates_nothing()
    {
        Refuse(times: 2 * SinkEvents.Kept);
        AllocatedMemory.ByCaller(this, static test =>
        {
            test._clock.Advance(TimeSpan.FromSeconds(1));
            test.Refuse(times: 1500);
        }).ShouldBeLessThan(1000, "the clock's own");
    }

    [Fact]
    public void Ids_go_on_over_a_restart()
    {
        Refuse(times: 10);
        var before = _events.Ring.LastId;
        _clock.Advance(TimeSpan.FromSeconds(1));
        new SinkEvents(_clock).Ring.LastId.ShouldBeGreaterThan(before);
    }

    private void Refuse(int times)
    {
        for (var i = 0; i < times; i++)
        {
            Refuse("c@d.example"u8);
        }
    }

    private void Refuse(ReadOnlySpan<byte> recipient) =>
        _events.Refused(Filter, 0, new SessionFacts { Stage = Stage.Rcpt, ClientAddress = Client, Recipient = recipient, Now = _clock.ReadMoment() }, Nobody);

    private static readonly AcceptAll Filter = new();

    private SessionFacts Facts() => new()
    {
        Stage = Stage.Rcpt,
        Connection = 9,
        ClientAddress = Client,
        User = "ann"u8,
        TransactionId = "ID"u8,
        Sender = "a@b.example"u8,
        Recipient = "c@GMail.com"u8,
        Domain = "gmail.com"u8,
        Now = _clock.ReadMoment(),
    };

    // Without their ids.
    private List<string> Told()
    {
        var (ring, copy, lines) = (_events.Ring, new EventCopy(), new List<string>());
        for (var id = ring.FirstId; id <= ring.LastId; id++)
        {
            ring.TryCopy(id, copy).ShouldBeTrue();
            var line = Encoding.UTF8.GetString(copy.Json.Span);
            line.ShouldStartWith($"{{\"id\":{id},");
            lines.Add(line.Replace($"\"id\":{id},", string.Empty, StringComparison.Ordinal));
        }

        return lines;
    }

    private static string Recipient(string line)
    {
        using var json = JsonDocument.Parse(line);
        return json.RootElement.GetProperty("recipient").GetString()!;
    }

    private sealed class Latin1Reply() : Reply(550, closes: false, encoding: new ReplyEncoding(System.Text.Encoding.Latin1))
    {
        public override void WriteTo(ReplyBuffer output, in SessionFacts facts) => output.Write(System.Text.Encoding.Latin1.GetBytes("550 Empfänger\r\n"));
    }
}
