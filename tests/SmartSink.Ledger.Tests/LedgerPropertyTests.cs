using FsCheck;
using FsCheck.Fluent;
using SmartSink.Ledger.Facts;
using SmartSink.Smtp;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;
using Outcome = SmartSink.Smtp.Outcome;

namespace SmartSink.Ledger.Tests;

/// <summary>The ledger beside a model that keeps every event and works all out at the end.</summary>
public sealed class LedgerPropertyTests
{
    private static readonly Reply[] Refusals = [LedgerHost.Later, LedgerHost.Slower, LedgerHost.Never];
    private static readonly LedgerSender[] Senders = [LedgerHost.Client, LedgerHost.Client with { User = "alice" }, new("192.0.2.2/32", string.Empty), new("2001:db8::/64", "bob")];

    [Fact]
    public void It_tells_what_a_plain_model_tells_after_any_traffic() =>
        Prop.ForAll(Gen.ArrayOf(Gen.Choose(0, int.MaxValue)).Resize(500).ToArbitrary(), steps =>
        {
            var (ledger, model) = (new SinkLedger(SinkLedger.LeastBytes), new LedgerModel());
            var traffic = new Traffic(happened =>
            {
                ledger.Take([happened]);
                model.Take(happened);
            });
            foreach (var step in steps)
            {
                traffic.Step(new Random(step));
            }

            LedgerModel.TextOf(ledger.Read(new LedgerQuery(), traffic.Now)).Split('\n').ShouldBe(model.ToText().Split('\n'));
            foreach (var run in Traffic.Runs)
            {
                LedgerModel.TextOf(ledger.ReadRun(run)).ShouldBe(model.ToText(run));
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));

    /// <summary>Dialogs on a few connections at once, step by step, each as a session reports it.</summary>
    private sealed class Traffic(Action<LedgerEvent> tell)
    {
        public static readonly string[] Runs = ["a", "b"];

        private static readonly string[] Providers = ["gmail.com", "yahoo.com", "other"];

        private readonly Talk[] _talks = [.. Enumerable.Range(0, 5).Select(_ => new Talk())];
        private uint _connections;

        public long Now { get; private set; } = 1_000;

        public void Step(Random chance)
        {
            Now += chance.Next(1, 400);
            var talk = _talks[chance.Next(_talks.Length)];
            if (talk.Connection == 0)
            {
                talk.Connection = ++_connections;
                Tell(talk, LedgerEventKind.DialogBegan, Senders[chance.Next(Senders.Length)]);
                return;
            }

            switch (chance.Next(12))
            {
                case 0:
                    Abandon(talk);
                    tell(new() { Kind = LedgerEventKind.ConnectionClosed, At = Now, Connection = talk.Connection, Reason = (SessionEndReason)chance.Next(1, 7) });
                    talk.Connection = 0;
                    break;
                case 1:
                    Abandon(talk);
                    Tell(talk, LedgerEventKind.Reset);
                    break;
                case 2 when talk.Taken < 0:
                    var provider = chance.Next(2) == 0 ? Providers[chance.Next(Providers.Length)] : null;
                    tell(new() { Kind = LedgerEventKind.ClientRefused, At = Now, Connection = talk.Connection, Stage = Stage.Mail, Provider = provider, Reply = Refusals[chance.Next(3)] });
                    break;
                case 3 when talk.Taken < 0:
                    tell(new() { Kind = LedgerEventKind.Misspoke, At = Now, Connection = talk.Connection, Faults = (ProtocolFaults)(1 << chance.Next(14)), Tls = (TlsUse)chance.Next(5) });
                    break;
                case 4 or 5 or 6 when talk.Taken > 0:
                    End(talk, chance);
                    break;
                default:
                    if (talk.Taken < 0)
                    {
                        Begin(talk, chance);
                    }

                    Recipient(talk, chance);
                    break;
            }
        }

        private static RunNumber Number(Random chance) => chance.Next(3) == 0 ? default : new RunNumber(Runs[chance.Next(2)], (chance.Next(4) * 4_094) + chance.Next(4));

        private static ulong Hash(int number) => (ulong)(number + 1) * 0x9E3779B97F4A7C15;

        private void Begin(Talk talk, Random chance)
        {
            (talk.Taken, talk.IsBounce) = (0, chance.Next(6) == 0);
            talk.Run = chance.Next(2) == 0 ? Number(chance) : default;
            tell(new()
            {
                Kind = LedgerEventKind.TransactionBegan,
                At = Now,
                Connection = talk.Connection,
                Run = talk.IsBounce ? default : talk.Run,
                IsBounce = talk.IsBounce,
                Sender = chance.Next(8) == 0 ? Senders[chance.Next(Senders.Length)] : null,
            });
            Now += chance.Next(1, 10);
        }

        private void Recipient(Talk talk, Random chance)
        {
            var refusal = chance.Next(3) == 0 ? Refusals[chance.Next(3)] : null;
            talk.Taken += refusal is null ? 1 : 0;
            tell(new()
            {
                Kind = refusal is null ? LedgerEventKind.RecipientTaken : LedgerEventKind.RecipientDecided,
                At = Now,
                Connection = talk.Connection,
                Provider = Providers[chance.Next(3)],
                Mail = Hash(chance.Next(6)),
                Run = talk.Run,
                Reply = refusal,
                Stage = Stage.Rcpt,
                Outcome = refusal?.Outcome ?? Outcome.Accepted,
            });
        }

        private void End(Talk talk, Random chance)
        {
            for (; talk.Taken > 0; talk.Taken--)
            {
                var refusal = chance.Next(4) == 0 ? Refusals[chance.Next(3)] : null;
                tell(new() { Kind = LedgerEventKind.RecipientDecided, At = Now, Connection = talk.Connection, Stage = Stage.Data, Reply = refusal, Outcome = refusal?.Outcome ?? Outcome.Accepted });
                Now += chance.Next(1, 5);
            }

            tell(new()
            {
                Kind = LedgerEventKind.MessageEnded,
                At = Now,
                Connection = talk.Connection,
                Message = chance.Next(3) == 0 ? 0 : Hash(chance.Next(100, 103)),
                Run = talk.Run.IsKnown ? talk.Run : Number(chance),
                IsReplyLost = chance.Next(5) == 0,
            });
            talk.Taken = -1;
        }

        private void Abandon(Talk talk)
        {
            if (talk.Taken >= 0)
            {
                Tell(talk, LedgerEventKind.TransactionAbandoned);
                talk.Taken = -1;
            }
        }

        private void Tell(Talk talk, LedgerEventKind kind, LedgerSender? sender = null) => tell(new() { Kind = kind, At = Now, Connection = talk.Connection, Sender = sender });

        private sealed class Talk
        {
            public uint Connection { get; set; }

            /// <summary>Recipients taken; -1 outside of a transaction.</summary>
            public int Taken { get; set; } = -1;

            public bool IsBounce { get; set; }

            public RunNumber Run { get; set; }
        }
    }
}
