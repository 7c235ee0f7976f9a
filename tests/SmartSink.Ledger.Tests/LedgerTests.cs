using SmartSink.Ledger.Facts;
using SmartSink.Ledger.Store;
using SmartSink.Smtp;
using SmartSink.Smtp.Server;

namespace SmartSink.Ledger.Tests;

/// <summary>What the ledger makes of what happens in dialogs.</summary>
public sealed class LedgerTests
{
    private readonly LedgerHost _host = new();

    [Fact]
    public void An_empty_ledger_tells_of_nobody()
    {
        _host.Read().ShouldBeEmpty();
        _host.Ledger.ReadRun("r").ShouldBeNull();
        var status = _host.Ledger.Status;
        (status.Senders, status.Runs, status.Since, status.Forgotten).ShouldBe((0, 0, -1, 0));
    }

    [Fact]
    public void Less_memory_than_it_can_work_in_is_an_error() => Should.Throw<ArgumentOutOfRangeException>(() => new SinkLedger(SinkLedger.LeastBytes - 1));

    [Fact]
    public void A_connection_is_told_with_all_that_happened_on_it()
    {
        _host.Connect(7);
        _host.Now += 100;
        _host.Send(7, mail: 1);
        _host.Mail(7);
        _host.Rcpt(7, 2);
        _host.Rcpt(7, 3, LedgerHost.Never);
        _host.Happen(7, LedgerEventKind.Reset);
        _host.Happen(7, LedgerEventKind.TransactionAbandoned);
        _host.Take(new() { Kind = LedgerEventKind.Misspoke, At = _host.Now, Connection = 7, Faults = ProtocolFaults.LongLine });
        _host.Take(new() { Kind = LedgerEventKind.Misspoke, At = _host.Now, Connection = 7, Faults = ProtocolFaults.EarlyTalk });
        _host.Take(new() { Kind = LedgerEventKind.TlsEnded, At = _host.Now, Connection = 7, Tls = TlsUse.Failed });
        _host.Now += 100;
        _host.Mail(7);
        _host.Rcpt(7, 4, LedgerHost.Slower);
        _host.Happen(7, LedgerEventKind.SpokeBehind421);
        _host.ReadOne().Dialogs.ShouldHaveSingleItem().EndedAt.ShouldBe(-1);
        _host.Now += 100;
        _host.Close(7, SessionEndReason.PolicyClosed);

        _host.ReadOne().Dialogs.ShouldHaveSingleItem().ShouldBe(new DialogFact
        {
            Connection = 7,
            BeganAt = 10_000,
            EndedAt = 10_300,
            Reason = SessionEndReason.PolicyClosed,
            Provider = 1,
            Transactions = 3,
            Messages = 1,
            Recipients = 4,
            MostRecipients = 2,
            LastActiveAt = 10_200,
            Resets = 1,
            RefusedReply = -1,
            ShutAt = 10_200,
            CommandsBehindShut = 1,
            Faults = ProtocolFaults.LongLine | ProtocolFaults.EarlyTalk,
            Tls = TlsUse.Failed,
        });
    }

    [Fact]
    public void A_client_that_was_refused_before_it_began_is_a_connection_of_one_moment()
    {
        _host.Take(new() { Kind = LedgerEventKind.ClientRefused, At = 12_345, Sender = LedgerHost.Client, Provider = "gmail.com", Stage = Stage.Connect, Reply = LedgerHost.Slower });
        var history = _host.ReadOne();
        var dialog = history.Dialogs.ShouldHaveSingleItem();
        (dialog.BeganAt, dialog.EndedAt, dialog.ShutAt, dialog.RefusedAt).ShouldBe((12_345, 12_345, 12_345, Stage.Connect));
        history.Replies[dialog.RefusedReply].ShouldBe("421 4.7.28 Slow down");
        history.Seconds.ShouldHaveSingleItem().ShouldBe(new ProviderSecond { At = 12_000, Provider = 1, Connections = 1, MostOpen = 1, TempFailed = 1, Throttled = 1 });
    }

