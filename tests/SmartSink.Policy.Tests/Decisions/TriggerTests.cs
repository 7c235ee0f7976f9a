using System.Text;
using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using SmartSink.Policy.Decisions;
using SmartSink.Policy.Model;
using SmartSink.Smtp;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;

namespace SmartSink.Policy.Tests.Decisions;

public sealed class TriggerTests
{
    private static readonly PolicySnapshot AcceptsAll = PolicyFolder.Snapshot("""
        defer."*" = [{ code = 452, msg = "4.2.2 full" }]
        bounce."own.example" = [{ code = 553, msg = "5.1.3 own" }]
        """);

    private static readonly Regex Words = new(
        $"tempfail|permfail|^([45][0-9][0-9]|250|full|spam|unknown|throttle|greylist|drop|reset|hang|fail0*[1-9][0-9]{{0,2}}(?<!fail[0-9]{{4,}})|delay-(?=[^-]{{1,16}}-)0*([1-9][0-9]?|[1-5][0-9][0-9]|600|([1-9][0-9]?|[1-5][0-9][0-9]|600) *s|([1-9][0-9]{{0,4}}|[1-5][0-9]{{5}}|600000) *ms|([1-9]|10) *m)|label-({string.Join('|', ReplyLabels.Words)}))-",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.Singleline,
        TimeSpan.FromSeconds(10));

    private static readonly PolicySnapshot RefusesAll = PolicyFolder.Snapshot("default.bounce = 100");

    [Theory]
    [InlineData("tempfail", Trigger.TempFail)]
    [InlineData("TempFail", Trigger.TempFail)]
    [InlineData("notempfailures", Trigger.TempFail)]
    [InlineData("permfail", Trigger.PermFail)]
    [InlineData("x-PERMFAIL-y", Trigger.PermFail)]
    [InlineData("fpermfailf", Trigger.PermFail)]
    [InlineData("permfail-tempfail", Trigger.TempFail)]
    [InlineData("tempfail-permfail", Trigger.TempFail)]
    [InlineData("250-tempfail", Trigger.TempFail)]
    [InlineData("450-permfail", Trigger.PermFail)]
    [InlineData("400-", Trigger.Code, 400)]
    [InlineData("599-x", Trigger.Code, 599)]
    [InlineData("421-x", Trigger.Code, 421)]
    [InlineData("250-", Trigger.Accept)]
    [InlineData("250-x", Trigger.Accept)]
    [InlineData("251-x", Trigger.None)]
    [InlineData("399-x", Trigger.None)]
    [InlineData("600-x", Trigger.None)]
    [InlineData("4500-x", Trigger.None)]
    [InlineData("450", Trigger.None)]
    [InlineData("450x", Trigger.None)]
    [InlineData("+50-x", Trigger.None)]
    [InlineData("-45-x", Trigger.None)]
    [InlineData("45 -x", Trigger.None)]
    [InlineData("x450-", Trigger.None)]
    [InlineData("temp fail", Trigger.None)]
    [InlineData("tempfai", Trigger.None)]
    [InlineData("failure", Trigger.None)]
    [InlineData("tempfaip", Trigger.None)]
    [InlineData("empfail", Trigger.None)]
    [InlineData("", Trigger.None)]
    public void A_local_part_asks_for_an_answer(string localPart, Trigger trigger, int code = 0)
    {
        Read(localPart).ShouldBe(new TriggerMatch(trigger, code));
    }

    [Theory]
    [InlineData("full-joe", ReplyLabel.MailboxFull, 5)]
    [InlineData("Full-", ReplyLabel.MailboxFull, 5)]
    [InlineData("UNKNOWN-joe", ReplyLabel.UnknownUser, 8)]
    [InlineData("spam-a-b", ReplyLabel.Content, 5)]
    [InlineData("throttle-1", ReplyLabel.RateLimit, 9)]
    [InlineData("greylist-me", ReplyLabel.Greylist, 9)]
    [InlineData("label-block_list-joe", ReplyLabel.BlockList, 17)]
    [InlineData("Label-Tls-", ReplyLabel.Tls, 10)]
    public void A_word_asks_for_a_label(string localPart, ReplyLabel label, int length) =>
        Read(localPart).ShouldBe(new TriggerMatch(Trigger.Label, Label: label, Length: length));

