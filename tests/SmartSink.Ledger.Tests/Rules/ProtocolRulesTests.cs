using SmartSink.Ledger.Facts;
using SmartSink.Ledger.Report;
using SmartSink.Ledger.Rules;
using SmartSink.Smtp;
using SmartSink.Smtp.Server;

namespace SmartSink.Ledger.Tests.Rules;

public sealed class ProtocolRulesTests
{
    private static readonly DialogFact Good = new()
    {
        BeganAt = 0,
        EndedAt = 1_000,
        Reason = SessionEndReason.Quit,
        Transactions = 1,
        Messages = 1,
        Recipients = 1,
        RefusedReply = -1,
        ShutAt = -1,
        Tls = TlsUse.Used,
    };

    public static TheoryData<string, string> Breaches => new()
    {
        { nameof(ProtocolFaults.EarlyTalk), "spoke before the greeting" },
        { nameof(ProtocolFaults.UnofferedPipelining), "pipelined without permission" },
        { nameof(ProtocolFaults.EarlyData), "sent the message before the 354" },
        { nameof(ProtocolFaults.BareLineEnd), "ended lines with CR or LF alone" },
        { nameof(ProtocolFaults.LongLine), "sent overlong lines" },
        { nameof(ProtocolFaults.UnknownCommand), "sent unknown commands" },
        { nameof(ProtocolFaults.BadSyntax), "sent malformed commands" },
        { nameof(ProtocolFaults.BadSequence), "sent commands out of order" },
        { nameof(ProtocolFaults.SizeUnderstated), "sent more than SIZE declared" },
        { nameof(ProtocolFaults.EightBitUnannounced), "sent 8-bit text without 8BITMIME" },
        { nameof(ProtocolFaults.HeloNoName), "gave no full host name in EHLO" },
    };