    [Fact]
    public void The_first_refusal_of_a_client_is_the_one_that_is_told()
    {
        _host.Connect(1);
        _host.Take(new() { Kind = LedgerEventKind.ClientRefused, At = 11_000, Connection = 1, Stage = Stage.Ehlo, Reply = LedgerHost.Later });
        _host.Take(new() { Kind = LedgerEventKind.ClientRefused, At = 12_000, Connection = 1, Stage = Stage.Mail, Reply = LedgerHost.Never });
        var history = _host.ReadOne();
        var dialog = history.Dialogs.ShouldHaveSingleItem();
        (history.Replies[dialog.RefusedReply], dialog.RefusedAt, dialog.LastActiveAt, dialog.Provider).ShouldBe(("451 4.3.0 Later", Stage.Ehlo, 12_000, -1));
        history.Seconds.ShouldBeEmpty();
    }

    [Fact]
    public void Connections_are_counted_at_the_provider_of_their_first_recipient_in_its_second()
    {
        _host.Connect(1);
        _host.Connect(2);
        _host.Send(1, 1);
        _host.Send(2, 2, refusal: LedgerHost.Later);
        _host.Now += 500;
        _host.Close(2);
        _host.Now += 1_000;
        _host.Send(1, 3, refusal: LedgerHost.Never);
        _host.Now += 1_000;
        _host.Close(1);
        _host.ReadOne().Seconds.ShouldBe(
        [
            new ProviderSecond { At = 10_000, Provider = 1, Connections = 2, MostOpen = 2, Accepted = 1, TempFailed = 1 },
            new ProviderSecond { At = 11_000, Provider = 1, MostOpen = 1, PermFailed = 1 },
        ]);
    }

    [Fact]
    public void Refusals_are_kept_and_acceptances_only_of_what_had_been_refused()
    {
        _host.Connect(1);
        _host.Send(1, 1);
        _host.Send(1, 2, refusal: LedgerHost.Later);
        _host.Now += 60_000;
        _host.Send(1, 2);
        var history = _host.ReadOne();
        history.Accepted.ShouldBe(2);
        var tries = history.Items.ShouldHaveSingleItem().Tries.ToArray();
        tries.Select(attempt => (attempt.At, attempt.Outcome, attempt.Number)).ShouldBe([(10_000, Outcome.TempFail, -1), (70_000, Outcome.Accepted, -1)]);
        history.Providers[tries[0].Provider].ShouldBe(LedgerHost.Gmail);
        history.Replies[tries[0].Reply].ShouldBe("451 4.3.0 Later");
        tries[1].Reply.ShouldBe(-1);
    }

    [Fact]
    public void A_message_that_came_to_its_end_names_the_tries_of_its_transaction_also_those_refused_at_RCPT()
    {
        _host.Connect(1);
        _host.Mail(1);
        _host.Rcpt(1, 1);
        _host.Rcpt(1, 2, LedgerHost.Never);
        _host.Rcpt(1, 3);
        _host.Data(1, message: 99, run: new RunNumber("r", 5), replies: [null, LedgerHost.Later]);
        var tries = _host.ReadOne().Items.SelectMany(item => item.Tries.ToArray()).ToArray();
        tries.Select(attempt => (attempt.Mail, attempt.Message, attempt.Number)).ShouldBe([(2ul, 99ul, 5), (3ul, 99ul, 5)], ignoreOrder: true);
        var run = _host.Ledger.ReadRun("r").ShouldNotBeNull();
        (string.Join(',', run.Accepted), string.Join(',', run.Refused), string.Join(',', run.Waiting)).ShouldBe(("5", string.Empty, "5"));
    }

    [Fact]
    public void Tries_of_one_mail_whose_messages_differ_are_different_items_and_unknown_ones_go_to_the_one_before()
    {
        _host.Connect(1);
        foreach (var message in (ulong[])[0, 7, 0, 8, 7])
        {
            _host.Now += 1_000;
            _host.Mail(1);
            _host.Rcpt(1, 1);
            if (message == 0)
            {
                _host.Rcpt(1, 1, LedgerHost.Later);
                _host.Happen(1, LedgerEventKind.TransactionAbandoned);
            }
            else
            {
                _host.Data(1, message, replies: LedgerHost.Later);
            }
        }

        _host.ReadOne().Items.Select(item => string.Join(' ', item.Tries.ToArray().Select(attempt => attempt.At / 1_000))).ShouldBe(["11 12 13 15", "14"]);
    }

