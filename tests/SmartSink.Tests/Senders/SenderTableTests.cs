using System.Net;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.Logging.Abstractions;
using SmartSink.Behaviour.State;
using SmartSink.Observers;
using SmartSink.Senders;
using SmartSink.Shared;
using SmartSink.Smtp;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;
using SmartSink.Smtp.Syntax;
using SmartSink.Telemetry;
using SmartSink.Testing;
using SmartSink.Testing.Dialogs;
using SmartSink.Tests.Telemetry;

namespace SmartSink.Tests.Senders;

/// <summary>Who sends, and how long senders wait before they try again.</summary>
public sealed class SenderTableTests
{
    private static readonly FixedReply Taken = new(250, new(2, 0, 0), "Ok"u8);
    private static readonly FixedReply Later = new(451, new(4, 3, 0), "Later"u8);
    private static readonly FixedReply Never = new(550, new(5, 1, 1), "Nobody"u8);
    private static readonly IPAddress Client = IPAddress.Parse("192.0.2.1");

    private readonly SenderTable _table = new();

    [Fact]
    public void Clients_count_by_address_or_by_the_first_half_of_it()
    {
        foreach (var client in new[] { "192.0.2.1", "::ffff:192.0.2.1", "192.0.2.2", "2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:db8:1:3::1" })
        {
            _table.DialogBegan(new SessionFacts { ClientAddress = IPAddress.Parse(client) });
        }

        _table.All.Select(row => $"{row.Name} {row.Connections}").Order(StringComparer.Ordinal)
            .ShouldBe(["192.0.2.1/32 2", "192.0.2.2/32 1", "2001:db8:1:2::/64 2", "2001:db8:1:3::/64 1"]);
    }

    [Fact]
    public void What_a_client_does_is_counted_under_its_network()
    {
        _table.DialogBegan(At(Stage.Connect, 1000));
        _table.RecipientDecided(At(Stage.Rcpt, 2000, "a@b.example"), Never);
        _table.RecipientTaken(At(Stage.Rcpt, 2000, "c@b.example"), kept: null);
        _table.RecipientTaken(At(Stage.Rcpt, 2000, "d@b.example"), kept: null);
        _table.RecipientDecided(At(Stage.Data, 3000), Taken);
        _table.RecipientDecided(At(Stage.Data, 3000), Taken);
        _table.MessageEnded(Client);
        _table.ClientRefused(At(Stage.Mail, 4000));

        var row = _table.All.ShouldHaveSingleItem();
        (row.Connections, row.Messages, row.Recipients, row.Refused, row.Retries).ShouldBe((1, 1, 3, 2, 0));
        (row.FirstSeen, row.LastSeen).ShouldBe((1000, 4000));
        row.Gaps.ShouldBeNull();
    }

    [Fact]
    public void A_retry_is_the_next_try_after_a_refusal_for_now()
    {
        var minute = 60_000L;
        Try(0, "a@b.example", Later).ShouldBe(0);
        Try(1 * minute, "A@B.example", Later).ShouldBe(1); // letters' case is no other recipient
        Try(3 * minute, "a@b.example", Taken).ShouldBe(2);
        Try(9 * minute, "a@b.example", Later).ShouldBe(2); // nothing was left to be tried again
        Try(9 * minute, "a@b.example", Later, sender: "other@origin.example").ShouldBe(2);
        Try(9 * minute, "a@b.example", Later, client: "192.0.2.9").ShouldBe(0);
        Try(10 * minute, "a@b.example", Never).ShouldBe(3);
        Try(11 * minute, "a@b.example", Never).ShouldBe(3); // nor after a refusal for good

        var gaps = Row("192.0.2.1").Gaps!.Read()!.Value;
        gaps.P50.ShouldBe(60, 60 * 0.07);
        gaps.P90.ShouldBe(120, 120 * 0.07);
        gaps.Max.ShouldBe(120);
    }