    [Theory]
    [InlineData("full")]
    [InlineData("fullname-x")]
    [InlineData("x-full-y")]
    [InlineData("full.joe")]
    [InlineData("full+joe")]
    [InlineData("ful-l")]
    [InlineData("fulx-joe")]
    [InlineData("-full-")]
    [InlineData("label-")]
    [InlineData("label--tls-x")]
    [InlineData("label-tls")]
    [InlineData("label-maker-x")]
    [InlineData("label-block-list-x")]
    [InlineData("tls-reports")]
    [InlineData("policy-x")]
    [InlineData("ﬀull-joe")]
    [InlineData("250x-full-")]
    public void Any_other_word_asks_for_nothing(string localPart) => Read(localPart).ShouldBe(default);

    [Theory]
    [InlineData("drop-joe", Trigger.Fault, 5, 0, AnswerFault.Drop)]
    [InlineData("RESET-", Trigger.Fault, 6, 0, AnswerFault.Reset)]
    [InlineData("hang-on+data", Trigger.Fault, 5, 0, AnswerFault.Hang)]
    [InlineData("delay-5s-joe", Trigger.Delay, 9, 5_000)]
    [InlineData("Delay-250MS-", Trigger.Delay, 12, 250)]
    [InlineData("delay-1.5-x", Trigger.Delay, 10, 1_500)]
    [InlineData("delay-10m-x", Trigger.Delay, 10, 600_000)]
    [InlineData("fail3-joe", Trigger.Sequence, 6, 3)]
    [InlineData("FAIL007-", Trigger.Sequence, 8, 7)]
    [InlineData("fail999-x", Trigger.Sequence, 8, 999)]
    [InlineData("bounce", Trigger.SesBounce, 6)]
    [InlineData("Bounce+x", Trigger.SesBounce, 6)]
    [InlineData("suppressionlist", Trigger.SesSuppressed, 15)]
    [InlineData("success", Trigger.SesAccept, 7)]
    [InlineData("complaint+a+b", Trigger.SesAccept, 9)]
    [InlineData("OOTO", Trigger.SesAccept, 4)]
    public void A_word_asks_for_trouble(string localPart, Trigger trigger, int length, int amount = 0, AnswerFault fault = AnswerFault.None)
    {
        var match = Read(localPart, TriggerKinds.All | TriggerKinds.Ses);

        (match.Trigger, match.Length, match.Amount, match.Fault).ShouldBe((trigger, length, amount, fault));
        match.Stage.ShouldBe(localPart.EndsWith("+data", StringComparison.Ordinal) ? Stage.Data : null);
    }

    [Theory]
    [InlineData("dropbox-x")]
    [InlineData("drop")]
    [InlineData("x-drop-x")]
    [InlineData("delay-x")]
    [InlineData("delay--x")]
    [InlineData("delay-0-x")]
    [InlineData("delay-5x-x")]
    [InlineData("delay-601s-x")]
    [InlineData("delay-5s")]
    [InlineData("delay-00000000000000001s-x")]
    [InlineData("delay-\u0665s-x")]
    [InlineData("fail-x")]
    [InlineData("fail0-x")]
    [InlineData("fail3")]
    [InlineData("fail1000-x")]
    [InlineData("fail3x-x")]
    [InlineData("fail+3-x")]
    [InlineData("bounces")]
    [InlineData("bounce-x")]
    [InlineData("ooto.x")]
    [InlineData("+bounce")]
    public void Any_other_word_asks_for_no_trouble(string localPart) => Read(localPart, TriggerKinds.All | TriggerKinds.Ses).ShouldBe(default);