    [Fact]
    public void The_same_message_accepted_again_for_the_same_recipient_is_a_duplicate()
    {
        _host.Connect(1);
        foreach (var (mail, message) in ((ulong, ulong)[])[(1, 7), (2, 7), (1, 8), (1, 7), (1, 0), (1, 0)])
        {
            _host.Now += 1_000;
            _host.Send(1, mail, message: message);
        }

        _host.ReadOne().Duplicates.ShouldHaveSingleItem().ShouldBe(new DuplicateFact { At = 14_000, Number = -1, Connection = 1, Provider = 1 });
    }

    [Fact]
    public void A_message_of_a_run_for_two_recipients_is_none()
    {
        var number = new RunNumber("r", 3);
        _host.Connect(1);
        _host.Mail(1, number);
        _host.Rcpt(1, 1ul << 40);
        _host.Rcpt(1, 2ul << 40);
        _host.Data(1, replies: [null, null]);
        _host.ReadOne().Duplicates.ShouldBeEmpty();
        _host.Send(1, 1ul << 40, number);
        _host.Send(1, 2ul << 40, number);
        _host.Send(1, 2ul << 40, number);
        _host.ReadOne().Duplicates.Select(again => again.Number).ShouldBe([3, 3, 3]);
        _host.Ledger.ReadRun("r")!.Duplicates.ShouldBe([new RunDuplicate(3, 3, 0)]);
    }

    [Theory]
    [InlineData(SessionEndReason.ConnectionReset, true)]
    [InlineData(SessionEndReason.Fault, true)]
    [InlineData(SessionEndReason.ClosedInData, true)]
    [InlineData(SessionEndReason.Quit, false)]
    [InlineData(SessionEndReason.ClientClosed, false)]
    public void A_duplicate_is_excused_when_the_connection_was_lost_with_the_reply_before(SessionEndReason reason, bool isExcused)
    {
        _host.Connect(1);
        _host.Send(1, 1, new RunNumber("r", 1));
        _host.Send(1, 2, message: 7);
        _host.Close(1, reason);
        _host.Connect(2);
        _host.Send(2, 1, new RunNumber("r", 1));
        _host.Send(2, 2, message: 7);
        _host.ReadOne().Duplicates.Select(again => again.IsExcused).ShouldBe([false, isExcused]); // the first one's reply had been heard: another transaction followed it
    }

    [Fact]
    public void A_duplicate_is_excused_once_for_each_reply_that_was_lost()
    {
        _host.Connect(1);
        _host.Send(1, 1, new RunNumber("r", 1), isLost: true);
        _host.Send(1, 1, new RunNumber("r", 1), isLost: true);
        _host.Send(1, 1, new RunNumber("r", 1));
        _host.Send(1, 1, new RunNumber("r", 1));
        _host.ReadOne().Duplicates.Select(again => again.IsExcused).ShouldBe([true, true, false]);
        _host.Ledger.ReadRun("r")!.Duplicates.ShouldBe([new RunDuplicate(1, 3, 2)]);
    }

    [Fact]
    public void A_bounce_is_none_of_the_messages_of_the_run_that_it_returns()
    {
        _host.Connect(1);
        _host.Send(1, 1, new RunNumber("r", 0));
        foreach (var message in (ulong[])[7, 8])
        {
            _host.Mail(1, isBounce: true);
            _host.Rcpt(1, 50, run: new RunNumber("r", 9));
            _host.Data(1, message, replies: [null]);
        }

        _host.Mail(1, isBounce: true);
        _host.Rcpt(1, 51);
        _host.Data(1, message: 5, replies: [null]);
        var history = _host.ReadOne();
        history.Bounces.Select(bounce => bounce.Number).ShouldBe([9, 9, -1]);
        history.Bounces[0].Message.ShouldBe(history.Bounces[1].Message);
        history.Bounces[2].Message.ShouldBe(5ul);
        history.Duplicates.ShouldBeEmpty();
        history.Runs.ShouldHaveSingleItem().Highest.ShouldBe(0);
        _host.Ledger.ReadRun("r")!.Bounced.ShouldHaveSingleItem().ShouldBe(new NumberRange(9, 9));
    }