    [Fact]
    public void A_refusal_that_waits_for_the_end_of_data_counts_as_one_for_now()
    {
        _table.RecipientTaken(At(Stage.Rcpt, 0, "a@b.example"), Later);
        _table.RecipientTaken(At(Stage.Rcpt, 10_000, "a@b.example"), Never);
        _table.RecipientTaken(At(Stage.Rcpt, 20_000, "a@b.example"), kept: null);
        Row("192.0.2.1").Retries.ShouldBe(1);
        Row("192.0.2.1").Gaps!.Read()!.Value.Max.ShouldBe(10);
    }

    [Theory]
    [InlineData(MailProtocol.Smtp)]
    [InlineData(MailProtocol.Lmtp)]
    public void A_dialog_tells_who_tries_again_and_what_was_refused(MailProtocol protocol)
    {
        using var metrics = new MetricsFixture();
        var filter = new ScriptedFilter()
            .For("later.example", new FilterAnswer { Reply = Later, ReplyStage = Stage.Rcpt })
            .For("data.example", new FilterAnswer { Reply = Later, ReplyStage = Stage.Data });
        var rules = new FilterSwitch(filter);
        var options = new SmtpSessionOptions { Hostname = "mx.sink.test", Protocol = protocol, Extensions = SmtpExtensions.Default | SmtpExtensions.Xclient };
        var session = new SmtpSession(options, rules, new SessionReporter(new SessionMetrics(metrics.Metrics), _table, NullLogger<SessionReporter>.Instance), Client, number: 1);
        var replies = new ReplyBuffer();
        session.Start(replies, default);
        Say(0, "XCLIENT ADDR=IPV6:2001:db8::25", protocol == MailProtocol.Lmtp ? "LHLO c" : "EHLO c");
        Say(1, "MAIL FROM:<s@origin.example>", "RCPT TO:<a@later.example>", "RCPT TO:<b@data.example>", "RCPT TO:<c@good.example>", "DATA", ".");
        rules.Current = new ScriptedFilter();
        Say(61, "MAIL FROM:<s@origin.example>", "RCPT TO:<a@later.example>", "RCPT TO:<b@data.example>", "RCPT TO:<c@good.example>", "DATA", ".");
        rules.Current = new ScriptedFilter().At(Stage.Mail, Never);
        Say(62, "MAIL FROM:<s@origin.example>", "QUIT");

        Row("192.0.2.1").Connections.ShouldBe(1);
        var row = _table.All.Single(row => row.Name == "2001:db8::/64");
        (row.Connections, row.Messages, row.Recipients, row.Retries).ShouldBe((1, 2, 6, 2));

        // At end of data one reply stands for all recipients, unless each gets its own.
        row.Refused.ShouldBe(protocol == MailProtocol.Lmtp ? 3 : 4);
        row.Gaps!.Read()!.Value.Max.ShouldBe(60);

        void Say(int second, params string[] lines)
        {
            foreach (var line in lines)
            {
                session.Advance(Encoding.ASCII.GetBytes(line + "\r\n"), replies, new Moment(second * 1000L, default));
            }
        }
    }

    [Fact]
    public void A_table_that_is_full_knows_those_seen_last()
    {
        var table = new SenderTable(capacity: 3);
        foreach (var (client, now) in new[] { (1, 1), (2, 2), (3, 3), (1, 4), (4, 5), (2, 6) })
        {
            table.DialogBegan(new SessionFacts { ClientAddress = new IPAddress([192, 0, 2, (byte)client]), Now = new Moment(now, default) });
        }

        table.All.Select(row => row.Name).Order(StringComparer.Ordinal).ShouldBe(["192.0.2.1/32", "192.0.2.2/32", "192.0.2.4/32"]);
        table.LeftOut.ShouldBe(2);
    }