    [Theory]
    [InlineData(true, nameof(Verdict.Pass), 100)]
    [InlineData(false, nameof(Verdict.Fail), 0)]
    public void A_sender_says_QUIT_or_it_does_not(bool quits, string verdict, double number)
    {
        var judgement = Simulated(SenderHabits.Good with { Quits = quits }).Judge("ends-sessions");

        ($"{judgement.Verdict}", judgement.Number, judgement.Unit).ShouldBe((verdict, number, "%"));
        judgement.Finding.ShouldMatch(quits ? @"^All \d+ connections ended with QUIT\.$" : @"^(\d+) of \1 connections \(100 %\) ended without QUIT, 0 of them in the middle of a message\.$");
        judgement.Examples.Select(example => example.Text).ShouldAllBe(text => text.StartsWith("closed without QUIT (connection ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(SessionEndReason.Quit, nameof(Verdict.Pass))]
    [InlineData(SessionEndReason.ClientClosed, nameof(Verdict.Fail))]
    [InlineData(SessionEndReason.ClosedInData, nameof(Verdict.Fail))]
    [InlineData(SessionEndReason.ConnectionReset, nameof(Verdict.Fail))]
    [InlineData(SessionEndReason.PolicyClosed, nameof(Verdict.NotSeen))]
    [InlineData(SessionEndReason.Fault, nameof(Verdict.NotSeen))]
    [InlineData(SessionEndReason.IdleTimeout, nameof(Verdict.NotSeen))]
    [InlineData(SessionEndReason.TooManyMessages, nameof(Verdict.NotSeen))]
    [InlineData(SessionEndReason.TooManyConnections, nameof(Verdict.NotSeen))]
    [InlineData(SessionEndReason.TlsFailed, nameof(Verdict.NotSeen))]
    [InlineData(SessionEndReason.Shutdown, nameof(Verdict.NotSeen))]
    public void Only_an_end_by_the_client_counts(SessionEndReason reason, string verdict) =>
        Judge("ends-sessions", Good with { Reason = reason }).Verdict.ToString().ShouldBe(verdict);

    [Fact]
    public void Who_was_shut_out_or_is_still_there_need_not_say_QUIT() =>
        Judge(
            "ends-sessions", Good with { Reason = SessionEndReason.ClientClosed, ShutAt = 5 }, Good with { Reason = SessionEndReason.ClientClosed, RefusedReply = 0, RefusedAt = Stage.Connect },
            Good with { Reason = SessionEndReason.ClientClosed, Tls = TlsUse.Failed }, Good with { Reason = SessionEndReason.None, EndedAt = -1 }).Verdict.ShouldBe(Verdict.NotSeen);

    [Fact]
    public void One_broken_connection_of_many_only_warns_and_one_of_very_many_is_nothing()
    {
        Judge("ends-sessions", [Good with { Reason = SessionEndReason.ConnectionReset }, .. Enumerable.Repeat(Good, 50)]).Verdict.ShouldBe(Verdict.Warn);
        Judge("ends-sessions", [Good with { Reason = SessionEndReason.ConnectionReset }, .. Enumerable.Repeat(Good, 500)]).Verdict.ShouldBe(Verdict.Pass);
    }

    [Fact]
    public void A_half_closed_connection_and_RSET_without_end_only_warn()
    {
        Judge("ends-sessions", Good with { Faults = ProtocolFaults.HalfClosed }).Verdict.ShouldBe(Verdict.Warn);
        Judge("ends-sessions", Good with { Resets = 2 }).Verdict.ShouldBe(Verdict.Pass);
        var many = Judge("ends-sessions", Good with { Resets = 3 });
        (many.Verdict, many.Finding).ShouldBe((Verdict.Warn, "All 1 connection ended with QUIT. RSET was sent 3 times in 1 transaction."));
    }

    [Theory]
    [MemberData(nameof(Breaches))]
    public void Each_breach_of_the_protocol_fails_and_is_told(string fault, string words)
    {
        var judgement = Judge("speaks-properly", Good, Good with { Connection = 17, Faults = Enum.Parse<ProtocolFaults>(fault) });

        (judgement.Verdict, judgement.Number).ShouldBe((Verdict.Fail, 50));
        judgement.Finding.ShouldBe($"The protocol was violated in 1 of 2 connections (50 %): {words} (1).");
        judgement.Examples.Single().Text.ShouldBe($"{words} (connection 17, gmail.com)");
    }

    [Fact]
    public void No_fault_of_the_protocol_is_left_out()
    {
        var judged = Breaches.Select(row => Enum.Parse<ProtocolFaults>(row.Data.Item1)).Aggregate((all, fault) => all | fault);

        (judged | ProtocolFaults.SizeUnsaid | ProtocolFaults.LooseAddress | ProtocolFaults.HalfClosed).ShouldBe(Enum.GetValues<ProtocolFaults>().Aggregate((all, fault) => all | fault));
    }

    [Fact]
    public void A_clean_dialog_passes_and_what_is_allowed_only_warns()
    {
        Judge("speaks-properly", Good).Finding.ShouldBe("No protocol violation in 1 connection.");
        Judge("speaks-properly", Good with { Faults = ProtocolFaults.HalfClosed }).Verdict.ShouldBe(Verdict.Pass);

        var judgement = Judge("speaks-properly", Good with { Faults = ProtocolFaults.SizeUnsaid | ProtocolFaults.LooseAddress }, Good with { Faults = ProtocolFaults.SizeUnsaid });

        judgement.Verdict.ShouldBe(Verdict.Warn);
        judgement.Finding.ShouldBe("No protocol violation in 2 connections. Allowed, but not recommended: did not declare SIZE (2), used loose address syntax (1).");
    }

    [Fact]
    public void One_slip_in_very_many_connections_only_warns() =>
        Judge("speaks-properly", [Good with { Faults = ProtocolFaults.BareLineEnd }, .. Enumerable.Repeat(Good, 500)]).Verdict.ShouldBe(Verdict.Warn);

    [Theory]
    [InlineData(nameof(TlsUse.None), nameof(Verdict.NotSeen))]
    [InlineData(nameof(TlsUse.Offered), nameof(Verdict.Fail))]
    [InlineData(nameof(TlsUse.Old), nameof(Verdict.Warn))]
    [InlineData(nameof(TlsUse.Used), nameof(Verdict.Pass))]
    public void TLS_is_used_where_it_is_offered(string tls, string verdict) =>
        Judge("tls", Good with { Tls = Enum.Parse<TlsUse>(tls) }).Verdict.ToString().ShouldBe(verdict);

    [Fact]
    public void A_connection_without_mail_needs_no_TLS() => Judge("tls", Good with { Tls = TlsUse.Offered, Transactions = 0 }).Verdict.ShouldBe(Verdict.NotSeen);

    [Theory]
    [InlineData(1)]
    [InlineData(60)]
    public void Who_tries_TLS_again_after_it_failed_passes(double timeScale)
    {
        var judgement = Judge("tls", timeScale, Failed(1, 0), Failed(2, 300), Good with { BeganAt = 900_000 });

        (judgement.Verdict, judgement.Number).ShouldBe((Verdict.Pass, 100));
        judgement.Finding.ShouldBe("1 of 1 connection (100 %) with mail used the offered TLS. TLS failed in 2 connections; after that, 2 tried TLS again.");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(60)]
    public void Who_goes_on_in_the_clear_after_it_failed_is_warned(double timeScale)
    {
        var judgement = Judge("tls", timeScale, Failed(1, 0), Good with { Connection = 2, BeganAt = 300_000, Tls = TlsUse.Offered });

        (judgement.Verdict, judgement.Number).ShouldBe((Verdict.Warn, 0));
        judgement.Finding.ShouldBe("0 of 1 connection (0 %) with mail used the offered TLS. TLS failed in 1 connection; after that, 1 continued in plaintext.");
        judgement.Examples.Single().Text.ShouldBe("sent mail in plaintext after TLS had failed (connection 2, gmail.com)");
    }

    [Fact]
    public void So_is_who_goes_on_in_the_clear_on_the_same_connection() =>
        Judge("tls", Failed(1, 0) with { Transactions = 1 }).Finding.ShouldEndWith("TLS failed in 1 connection; after that, 1 continued in plaintext.");

    [Fact]
    public void A_failure_long_ago_or_at_another_provider_excuses_nothing()
    {
        Judge("tls", Failed(1, 0), Good with { BeganAt = 8_000_000, Tls = TlsUse.Offered }).Verdict.ShouldBe(Verdict.Fail);
        Judge("tls", Failed(1, 0) with { Provider = 1 }, Good with { BeganAt = 300_000, Tls = TlsUse.Offered }).Verdict.ShouldBe(Verdict.Fail);
        Judge("tls", Failed(1, 0) with { Provider = -1 }, Good with { BeganAt = 300_000, Tls = TlsUse.Offered }).Verdict.ShouldBe(Verdict.Warn);
    }

    [Fact]
    public void Who_gives_up_sends_nothing_in_the_clear_at_least()
    {
        var judgement = Judge("tls", Failed(1, 0), Failed(2, 86_000));

        (judgement.Verdict, judgement.Number).ShouldBe((Verdict.Pass, null));
        judgement.Finding.ShouldBe("No mail was sent where TLS was offered. TLS failed in 2 connections; after that, 1 gave up, 1 not seen again yet.");
    }

    private static DialogFact Failed(uint connection, int second) =>
        Good with { Connection = connection, BeganAt = second * 1_000, EndedAt = (second * 1_000) + 10, Transactions = 0, Tls = TlsUse.Failed, Reason = SessionEndReason.TlsFailed };

    private static Simulation Simulated(SenderHabits habits)
    {
        var simulation = new Simulation();
        _ = new SimulatedSender(simulation, habits).Sends(new SimulatedProvider("gmail.com"), 40, every: 5);
        simulation.Run(3_600);
        return simulation;
    }

    private static Judgement Judge(string rule, params DialogFact[] dialogs) => Judge(rule, 1, dialogs);

    private static Judgement Judge(string rule, double timeScale, params DialogFact[] dialogs) => SenderRules.Find(rule)!.Judge(
        new SenderHistory
        {
            Sender = new LedgerSender("192.0.2.1/32", string.Empty),
            Since = 0,
            Until = (long)(86_400_000 / timeScale),
            Policy = PolicyCourse.Of(timeScale),
            Providers = ["gmail.com", "aol.com"],
            Dialogs = [.. dialogs.Select(dialog => dialog with { BeganAt = (long)(dialog.BeganAt / timeScale) })],
        },
        Simulation.Context());
}