    [Fact]
    public void A_run_tells_what_came_by_number()
    {
        _host.Connect(1);
        for (var number = 1; number <= 5_000; number++)
        {
            var run = new RunNumber("r", number);
            var mail = (ulong)number << 40;
            switch (number)
            {
                case 10 or 11 or 4_999:
                    break;
                case 20:
                    _host.Send(1, mail, run, refusal: LedgerHost.Never);
                    break;
                case 21:
                    _host.Send(1, mail, run, refusal: LedgerHost.Later);
                    _host.Send(1, mail, run, refusal: LedgerHost.Never);
                    break;
                case 30:
                    _host.Send(1, mail, run, refusal: LedgerHost.Later);
                    _host.Now++;
                    _host.Send(1, mail, run, refusal: LedgerHost.Later);
                    break;
                case 31:
                    _host.Send(1, mail, run, refusal: LedgerHost.Later);
                    _host.Send(1, mail, run);
                    break;
                case 40:
                    _host.Mail(1, run);
                    _host.Rcpt(1, mail);
                    _host.Happen(1, LedgerEventKind.TransactionAbandoned);
                    break;
                default:
                    _host.Send(1, mail, run);
                    break;
            }
        }

        var history = _host.Ledger.ReadRun("r").ShouldNotBeNull();
        string.Join(' ', history.Accepted).ShouldBe("1-9 12-19 22-29 31-39 41-4998 5000");
        string.Join(' ', history.Refused).ShouldBe("20-21");
        string.Join(' ', history.Waiting).ShouldBe("30");
        history.Last.ShouldBe([new RunTime(20, 10_000), new RunTime(21, 10_000), new RunTime(30, 10_001)]);
        var fact = _host.ReadOne().Runs.ShouldHaveSingleItem();
        (fact.Lowest, fact.Highest, fact.Missing, fact.IsPartial).ShouldBe((1, 5_000, 4, false));
        fact.MissingNumbers.ShouldBe([10, 11, 40, 4_999]);
    }

    [Fact]
    public void Two_runs_at_once_are_told_apart_and_may_be_asked_for_one_by_one()
    {
        var other = new LedgerSender("192.0.2.2/32", string.Empty);
        _host.Connect(1);
        _host.Connect(2, other);
        for (var number = 0; number < 10; number++)
        {
            _host.Send(1, (ulong)(100 + number), new RunNumber("a", number), refusal: number == 3 ? LedgerHost.Later : null);
            _host.Send(2, (ulong)(200 + number), new RunNumber(number < 5 ? "b" : "a", number), refusal: number == 3 ? LedgerHost.Later : null);
        }

        _host.Read().Select(history => history.Runs.Count).ShouldBe([1, 2]);
        _host.Read(run: "a").Select(history => (history.Sender, history.Items.Count, history.Dialogs.Count)).ShouldBe([(LedgerHost.Client, 1, 1), (other, 0, 1)]);
        var ofB = _host.Read(run: "b").ShouldHaveSingleItem();
        (ofB.Sender, ofB.Items.Count, ofB.Runs.Count).ShouldBe((other, 1, 1));
        _host.Read(run: "c").ShouldBeEmpty();
        _host.Read(client: network => network == other.Client).ShouldHaveSingleItem().Sender.ShouldBe(other);
    }

    [Fact]
    public void Clients_behind_one_NAT_are_told_apart_by_their_users()
    {
        var (alice, bob) = (LedgerHost.Client with { User = "alice" }, LedgerHost.Client with { User = "bob" });
        foreach (var (connection, user) in ((uint, LedgerSender?)[])[(1, alice), (2, bob), (3, null), (4, null)])
        {
            _host.Connect(connection);
            _host.Mail(connection, sender: user);
            _host.Rcpt(connection, connection, LedgerHost.Later);
            _host.Close(connection);
        }

        _host.Read().Select(history => (history.Sender.User, history.Dialogs.Count, history.Items.Count)).ShouldBe([(string.Empty, 2, 2), ("alice", 1, 1), ("bob", 1, 1)], ignoreOrder: true);
    }