    [Fact]
    public void Whatever_comes_the_table_says_what_a_plain_one_says() =>
        Prop.ForAll(Gen.Elements(Enum.GetValues<Kind>()).Zip(Gen.Choose(1, 9)).Zip(Gen.Choose(0, 2)).ListOf().ToArbitrary(), steps =>
        {
            var (table, model) = (new SenderTable(capacity: 5), new PlainTable(5));
            var now = 0L;
            foreach (var ((kind, client), pause) in steps)
            {
                now += pause * 1000;
                var address = new IPAddress([192, 0, 2, (byte)client]);
                var facts = new SessionFacts { ClientAddress = address, Now = new Moment(now, default), Stage = Stage.Rcpt, Recipient = "a@b.example"u8 };
                Do(table, facts, kind);
                model.Do(kind, client, now);
                table.All.Select(row => $"{row.Name} {row.Connections} {row.Messages} {row.Recipients} {row.Refused} {row.Retries} {row.Gaps?.Read()?.Max} {row.LastSeen}")
                    .Order(StringComparer.Ordinal).ShouldBe(model.All.Order(StringComparer.Ordinal));
                table.LeftOut.ShouldBe(model.LeftOut);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    [Fact]
    public async Task Many_that_count_at_once_lose_nothing()
    {
        const int Threads = 4;
        const int Rounds = 5000;
        await Task.WhenAll(Enumerable.Range(0, Threads).Select(thread => Task.Run(() =>
        {
            for (var round = 0; round < Rounds; round++)
            {
                var facts = new SessionFacts { ClientAddress = new IPAddress([192, 0, 2, (byte)(round & 7)]), Now = new Moment(round, default), Stage = Stage.Data };
                _table.DialogBegan(facts);
                _table.RecipientDecided(facts, Taken);
                _table.MessageEnded(facts.ClientAddress);
            }
        })));

        _table.All.Count().ShouldBe(8);
        _table.All.ShouldAllBe(row => row.Connections == Threads * Rounds / 8 && row.Recipients == row.Connections && row.Messages == row.Connections);
        _table.LeftOut.ShouldBe(0);
    }

    [Fact]
    public void A_full_place_forgets_the_oldest()
    {
        var table = new RetryTable(firstPlaces: 1, mostPlaces: 1);
        for (var key = 1UL; key <= 9; key++)
        {
            table.Try(new StateKey(key * 2, 0), isRefusedForNow: true, (long)key * 1000).ShouldBeNull();
        }

        table.Forgotten.ShouldBe(1);
        table.Try(new StateKey(2, 0), isRefusedForNow: false, 20_000).ShouldBeNull();
        table.Try(new StateKey(4, 0), isRefusedForNow: false, 20_000).ShouldBe(1800u);
        table.Try(new StateKey(18, 0), isRefusedForNow: false, 20_000).ShouldBe(1100u);
        table.Try(new StateKey(20, 0), isRefusedForNow: true, 20_000).ShouldBeNull();
        table.Forgotten.ShouldBe(1); // there was room again
    }

    [Fact]
    public void What_is_known_stays_known_while_the_table_grows()
    {
        var table = new RetryTable(firstPlaces: 2, mostPlaces: 16);
        var keys = Enumerable.Range(1, 1000).Select(number => new StateKey(SplitMix.Mix((ulong)number), SplitMix.Mix((ulong)number + 1000))).ToList();
        keys.ForEach(key => table.Try(key, isRefusedForNow: true, 1000));
        table.Tend();
        keys.Count(key => table.Try(key, isRefusedForNow: false, 2000) == 100).ShouldBe(16);
        table.Tend(); // nothing was forgotten since: four times as many have room, not sixteen times
        keys.ForEach(key => table.Try(key, isRefusedForNow: true, 3000));
        keys.Count(key => table.Try(key, isRefusedForNow: false, 4000) == 100).ShouldBe(64);
    }

    [Fact]
    public void Waits_are_read_back_nearly_as_they_were() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).NonEmptyListOf().ToArbitrary(), waits =>
        {
            var gaps = new RetryGaps();
            waits.ToList().ForEach(wait => gaps.Add((uint)wait));
            var sorted = waits.Order().ToList();
            var (p50, p90, max) = gaps.Read()!.Value;
            max.ShouldBe(Seconds(sorted[^1]));
            p50.ShouldBe(Seconds(At(0.5)), Seconds(At(0.5)) * 0.07);
            p90.ShouldBe(Seconds(At(0.9)), Seconds(At(0.9)) * 0.07);

            int At(double share) => sorted[(int)Math.Ceiling(sorted.Count * share) - 1];
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    [Fact]
    public void A_message_of_a_known_sender_allocates_nothing()
    {
        Count(0);
        var now = 0;
        AllocatedMemory.ByCaller(() =>
        {
            for (var i = 0; i < 1000; i++)
            {
                Count(++now);
            }
        }).ShouldBe(0);

        void Count(int at)
        {
            var facts = new SessionFacts { Stage = Stage.Rcpt, ClientAddress = Client, Sender = "s@origin.example"u8, Recipient = "a@b.example"u8, Now = new Moment(at, default) };
            _table.RecipientDecided(facts, Later);
            _table.RecipientTaken(facts, kept: null);
            _table.RecipientDecided(facts, Taken);
            _table.MessageEnded(Client);
        }
    }

    private static double Seconds(int units) => (double)units * RetryTable.UnitMilliseconds / 1000;

    private static void Do(SenderTable table, in SessionFacts facts, Kind kind)
    {
        switch (kind)
        {
            case Kind.Begin:
                table.DialogBegan(facts);
                break;
            case Kind.Message:
                table.MessageEnded(facts.ClientAddress);
                break;
            case Kind.Later:
                table.RecipientDecided(facts, Later);
                break;
            case Kind.Never:
                table.RecipientDecided(facts, Never);
                break;
            default:
                table.RecipientTaken(facts, kept: null);
                table.RecipientDecided(facts, Taken);
                break;
        }
    }

    private static SessionFacts At(Stage stage, long now, string recipient = "", string sender = "s@origin.example", IPAddress? client = null) => new()
    {
        Stage = stage,
        ClientAddress = client ?? Client,
        Sender = Encoding.ASCII.GetBytes(sender),
        Recipient = Encoding.ASCII.GetBytes(recipient),
        Now = new Moment(now, default),
    };

    private SenderRow Row(string client) => _table.All.Single(row => row.Name == client + "/32");

    private long Try(long now, string recipient, Reply reply, string sender = "s@origin.example", string client = "192.0.2.1")
    {
        var facts = At(Stage.Rcpt, now, recipient, sender, IPAddress.Parse(client));
        if (reply == Taken)
        {
            _table.RecipientTaken(facts, kept: null);
        }
        else
        {
            _table.RecipientDecided(facts, reply);
        }

        return Row(client).Retries;
    }

    public enum Kind
    {
        Begin,
        Message,
        Later,
        Never,
        Accept,
    }

    /// <summary>The same by lists.</summary>
    private sealed class PlainTable(int capacity)
    {
        private readonly List<Plain> _newestFirst = [];
        private readonly Dictionary<int, long> _refused = [];

        public int LeftOut { get; private set; }

        public IEnumerable<string> All => _newestFirst.Select(row => $"192.0.2.{row.Client}/32 {row.Connections} {row.Messages} {row.Recipients} {row.Refused} {row.Gaps.Count} {(row.Gaps.Count == 0 ? null : row.Gaps.Max() / 1000.0)} {row.LastSeen}");

        public void Do(Kind kind, int client, long now)
        {
            var row = _newestFirst.Find(known => known.Client == client);
            if (kind == Kind.Message)
            {
                if (row is not null)
                {
                    row.Messages++;
                }

                return;
            }

            if (row is null && _newestFirst.Count == capacity)
            {
                _newestFirst.RemoveAt(capacity - 1);
                LeftOut++;
            }

            if (row is null || row.LastSeen < now)
            {
                row ??= new Plain { Client = client };
                row.LastSeen = now;
                _newestFirst.Remove(row);
                _newestFirst.Insert(0, row);
            }

            if (kind == Kind.Begin)
            {
                row.Connections++;
                return;
            }

            if (_refused.Remove(client, out var before))
            {
                row.Gaps.Add(now - before);
            }

            if (kind == Kind.Later)
            {
                _refused[client] = now;
            }

            row.Recipients++;
            row.Refused += kind == Kind.Accept ? 0 : 1;
        }

        private sealed class Plain
        {
            public int Client { get; init; }

            public int Connections { get; set; }

            public int Messages { get; set; }

            public int Recipients { get; set; }

            public int Refused { get; set; }

            public long LastSeen { get; set; }

            public List<long> Gaps { get; } = [];
        }
    }
}
