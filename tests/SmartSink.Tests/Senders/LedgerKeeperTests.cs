using System.Net;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using SmartSink.Connections;
using SmartSink.Ledger;
using SmartSink.Ledger.Facts;
using SmartSink.Observers;
using SmartSink.Senders;
using SmartSink.Smtp;
using SmartSink.Smtp.Auth;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;
using SmartSink.Smtp.Syntax;
using SmartSink.Telemetry;
using SmartSink.Testing.Dialogs;
using SmartSink.Testing.Time;
using SmartSink.Tests.Telemetry;

namespace SmartSink.Tests.Senders;

/// <summary>From dialogs to what the ledger tells of them.</summary>
public sealed class LedgerKeeperTests : IDisposable
{
    private static readonly FixedReply Later = new(450, default, "Later"u8);

    private readonly MetricsFixture _metrics = new();
    private readonly ManualTimeProvider _clock = new();
    private readonly CollectingLogger<LedgerKeeper> _log = new();
    private readonly ScriptedFilter _filter = new ScriptedFilter()
        .For("d.example", new FilterAnswer { Entry = 1 })
        .For("later.example", new FilterAnswer { Entry = 2, Reply = Later })
        .For("lost.example", new FilterAnswer { Entry = 3, EndFault = AnswerFault.DropBeforeReply });

    private readonly FilterSwitch _filters;
    private readonly LedgerKeeper _keeper;
    private readonly SessionReporter _reporter;
    private readonly ConnectionMetrics _connections;
    private Func<long, PolicyFact> _inForce = at => new PolicyFact(at, 60, Limits(3));
    private uint _last;

    public LedgerKeeperTests()
    {
        _filters = new FilterSwitch(_filter);
        _keeper = new LedgerKeeper(megabytes: 4, at => _inForce(at), _clock, _log);
        _keeper.Show(_metrics.Metrics);
        _reporter = new SessionReporter(new SessionMetrics(_metrics.Metrics), new SenderTable(), NullLogger<SessionReporter>.Instance, ledger: _keeper);
        _connections = new ConnectionMetrics(_metrics.Metrics, ledger: _keeper);
    }

    public void Dispose()
    {
        _keeper.Dispose();
        _metrics.Dispose();
    }

    [Fact]
    public void Nothing_is_kept_while_it_is_off()
    {
        Converse("EHLO mx.a.example|MAIL FROM:<a@b.example>|RCPT TO:<c@later.example>|QUIT|");
        _keeper.IsOn.ShouldBeFalse();
        _keeper.Feed.ShouldBeNull();
        _reporter.Wants(default).ShouldBe(MessageDetails.None);
        _keeper.Status.ShouldBe(new LedgerStatus(IsOn: false, Since: -1, Senders: 0, Runs: 0, Bytes: 0, 4 << 20, Forgotten: 0, Behind: 0));
        _keeper.Read(new LedgerQuery()).ShouldBeEmpty();
        _keeper.ReadRun("r").ShouldBeNull();
    }

    [Fact]
    public void A_refusal_and_the_try_behind_it_are_one_item_and_the_dialog_is_told()
    {
        _keeper.Start();
        Converse("EHLO localhost|MAIL FROM:<a@b.example>|RCPT TO:<c@later.example>|RSET|QUIT|");
        _clock.Advance(TimeSpan.FromSeconds(90));
        _filter.For("later.example", new FilterAnswer { Entry = 2 });
        Converse("EHLO mx.a.example|MAIL FROM:<a@b.example> SIZE=99|RCPT TO:<C@later.example>|DATA|Message-ID: <1@a>||.|QUIT|");
        var history = _keeper.Read(new LedgerQuery()).ShouldHaveSingleItem();
        history.Sender.ShouldBe(new LedgerSender("192.0.2.1/32", ""));
        history.Policy.At(history.Until).TimeScale.ShouldBe(60);
        var tries = history.Items.ShouldHaveSingleItem().Tries.ToArray();
        tries.Select(one => (one.Outcome, history.Providers[one.Provider])).ShouldBe([(Outcome.TempFail, "entry2"), (Outcome.Accepted, "entry2")]);
        (tries[1].At - tries[0].At).ShouldBe(90_000);
        history.Replies[tries[0].Reply].ShouldBe("450 Later");
        history.Dialogs.Select(dialog => (dialog.Reason, dialog.Resets, dialog.Faults, dialog.Messages)).ShouldBe(
        [
            (SessionEndReason.Quit, 1, ProtocolFaults.HeloNoName | ProtocolFaults.SizeUnsaid, 0),
            (SessionEndReason.Quit, 0, ProtocolFaults.None, 1),
        ]);
    }