    [Fact]
    public void The_names_of_Amazons_simulator_hold_where_the_policy_says_so()
    {
        Read("bounce").ShouldBe(default);
        var ses = PolicyFolder.Snapshot("ses = true\ndefault.bounce = 100\n[domain.\"off.example\"]\ntriggers = false\n");

        Dialog.With("bounce@a.example").Wire(ses).ShouldBe("550 5.1.1 The mailbox does not exist");
        Dialog.With("suppressionlist+x@a.example").Wire(ses).ShouldBe("550 5.1.1 <suppressionlist+x@a.example> is on the suppression list, because it bounced before as an address that does not exist");
        Dialog.With("complaint@a.example").Ask(ses).Reply.ShouldBeNull();
        Dialog.With("success@off.example").Ask(ses).Reply.ShouldNotBeNull();
        Dialog.With("success@a.example").Ask(RefusesAll).Reply.ShouldNotBeNull();
    }

    [Fact]
    public void Trouble_comes_with_acceptance_at_the_stage_asked_for()
    {
        Dialog.With("delay-2s-x@a.example").Ask(RefusesAll).ShouldBe(new FilterAnswer { ReplyStage = Stage.Rcpt, Delay = 2_000 });
        Dialog.With("delay-2s-x+data@a.example").Ask(RefusesAll).ShouldBe(new FilterAnswer { ReplyStage = Stage.Rcpt, EndDelay = 2_000 });
        Dialog.With("reset-x+rcpt@a.example").Ask(RefusesAll).ShouldBe(new FilterAnswer { ReplyStage = Stage.Rcpt, Fault = AnswerFault.Reset });
        Dialog.With("hang-x+data@a.example").Ask(RefusesAll).ShouldBe(new FilterAnswer { ReplyStage = Stage.Rcpt, EndFault = AnswerFault.Hang });
        Dialog.With("fail2-x@a.example").Wire(RefusesAll).ShouldBe("451 4.3.0 Temporary failure, please try again later");
    }

    [Fact]
    public void Every_label_can_be_asked_for_by_its_word() =>
        ReplyLabels.Words.Select(word => Read($"label-{word}-x").Label).ShouldBe(Enum.GetValues<ReplyLabel>());

    [Theory]
    [InlineData("tempfail+data", Stage.Data)]
    [InlineData("x-permfail-y+Data", Stage.Data)]
    [InlineData("full-+RCPT", Stage.Rcpt)]
    [InlineData("450-x+rcpt+data", Stage.Data)]
    [InlineData("450-x+data+rcpt", Stage.Rcpt)]
    [InlineData("450-+data", Stage.Data)]
    [InlineData("spam-x+data1", null)]
    [InlineData("spam-x+mail", null)]
    [InlineData("spam-xdata", null)]
    [InlineData("250-x+data", null)]
    public void A_tag_at_the_end_asks_for_a_stage(string localPart, Stage? stage)
    {
        Read(localPart).Trigger.ShouldNotBe(Trigger.None);
        Read(localPart).Stage.ShouldBe(stage);
    }

    [Theory]
    [InlineData("x+data")]
    [InlineData("+data")]
    [InlineData("data")]
    public void A_tag_alone_asks_for_nothing(string localPart) => Read(localPart).ShouldBe(default);

    /// <summary>What a switched-off trigger would have asked for is left to the others.</summary>
    [Theory]
    [InlineData(TriggerKinds.None, Trigger.None, Trigger.None, Trigger.None, Trigger.None, Trigger.None)]
    [InlineData(TriggerKinds.TempFail, Trigger.TempFail, Trigger.None, Trigger.None, Trigger.None, Trigger.TempFail)]
    [InlineData(TriggerKinds.PermFail, Trigger.None, Trigger.PermFail, Trigger.None, Trigger.None, Trigger.PermFail)]
    [InlineData(TriggerKinds.Codes, Trigger.None, Trigger.None, Trigger.Accept, Trigger.None, Trigger.Code)]
    [InlineData(TriggerKinds.Labels, Trigger.None, Trigger.None, Trigger.None, Trigger.Label, Trigger.None)]
    [InlineData(TriggerKinds.Faults | TriggerKinds.Sequences, Trigger.None, Trigger.None, Trigger.None, Trigger.None, Trigger.None)]
    [InlineData(TriggerKinds.PermFail | TriggerKinds.Labels, Trigger.None, Trigger.PermFail, Trigger.None, Trigger.Label, Trigger.PermFail)]
    public void Each_kind_holds_by_itself(object kinds, Trigger tempfail, Trigger permfail, Trigger accept, Trigger label, Trigger all) =>
        new[] { "tempfail", "permfail", "250-x", "spam-x", "450-tempfail-permfail" }
            .Select(localPart => TriggerReader.Read(Encoding.UTF8.GetBytes(localPart), (TriggerKinds)kinds).Trigger)
            .ShouldBe([tempfail, permfail, accept, label, all]);

