using System.Net;
using System.Security.Authentication;
using System.Text;
using SmartSink.Connections;
using SmartSink.Ledger.Facts;
using SmartSink.Senders;
using SmartSink.Smtp;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;
using SmartSink.Testing.Dialogs;
using SmartSink.Testing.Time;

namespace SmartSink.Tests.Senders;

/// <summary>What the ledger is fed: each event, and a queue that holds nobody up.</summary>
public sealed class LedgerFeedTests : IDisposable
{
    private const uint Connection = 7;

    private static readonly FixedReply Later = new(450, default, "Later"u8);
    private static readonly FixedReply Never = new(550, default, "Never"u8);
    private static readonly FixedReply Yes = new(250, default, "Yes"u8);
    private static readonly ScriptedFilter Filter = new();

    private readonly ManualTimeProvider _clock = new();
    private readonly MailHash _hash = new();
    private readonly List<LedgerEvent> _events = [];
    private readonly LedgerFeed _feed;

    public LedgerFeedTests() => _feed = new LedgerFeed(_clock, _hash, events => _events.AddRange(events), capacity: 8);

    public void Dispose() => _feed.Dispose();

    [Fact]
    public void A_dialog_has_its_client_network_and_user()
    {
        _feed.DialogBegan(At(Stage.Connect, client: "192.0.2.1"));
        _feed.DialogBegan(At(Stage.Connect, client: "2001:db8::1:2:3:4", user: "ann"));
        _feed.Misspoke(ProtocolFaults.EarlyData, At(Stage.Connect, client: "192.0.2.1"));
        Events().Select(happened => (happened.Kind, happened.Sender, happened.Connection, happened.At, happened.Faults)).ShouldBe(
        [
            (LedgerEventKind.DialogBegan, new LedgerSender("192.0.2.1/32", ""), Connection, 1234, ProtocolFaults.None),
            (LedgerEventKind.DialogBegan, new LedgerSender("2001:db8::/64", "ann"), Connection, 1234, ProtocolFaults.None),
            (LedgerEventKind.Misspoke, new LedgerSender("192.0.2.1/32", ""), Connection, 1234, ProtocolFaults.EarlyData),
        ]);
        _events[2].Sender.ShouldBeSameAs(_events[0].Sender);
    }

    [Theory]
    [InlineData("a+r-1/7@b.example", "r-1", 7)]
    [InlineData("+A.b_C-9/0@b.example", "A.b_C-9", 0)]
    [InlineData("a+b+r/12345678901@b.example", "r", 12_345_678_901)]
    [InlineData("a+r@b.example", null, 0)]
    [InlineData("a+/7@b.example", null, 0)]
    [InlineData("a+r/@b.example", null, 0)]
    [InlineData("a+r/-7@b.example", null, 0)]
    [InlineData("a+r/+7@b.example", null, 0)]
    [InlineData("a+r/7x@b.example", null, 0)]
    [InlineData("a+r/99999999999999999999@b.example", null, 0)]
    [InlineData("a+r!/7@b.example", null, 0)]
    [InlineData("a+\u00e9/7@b.example", null, 0)]
    [InlineData("ar/7@b.example", null, 0)]
    [InlineData("a+r/7", null, 0)]
    [InlineData("", null, 0)]
    public void The_run_of_a_message_stands_in_its_sender(string sender, string? run, long number)
    {
        _feed.TransactionBegan(At(Stage.Mail, sender), offersTls: true);
        var began = Events().ShouldHaveSingleItem();
        began.ShouldBe(new LedgerEvent
        {
            Kind = LedgerEventKind.TransactionBegan,
            At = 1234,
            Connection = Connection,
            Sender = new LedgerSender("192.0.2.1/32", ""),
            Run = new RunNumber(run, number),
            IsBounce = sender.Length == 0,
            Tls = TlsUse.Offered,
        });
    }