    [Fact]
    public void Messages_of_a_run_are_known_by_number_and_their_bounces_and_duplicates_too()
    {
        _keeper.Start();
        Converse("EHLO mx.a.example|" + Message("a+r/1@b.example", "") + Message("a@b.example", "X-SmartSink-Run: r/3|") + Message("a+r/1@b.example", "") + "QUIT|");
        Converse("EHLO mx.a.example|" + Message("a+r/4@b.example", "", "c@lost.example"));
        Converse("EHLO mx.a.example|" + Message("a+r/4@b.example", "", "c@lost.example"));
        Converse("EHLO mx.a.example|" + Message("", "|Message-ID: <9@a>|X-SmartSink-Run: r/3|", "a@d.example") + Message("", "", "a+r/1@d.example") + "QUIT|");
        var run = _keeper.ReadRun("r").ShouldNotBeNull();
        (run.Lowest, run.Highest).ShouldBe((1, 4));
        run.Duplicates.Select(duplicate => (duplicate.Number, duplicate.Excused)).ShouldBe([(1, 0), (4, 1)]);
        var history = _keeper.Read(new LedgerQuery(Run: "r")).ShouldHaveSingleItem();
        history.Bounces.Select(bounce => bounce.Number).ShouldBe([3, 1]);
    }

    [Fact]
    public void Users_are_told_apart_whether_they_authenticate_or_are_named_by_XCLIENT()
    {
        _keeper.Start();
        Converse($"EHLO mx.a.example|AUTH PLAIN {Convert.ToBase64String("\0ann\0secret"u8)}|" + Message("a@b.example", "", "c@later.example") + "QUIT|", Options(auth: AuthMode.Optional));
        Converse("XCLIENT ADDR=198.51.100.9 LOGIN=bob|EHLO mx.a.example|" + Message("a@b.example", "", "c@later.example") + "QUIT|", Options(SmtpExtensions.Default | SmtpExtensions.Xclient));
        _keeper.Read(new LedgerQuery()).Where(history => history.Items.Count > 0).Select(history => history.Sender)
            .ShouldBe([new LedgerSender("192.0.2.1/32", "ann"), new LedgerSender("198.51.100.9/32", "bob")], ignoreOrder: true);
    }

    [Fact]
    public void A_ledger_that_is_switched_on_while_a_connection_is_open_learns_of_it_by_the_next_transaction()
    {
        var session = Begin(Options());
        Say(session, "EHLO mx.a.example|" + Message("a@b.example", ""));
        Say(session, "MAIL FROM:<a@b.example> SIZE=99|RCPT TO:<c@d.example>|");
        _keeper.Start();
        Say(session, "DATA|");
        Say(session, "Message-ID: <1@a>||.|");
        Say(session, Message("a@b.example", "", "c@later.example") + "QUIT|");
        End(session);
        var history = _keeper.Read(new LedgerQuery(Client: client => client == "192.0.2.1/32")).ShouldHaveSingleItem();
        history.Items.Count.ShouldBe(1);
        history.Dialogs.ShouldHaveSingleItem().Reason.ShouldBe(SessionEndReason.Quit);
    }