    /// <summary>The words as the manual has them, by a plain reading of the text.</summary>
    [Fact]
    public void A_local_part_without_a_triggers_word_is_ordinary()
    {
        Gen<string> pieces = Gen.Elements(
            "tempfai", "permfail", "tempfail", "TEMPFAIL", "l", "full", "spam", "unknown", "throttle", "greylist", "label", "label-", "tls", "block_list", "block",
            "-", "-", "-", "_", "+", "+data", "+rcpt", "data", "250", "450", "599", "600", "4", "drop", "reset", "hang", "fail", "delay", "delay-", "5", "0", "s", "m", "ms", "é", "Ｆull", "\0", " ", "x", "joe", "k\u0131", "ſpam");

        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(5000),
            Prop.ForAll(pieces.ArrayOf().Select(string.Concat).ToArbitrary(), localPart => (Read(localPart).Trigger != Trigger.None) == Words.IsMatch(localPart)));
    }

    [Theory]
    [InlineData("tempfail@example.com", "452 4.2.2 full")]
    [InlineData("permfail@example.com", "550 5.1.1 The mailbox does not exist")]
    [InlineData("permfail@own.example", "553 5.1.3 own")]
    [InlineData("450-Please@example.com", "450 4.0.0 you said 450-Please")]
    [InlineData("599-@example.com", "599 5.0.0 you said 599-")]
    [InlineData("550-bücher@example.com", "550 5.0.0 you said 550-bücher")]
    [InlineData("550-a\nb\u0000@example.com", "550 5.0.0 you said 550-a?b?")]
    [InlineData("someone@example.com", "")]
    public void A_trigger_is_obeyed_before_any_rate(string recipient, string wire) => Dialog.With(recipient).Wire(AcceptsAll).ShouldBe(wire);

    [Fact]
    public void What_starts_with_250_is_accepted_whatever_the_rates_say() => Dialog.With("250-x@example.com").Ask(RefusesAll).Reply.ShouldBeNull();

    [Fact]
    public void Only_421_closes()
    {
        Dialog.With("421-x@example.com").Ask(AcceptsAll).Reply.ShouldNotBeNull().Closes.ShouldBeTrue();
        Dialog.With("450-x@example.com").Ask(AcceptsAll).Reply.ShouldNotBeNull().Closes.ShouldBeFalse();
    }

    [Fact]
    public void A_trigger_is_counted_under_its_domain()
    {
        AcceptsAll.EntryName(Dialog.With("450-x@own.example").Ask(AcceptsAll).Entry).ShouldBe("own.example");
        AcceptsAll.EntryName(Dialog.With("250-x@own.example").Ask(AcceptsAll).Entry).ShouldBe("own.example");
    }

    [Fact]
    public void A_long_local_part_is_wrapped_when_it_is_echoed()
    {
        var lines = Dialog.With("550-" + new string('x', 600) + "@example.com").Wire(AcceptsAll).Split('\n');

        lines.ShouldAllBe(line => line.Length <= 510 && line.StartsWith("550"));
        lines[^1].ShouldStartWith("550 5.0.0 x");
    }

    private static TriggerMatch Read(string localPart, TriggerKinds kinds = TriggerKinds.All) => TriggerReader.Read(Encoding.UTF8.GetBytes(localPart), kinds);
}