    [Fact]
    public void A_run_whose_name_is_too_long_is_none()
    {
        _feed.TransactionBegan(At(Stage.Mail, $"a+{new string('r', 64)}/1@b.example"), offersTls: false);
        _feed.TransactionBegan(At(Stage.Mail, $"a+{new string('r', 65)}/1@b.example"), offersTls: false);
        Events().Select(happened => happened.Run.Run).ShouldBe([new string('r', 64), null]);
    }

    [Fact]
    public void Recipients_have_provider_and_hash_and_of_what_comes_back_the_run()
    {
        _feed.RecipientTaken(Filter, 3, At(Stage.Rcpt, "a+r/1@b.example", "C@d.example"));
        _feed.RecipientDecided(Filter, 0, Later, At(Stage.Rcpt, "A+R/1@b.example", "c@D.example"));
        _feed.RecipientDecided(Filter, 3, Yes, At(Stage.Data, "a@b.example", "c@d.example"));
        _feed.RecipientDecided(Filter, 3, Never, At(Stage.Data, "a@b.example"));
        _feed.RecipientTaken(Filter, 3, At(Stage.Rcpt, "", "a+r/1@b.example"));
        var mail = _hash.Of("a+r/1@b.example"u8, "c@d.example"u8);
        Events().Select(happened => (happened.Kind, happened.Provider, happened.Mail, happened.Run, happened.Stage, happened.Outcome, happened.Reply)).ShouldBe(
        [
            (LedgerEventKind.RecipientTaken, "entry3", mail, default, default, default, null),
            (LedgerEventKind.RecipientDecided, "other", mail, default, Stage.Rcpt, Outcome.TempFail, Later),
            (LedgerEventKind.RecipientDecided, null, 0, default, Stage.Data, Outcome.Accepted, null),
            (LedgerEventKind.RecipientDecided, null, 0, default, Stage.Data, Outcome.PermFail, Never),
            (LedgerEventKind.RecipientTaken, "entry3", _hash.Of([], "a+r/1@b.example"u8), new RunNumber("r", 1), default, default, null),
        ]);
    }

    [Theory]
    [InlineData("a@b.example", "1@a", "r/1")]
    [InlineData("", "0@a", "q/2")]
    public void A_message_is_known_by_its_id_and_run_and_one_that_comes_back_by_those_of_what_it_returns(string sender, string id, string run)
    {
        _feed.MessageEnded(new MessageFacts
        {
            Connection = Connection,
            Sender = Encoding.ASCII.GetBytes(sender),
            MessageId = "1@a"u8,
            Run = "r/1"u8,
            ReturnedId = "0@a"u8,
            ReturnedRun = "q/2"u8,
            IsReplyLost = true,
            Outcome = Outcome.TempFail,
            Now = new Moment(55, default),
        });
        var ended = Events().ShouldHaveSingleItem();
        ended.ShouldBe(new LedgerEvent
        {
            Kind = LedgerEventKind.MessageEnded,
            At = 55,
            Connection = Connection,
            Message = _hash.OfId(Encoding.ASCII.GetBytes(id)),
            Run = new RunNumber(run.Split('/')[0], long.Parse(run.Split('/')[1], System.Globalization.CultureInfo.InvariantCulture)),
            IsReplyLost = true,
            Outcome = Outcome.TempFail,
        });
    }

    [Fact]
    public void A_message_without_an_id_has_none()
    {
        _feed.MessageEnded(new MessageFacts { Sender = "a@b.example"u8 });
        _feed.MessageEnded(new MessageFacts { MessageId = "1@a"u8 });
        Events().ShouldAllBe(happened => happened.Message == 0 && !happened.Run.IsKnown);
    }

    [Fact]
    public void A_client_that_is_refused_is_told_with_the_provider_that_did_it()
    {
        _feed.ClientRefused(Filter, 4, At(Stage.Mail, "a@b.example"), Never);
        _feed.ClientRefused(Filter, 0, At(Stage.Connect), Later);
        Events().Select(happened => (happened.Provider, happened.Stage, happened.Outcome, happened.Reply)).ShouldBe(
            [("entry4", Stage.Mail, Outcome.PermFail, Never), (null, Stage.Connect, Outcome.TempFail, Later)]);
    }