    [Fact]
    public void A_reload_in_mid_run_changes_the_names_of_what_comes_later()
    {
        _keeper.Start();
        var session = Begin(Options());
        Say(session, "EHLO mx.a.example|" + Message("a@b.example", "", "c@later.example"));
        _filters.Current = new ScriptedFilter().For("later.example", new FilterAnswer { Entry = 9, Reply = Later });
        Say(session, "RSET|" + Message("a@b.example", "", "d@later.example") + "QUIT|");
        End(session);
        var history = _keeper.Read(new LedgerQuery()).ShouldHaveSingleItem();
        history.Items.Select(item => history.Providers[item.Tries.Span[0].Provider]).ShouldBe(["entry2", "entry9"], ignoreOrder: true);
    }

    [Fact]
    public void What_was_in_force_is_known_for_each_moment_though_it_changed_without_mail()
    {
        _keeper.Start();
        var start = _clock.ReadMoment().Milliseconds;
        Change(10, 1, 5);
        Change(20, 1, 5);
        _keeper.Clear();
        Change(30, 6, 7);
        Converse("EHLO mx.a.example|" + Message("a@b.example", "", "c@later.example") + "QUIT|");

        // Its thread looks when it can; so does whoever reads.
        var policy = _keeper.Read(new LedgerQuery()).ShouldHaveSingleItem().Policy;
        new[] { 0, 9_999, 10_000, 29_999, 30_000, 99_999 }.Select(at => (policy.At(start + at).TimeScale, policy.At(start + at).Limits["later"].Connections))
            .ShouldBe([(1, 5), (1, 5), (1, 5), (1, 5), (6, 7), (6, 7)]);
        policy.Seconds(start + 20_000, start + 40_000).ShouldBe(10 + 60);
        _keeper.Stop();
        _keeper.PolicyChanged();
        _keeper.Start();
        Converse("EHLO mx.a.example|" + Message("a@b.example", "", "c@later.example") + "QUIT|");
        _keeper.Read(new LedgerQuery()).ShouldHaveSingleItem().Policy.At(start).TimeScale.ShouldBe(6);

        void Change(int second, double timeScale, int connections)
        {
            _clock.Advance(TimeSpan.FromMilliseconds(start + (second * 1000) - _clock.ReadMoment().Milliseconds));
            _inForce = at => new PolicyFact(at, timeScale, Limits(connections));
            _keeper.PolicyChanged();
            _ = _keeper.Status;
        }
    }

    [Fact]
    public async Task A_ledger_that_fails_is_off_and_mail_goes_on_and_another_can_begin()
    {
        _keeper.Start();
        Converse("EHLO mx.a.example|" + Message("a@b.example", "", "c@later.example") + "QUIT|");
        _keeper.Read(new LedgerQuery()).ShouldHaveSingleItem();
        var inForce = _inForce;
        _inForce = _ => throw new InvalidOperationException("broken");
        _keeper.PolicyChanged();

        _keeper.Read(new LedgerQuery()).ShouldBeEmpty();
        (_keeper.IsOn, _keeper.Feed, _keeper.Status.IsOn, _keeper.ReadRun("r")).ShouldBe((false, null, false, null));
        _log.Lines.ShouldBe(["Error The ledger of senders has failed and is off; to start an empty one, run: smartsink ledger on"]);
        (await _metrics.ScrapeAsync()).Sum("smartsink_ledger_on").ShouldBe(0);
        var session = Begin(Options());
        Say(session, "EHLO mx.a.example|" + Message("a@b.example", "") + "QUIT|");
        End(session);
        session.EndReason.ShouldBe(SessionEndReason.Quit);

        _inForce = inForce;
        _keeper.Start();
        _keeper.Read(new LedgerQuery()).ShouldBeEmpty();
        Converse("EHLO mx.a.example|" + Message("a@b.example", "", "c@later.example") + "QUIT|");
        _keeper.Read(new LedgerQuery()).ShouldHaveSingleItem().Items.Count.ShouldBe(1);
        _log.Lines.Count.ShouldBe(1);
    }