    [Fact]
    public void Only_what_happened_since_a_moment_can_be_asked_for()
    {
        _host.Connect(1);
        _host.Connect(2);
        _host.Send(1, 1, refusal: LedgerHost.Later);
        _host.Send(1, 2, refusal: LedgerHost.Later);
        _host.Close(1);
        _host.Now += 60_000;
        _host.Send(2, 1, refusal: LedgerHost.Later);
        _host.Send(2, 3);
        var history = _host.Read(since: 60_000).ShouldHaveSingleItem();
        history.Since.ShouldBe(60_000);
        history.Dialogs.ShouldHaveSingleItem().Connection.ShouldBe(2u);
        history.Items.ShouldHaveSingleItem().Tries.Length.ShouldBe(2); // one that was tried again is told whole
        history.Seconds.ShouldHaveSingleItem().At.ShouldBe(70_000);
        history.Accepted.ShouldBe(1);
    }

    [Fact]
    public void Clear_forgets_all_but_who_is_connected_and_a_run_goes_on_from_its_middle()
    {
        _host.Connect(1);
        _host.Send(1, 1, new RunNumber("r", 100));
        _host.Mail(1, new RunNumber("r", 101));
        _host.Rcpt(1, 2, LedgerHost.Later);
        _host.Rcpt(1, 3);
        _host.Now += 5_000;
        _host.Ledger.Clear();
        _host.Ledger.Status.ShouldBe(_host.Ledger.Status with { Since = -1, Senders = 1, Runs = 0, Forgotten = 0 });
        _host.Data(1, replies: [null]);
        _host.Send(1, 4, new RunNumber("r", 103));

        var history = _host.ReadOne();
        history.Sender.ShouldBe(LedgerHost.Client);
        (history.Since, history.Items.Count, history.Accepted).ShouldBe((15_000, 0, 2));
        var dialog = history.Dialogs.ShouldHaveSingleItem();
        (dialog.BeganAt, dialog.Transactions, dialog.Messages).ShouldBe((10_000, 1, 2));
        var run = history.Runs.ShouldHaveSingleItem();
        (run.Lowest, run.Highest, run.Missing).ShouldBe((101, 103, 1));
    }

    [Fact]
    public void A_connection_that_was_open_before_is_taken_when_it_does_something()
    {
        _host.Close(5);
        _host.Read().ShouldBeEmpty();
        _host.Mail(6, sender: LedgerHost.Client);
        _host.Rcpt(6, 1, LedgerHost.Later);
        _host.Close(6);
        _host.ReadOne().Dialogs.ShouldHaveSingleItem().Transactions.ShouldBe(1);
    }

    [Fact]
    public void Numbers_that_no_run_can_have_are_none()
    {
        _host.Connect(1);
        _host.Send(1, 1, new RunNumber("r", RunTable.MostNumber + 1));
        _host.Send(1, 2, new RunNumber("r", -1));
        _host.Ledger.Status.Runs.ShouldBe(0);
        _host.Send(1, 3, new RunNumber("r", RunTable.MostNumber));
        _host.Send(1, 4, new RunNumber("r", 0));
        var run = _host.ReadOne().Runs.ShouldHaveSingleItem();
        run.Missing.ShouldBe(RunTable.MostNumber - 1);
        run.MissingNumbers.ShouldBe(Enumerable.Range(1, 20).Select(number => (long)number));
    }

    [Fact]
    public async Task It_may_be_read_while_it_takes()
    {
        _host.Connect(1);
        var isOver = false;
        var reading = Task.Run(() =>
        {
            while (!Volatile.Read(ref isOver))
            {
                foreach (var history in _host.Ledger.Read(new LedgerQuery(), now: 0))
                {
                    history.Runs.ShouldAllBe(run => run.Missing == 0);
                }
            }
        }, TestContext.Current.CancellationToken);
        for (var number = 0; number < 20_000; number++)
        {
            _host.Send(1, (ulong)number << 32, new RunNumber("r", number));
        }

        Volatile.Write(ref isOver, true);
        await reading;
        _host.Ledger.ReadRun("r")!.Accepted.ShouldBe([new NumberRange(0, 19_999)]);
    }
}