    [Fact]
    public void A_handshake_tells_how_far_a_client_came()
    {
        _feed.TlsEnded(SslProtocols.None, succeeded: false, Connection);
#pragma warning disable SYSLIB0039, CA5397 // What clients still use.
        _feed.TlsEnded(SslProtocols.Tls, succeeded: true, Connection);
        _feed.TlsEnded(SslProtocols.Tls11, succeeded: true, Connection);
#pragma warning restore SYSLIB0039, CA5397
        _feed.TlsEnded(SslProtocols.Tls12, succeeded: true, Connection);
        _feed.TlsEnded(SslProtocols.Tls13, succeeded: true, Connection);
        Events().Select(happened => (happened.Kind, happened.At, happened.Tls))
            .ShouldBe(new[] { TlsUse.Failed, TlsUse.Old, TlsUse.Old, TlsUse.Used, TlsUse.Used }.Select(use => (LedgerEventKind.TlsEnded, Now, use)));
    }

    [Fact]
    public void What_is_told_without_its_moment_has_the_present_one()
    {
        _feed.Noted(ClientAct.Reset, Connection);
        _feed.Noted(ClientAct.AskedForTlsInVain, Connection);
        _clock.Advance(TimeSpan.FromSeconds(1));
        _feed.Noted(ClientAct.SpokeBehindClose, Connection);
        _feed.TransactionAbandoned(Connection);
        _feed.ConnectionClosed(new ConnectionEnd { Reason = SessionEndReason.Quit, Client = IPAddress.Loopback, Connection = Connection });
        Events().Select(happened => (happened.Kind, happened.At, happened.Tls, happened.Reason)).ShouldBe(
        [
            (LedgerEventKind.Reset, Now - 1000, TlsUse.None, SessionEndReason.None),
            (LedgerEventKind.TlsEnded, Now - 1000, TlsUse.Failed, SessionEndReason.None),
            (LedgerEventKind.SpokeBehind421, Now, TlsUse.None, SessionEndReason.None),
            (LedgerEventKind.TransactionAbandoned, Now, TlsUse.None, SessionEndReason.None),
            (LedgerEventKind.ConnectionClosed, Now, TlsUse.None, SessionEndReason.Quit),
        ]);
    }

    [Fact]
    public void A_connection_that_a_limit_kept_out_is_a_client_refused()
    {
        _feed.ConnectionClosed(new ConnectionEnd { Reason = SessionEndReason.TooManyConnections, Client = IPAddress.Parse("192.0.2.1") });
        Events().Select(happened => (happened.Kind, happened.Sender?.Client, happened.Reply?.Code)).ShouldBe(
            [(LedgerEventKind.ClientRefused, "192.0.2.1/32", 421), (LedgerEventKind.ConnectionClosed, null, null)]);
    }

    [Fact]
    public void What_finds_the_queue_full_is_dropped_and_counted_and_what_comes_later_is_not()
    {
        for (var i = 0; i < 11; i++)
        {
            _feed.Noted(ClientAct.Reset, (uint)i);
        }

        _feed.Dropped.ShouldBe(3);
        Events().Select(happened => happened.Connection).ShouldBe([0, 1, 2, 3, 4, 5, 6, 7]);
        _feed.Noted(ClientAct.Reset, 11);
        Events().Select(happened => happened.Connection).ShouldBe([11]);
        _feed.Dropped.ShouldBe(3);
    }

    [Fact]
    public void A_ledger_that_does_not_take_holds_nobody_up()
    {
        using var isTaking = new ManualResetEventSlim();
        using var mayGoOn = new ManualResetEventSlim();
        var taken = 0;
        using var feed = new LedgerFeed(
            _clock,
            _hash,
            events =>
            {
                taken += events.Length;
                isTaking.Set();
                mayGoOn.Wait(TestContext.Current.CancellationToken);
            },
            capacity: 8);
        feed.Start();
        feed.Noted(ClientAct.Reset, 1);
        isTaking.Wait(TestContext.Current.CancellationToken);
        for (var i = 0; i < 20; i++)
        {
            feed.Noted(ClientAct.Reset, 1);
        }

        feed.Dropped.ShouldBe(12);
        mayGoOn.Set();
        feed.Drain();
        taken.ShouldBe(9);
    }