    [Fact]
    public async Task What_is_cleared_is_forgotten_and_what_was_lost_is_still_counted()
    {
        _keeper.Start();
        Converse("EHLO mx.a.example|" + Message("a@b.example", "", "c@later.example") + "QUIT|");
        var status = _keeper.Status;
        (status.IsOn, status.Senders, status.MostBytes).ShouldBe((true, 1, 4 << 20));
        _keeper.Clear();
        _keeper.IsOn.ShouldBeTrue();
        _keeper.Read(new LedgerQuery()).ShouldBeEmpty();

        // More than 4 MB of refusals.
        var number = 0;
        while (_keeper.Status.Forgotten == 0)
        {
            Converse("EHLO mx.a.example|" + string.Concat(Enumerable.Range(0, 200).Select(_ => $"MAIL FROM:<a@b.example> SIZE=99|RCPT TO:<c{number++}@later.example>|RSET|")) + "QUIT|");
        }

        _log.Lines.ShouldBe(["Warning The ledger of senders has reached its limit of 4 MB and is forgetting its oldest facts; raise SINK_LEDGER_MEMORY to keep more"]);
        var forgotten = _keeper.Status.Forgotten;
        (await _metrics.ScrapeAsync()).Sum("smartsink_ledger_forgotten_total").ShouldBe(forgotten);
        _keeper.Stop();
        var page = await _metrics.ScrapeAsync();
        page.Sum("smartsink_ledger_on").ShouldBe(0);
        page.Sum("smartsink_ledger_bytes").ShouldBe(0);
        page.Sum("smartsink_ledger_forgotten_total").ShouldBe(forgotten);
        _keeper.Start();
        (await _metrics.ScrapeAsync()).Sum("smartsink_ledger_on").ShouldBe(1);
        _keeper.Status.Forgotten.ShouldBe(0);
    }

    private static Dictionary<string, ProviderLimits> Limits(int connections) => new(StringComparer.Ordinal) { ["later"] = new ProviderLimits(connections, null, null) };

    private static SmtpSessionOptions Options(SmtpExtensions extensions = SmtpExtensions.Default, AuthMode auth = AuthMode.Off) => new()
    {
        Hostname = "mx.sink.test",
        MaxErrors = 0,
        Extensions = extensions,
        Auth = new AuthOptions { Mode = auth, AllowCleartext = true, Mechanisms = [AuthMechanism.Plain], Judge = new AcceptEverybody() },
    };

    private static string Message(string sender, string header, string recipient = "c@d.example") =>
        $"MAIL FROM:<{sender}> SIZE=9999|RCPT TO:<{recipient}>|DATA|{header}|.|";

    private void Converse(string lines, SmtpSessionOptions? options = null)
    {
        var session = Begin(options ?? Options());
        Say(session, lines);
        End(session);
    }

    private SmtpSession Begin(SmtpSessionOptions options)
    {
        var session = new SmtpSession(options, _filters, _reporter, IPAddress.Parse("192.0.2.1"), ++_last);
        session.Start(new ReplyBuffer(), _clock.ReadMoment());
        return session;
    }

    // Line by line, as a client that waits for each reply; a message only where DATA was answered 354.
    private void Say(SmtpSession session, string lines)
    {
        var skips = false;
        foreach (var line in lines.Split('|')[..^1])
        {
            if (!skips)
            {
                Give(session, line + "\r\n");
            }

            skips = skips ? line != "." : line == "DATA" && !session.IsInData;
        }
    }

    private void Give(SmtpSession session, string text) => session.Advance(Encoding.UTF8.GetBytes(text), new ReplyBuffer(), _clock.ReadMoment());

    private void End(SmtpSession session)
    {
        session.ConnectionEnded(SessionEndReason.ClientClosed);
        _connections.ForListener("smtp").ConnectionClosed(new ConnectionEnd { Reason = session.EndReason, Client = session.ClientAddress!, Connection = _last, User = session.User });
    }

    private sealed class AcceptEverybody : ICredentialJudge
    {
        public AuthResult Judge(in Credentials credentials) => AuthResult.Accepted;
    }
}