    [Fact]
    public void A_connection_that_floods_loses_its_own_events_and_none_of_others()
    {
        const int Capacity = 8_192;
        var (taken, of) = (new List<LedgerEvent>(), Capacity / 4);
        using var feed = new LedgerFeed(_clock, _hash, events => taken.AddRange(events), Capacity);
        for (var i = 0; i < 1_000_000; i++)
        {
            feed.Noted(ClientAct.Reset, 1);
        }

        for (var connection = 2u; connection < 500; connection++)
        {
            feed.Noted(ClientAct.Reset, connection);
        }

        feed.ConnectionClosed(new ConnectionEnd { Reason = SessionEndReason.ClientClosed, Client = IPAddress.Loopback, Connection = 1 });
        feed.Drain();
        feed.Dropped.ShouldBe(1_000_000 - of);
        taken.Count(happened => happened.Connection == 1).ShouldBe(of + 1);
        taken.Select(happened => happened.Connection).Distinct().ShouldBe(Enumerable.Range(1, 499).Select(connection => (uint)connection));
        taken[^1].Kind.ShouldBe(LedgerEventKind.ConnectionClosed);

        // What was taken makes room.
        feed.Noted(ClientAct.Reset, 1);
        feed.Drain();
        taken[^1].Kind.ShouldBe(LedgerEventKind.Reset);
    }

    [Fact]
    public async Task Many_threads_lose_nothing_and_each_keeps_its_order()
    {
        const int Threads = 4;
        const int Each = 20_000;
        var last = new long[Threads];
        var count = 0;
        var inOrder = true;
        using var feed = new LedgerFeed(
            _clock,
            _hash,
            events =>
            {
                foreach (ref readonly var happened in events)
                {
                    inOrder &= happened.Run.Number == last[happened.Connection]++;
                    count++;
                }
            },
            capacity: Threads * Each);
        feed.Start();
        await Task.WhenAll(Enumerable.Range(0, Threads).Select(thread => Task.Run(() =>
        {
            for (var i = 0; i < Each; i++)
            {
                feed.TransactionBegan(new SessionFacts { Connection = (uint)thread, Sender = Encoding.ASCII.GetBytes($"a+run{i % 3}-{thread}/{i}@b.example") }, offersTls: false);
            }
        })));
        feed.Drain();
        (count, feed.Dropped, inOrder).ShouldBe((Threads * Each, 0, true));
    }

    [Fact]
    public void Senders_and_runs_that_are_made_up_are_not_kept_for_ever()
    {
        var first = MailOf(0);
        for (var i = 1; i < 30_000; i++)
        {
            MailOf(i);
        }

        // Made anew.
        var again = MailOf(0);
        (again.Sender, again.Run).ShouldBe((first.Sender, first.Run));
        again.Sender.ShouldNotBeSameAs(first.Sender);
        again.Run.Run.ShouldNotBeSameAs(first.Run.Run);

        LedgerEvent MailOf(int number)
        {
            _feed.TransactionBegan(new SessionFacts { ClientAddress = new IPAddress(0x0A000000 + number), Sender = Encoding.ASCII.GetBytes($"a+run{number}/1@b.example") }, offersTls: false);
            return Events().ShouldHaveSingleItem();
        }
    }

    private long Now => _clock.ReadMoment().Milliseconds;

    private static SessionFacts At(Stage stage, string sender = "", string recipient = "", string client = "192.0.2.1", string user = "") => new()
    {
        Stage = stage,
        Connection = Connection,
        ClientAddress = IPAddress.Parse(client),
        User = Encoding.UTF8.GetBytes(user),
        Sender = Encoding.UTF8.GetBytes(sender),
        Recipient = Encoding.UTF8.GetBytes(recipient),
        Now = new Moment(1234, default),
    };

    private List<LedgerEvent> Events()
    {
        _events.Clear();
        _feed.Drain();
        return _events;
    }
}
