using System.Net;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;
using SmartSink.Testing.Dialogs;

namespace SmartSink.Smtp.Tests.Server;

public sealed class FilterTests
{
    private const string Envelope = "MAIL FROM:<a@B.example>|RCPT TO:<\"c\\c\"@D.example>|";

    private static readonly FixedReply Busy = new(451, new(4, 3, 0), "Busy"u8);
    private static readonly FixedReply Blocked = new(554, new(5, 7, 1), "Blocked"u8);
    private static readonly FixedReply Gone = new(421, new(4, 7, 0), "Gone"u8);

    [Fact]
    public void It_is_asked_once_at_each_stage_with_what_is_known_by_then()
    {
        var filter = new ScriptedFilter();
        var dialog = new Dialog(filter, client: IPAddress.Parse("::ffff:192.0.2.9"));
        dialog.Start();
        dialog.Say("EHLO h|" + Envelope + "DATA|x|.|");

        filter.Asked.ShouldBe(
        [
            "Connect helo= sender=/ recipient=// host=mx.sink.test client=192.0.2.9 id=0 at=5000",
            "Ehlo helo=h sender=/ recipient=// host=mx.sink.test client=192.0.2.9 id=0 at=5000",
            "Mail helo=h sender=a@B.example/B.example recipient=// host=mx.sink.test client=192.0.2.9 id=13 at=5000",
            "Rcpt helo=h sender=a@B.example/B.example recipient=\"c\\c\"@D.example/cc/d.example host=mx.sink.test client=192.0.2.9 id=13 at=5000",
            "Data helo=h sender=a@B.example/B.example recipient=// host=mx.sink.test client=192.0.2.9 id=13 at=5000",
        ]);
    }

    [Fact]
    public void A_greeting_that_refuses_leaves_only_QUIT()
    {
        var dialog = new Dialog(new ScriptedFilter().At(Stage.Connect, Blocked));
        dialog.Start().ShouldBe("554 5.7.1 Blocked|");
        dialog.Action.ShouldBe(SessionAction.Read);
        dialog.Say("EHLO a|QUIT|").ShouldBe("503 Service was refused, only QUIT is left|221 2.0.0 Bye|");
        dialog.Observer.Events.ShouldBe(["client refused for other: Policy", "refused <> at Connect with 554"]);
    }

    [Fact]
    public void A_greeting_that_closes_closes()
    {
        var dialog = new Dialog(new ScriptedFilter().At(Stage.Connect, Gone));
        dialog.Start().ShouldBe("421 4.7.0 Gone|");
        dialog.Action.ShouldBe(SessionAction.Close);
        dialog.Session.EndReason.ShouldBe(SessionEndReason.PolicyClosed);
    }

    [Fact]
    public void A_refused_EHLO_leaves_the_dialog_where_it_was()
    {
        var filter = new ScriptedFilter();
        var dialog = Dialog.After("EHLO first|" + Envelope, filter);
        filter.At(Stage.Ehlo, Busy).Asked.Clear();

        dialog.Say("EHLO second|DATA|x|.|").ShouldStartWith("451 4.3.0 Busy|354 ");
        filter.Asked[^1].ShouldStartWith("Data helo=first ");
        dialog.Observer.Events.Take(2).ShouldBe(["client refused for other: System", "refused <> at Ehlo with 451"]);
    }

    [Fact]
    public void A_refused_first_EHLO_is_no_greeting() =>
        Dialog.After("EHLO a|", new ScriptedFilter().At(Stage.Ehlo, Busy)).Say("MAIL FROM:<a@b.example>|").ShouldBe("503 5.5.1 Say EHLO or HELO first|");

    [Fact]
    public void A_refused_sender_begins_no_transaction()
    {
        var dialog = Dialog.After("EHLO a|", new ScriptedFilter().At(Stage.Mail, Busy));
        dialog.Say(Envelope).ShouldBe("451 4.3.0 Busy|503 5.5.1 Say MAIL first|");
        dialog.Session.Phase.ShouldBe(DialogPhase.Idle);
        dialog.Observer.Events.ShouldBe(["client refused for other: System", "refused <> at Mail with 451"]);
    }

    [Theory]
    [InlineData(Stage.Ehlo, "EHLO b|")]
    [InlineData(Stage.Mail, "MAIL FROM:<a@b.example>|")]
    public void A_reply_that_closes_ends_the_dialog(Stage stage, string command)
    {
        var filter = new ScriptedFilter();
        var dialog = Dialog.After("EHLO a|", filter);
        filter.At(stage, Gone);

        dialog.Say(command + "NOOP|").ShouldBe("421 4.7.0 Gone|");
        dialog.Action.ShouldBe(SessionAction.Close);
        dialog.Session.EndReason.ShouldBe(SessionEndReason.PolicyClosed);
        dialog.Observer.Events.ShouldBe(["client refused for other: System", $"refused <> at {stage} with 421"]);
    }

    [Fact]
    public void A_positive_reply_takes_the_place_of_the_protocols_own()
    {
        var warm = new FixedReply(250, new(2, 6, 0), "Most welcome"u8);
        var filter = new ScriptedFilter().At(Stage.Mail, warm).For("d.example", new FilterAnswer { Reply = warm, Entry = 3 }).At(Stage.Data, warm);
        var dialog = Dialog.After("EHLO a|", filter);

        dialog.Say(Envelope + "DATA|.|").ShouldBe($"250 2.6.0 Most welcome|250 2.6.0 Most welcome|{StateMatrix.Message}|250 2.6.0 Most welcome|");
        dialog.Observer.Events.ShouldBe(
        [
            "recipient entry3 Accepted at Data",
            "message from <a@B.example> Accepted 250, 1 recipients, 0 octets, 0 s, data 0 s",
        ]);
    }

    [Fact]
    public void Each_recipient_has_its_outcome_and_entry()
    {
        var filter = new ScriptedFilter()
            .For("ok.example", new FilterAnswer { Entry = 1 })
            .For("busy.example", new FilterAnswer { Reply = Busy, Entry = 2, ReplyStage = Stage.Rcpt })
            .For("blocked.example", new FilterAnswer { Reply = Blocked, Entry = 3, ReplyStage = Stage.Connect });
        var dialog = Dialog.After("EHLO a|", filter);

        dialog.Say("MAIL FROM:<>|RCPT TO:<x@ok.example>|RCPT TO:<y@busy.example>|RCPT TO:<z@blocked.example>|RCPT TO:<x@ok.example>|DATA|12345||.|");

        dialog.Observer.Events.ShouldBe(
        [
            "recipient entry2 TempFail at Rcpt",
            "refused <y@busy.example> at Rcpt with 451",
            "recipient entry3 PermFail at Rcpt",
            "refused <z@blocked.example> at Rcpt with 554",
            "recipient entry1 Accepted at Data",
            "recipient entry1 Accepted at Data",
            "message from <> Accepted 250, 2 recipients, 9 octets, 0 s, data 0 s",
        ]);
        dialog.Observer.Codes.ShouldBe([250, 250, 451, 554, 250, 354, 250]);
    }

    [Fact]
    public void The_first_reply_kept_for_the_end_decides_for_every_recipient()
    {
        var filter = new ScriptedFilter()
            .For("spam.example", new FilterAnswer { Reply = Blocked, ReplyStage = Stage.Data, Entry = 4 })
            .For("later.example", new FilterAnswer { Reply = Gone, ReplyStage = Stage.Data, Entry = 5 });
        var dialog = Dialog.After("EHLO a|", filter);

        dialog.Say("MAIL FROM:<a@b.example>|RCPT TO:<x@ok.example>|RCPT TO:<y@spam.example>|RCPT TO:<z@later.example>|DATA|.|NOOP|")
            .ShouldEndWith("|554 5.7.1 Blocked|250 2.0.0 Ok|");

        dialog.Observer.Events.ShouldBe(
        [
            "recipient other PermFail at Data",
            "recipient entry4 PermFail at Data",
            "recipient entry5 PermFail at Data",
            "message from <a@b.example> PermFail 554, 3 recipients, 0 octets, 0 s, data 0 s",
            "refused <y@spam.example> at Data with 554",
        ]);
    }

    [Fact]
    public void A_message_too_big_fails_whatever_the_rules_say()
    {
        var options = new SmtpSessionOptions { Hostname = "mx.sink.test", MaxMessageSize = 3 };
        var dialog = Dialog.After("EHLO a|", new ScriptedFilter().For("d.example", new FilterAnswer { Reply = Busy, ReplyStage = Stage.Data, Entry = 4 }), options);

        dialog.Say(Envelope + "DATA|12|.|").ShouldEndWith("|552 5.3.4 Message too big|");

        dialog.Observer.Events[0].ShouldBe("recipient entry4 PermFail at Data");
        dialog.Observer.Events[1].ShouldBe("message from <a@B.example> PermFail 552, 1 recipients, 4 octets, 0 s, data 0 s");
    }

    [Fact]
    public void A_recipient_too_many_fails_for_now_and_the_rules_are_not_asked()
    {
        var filter = new ScriptedFilter().For("d.example", new FilterAnswer { Entry = 7 });
        var dialog = Dialog.After("EHLO a|" + Envelope, filter, new SmtpSessionOptions { Hostname = "mx.sink.test", MaxRecipients = 1 });
        filter.Asked.Clear();

        dialog.Say("RCPT TO:<e@D.example>|").ShouldBe("452 4.5.3 Too many recipients|");

        filter.Asked.ShouldBeEmpty();
        dialog.Observer.Events.ShouldBe(["recipient entry7 TempFail at Rcpt", "refused <e@D.example> at Rcpt with 452"]);
    }

    [Fact]
    public void A_recipient_whose_address_needs_SMTPUTF8_counts_under_its_entry_and_the_rules_are_not_asked()
    {
        var filter = new ScriptedFilter().For("d.example", new FilterAnswer { Entry = 7 });
        var dialog = Dialog.After("EHLO a|" + Envelope, filter);
        filter.Asked.Clear();

        dialog.Say("RCPT TO:<ü@D.example>|").ShouldStartWith("553 5.6.7 ");

        filter.Asked.ShouldBeEmpty();
        dialog.Observer.Events.ShouldBe(["recipient entry7 PermFail at Rcpt", "refused <ü@D.example> at Rcpt with 553"]);
    }

    [Fact]
    public void A_thousand_recipients_keep_their_entries()
    {
        var filter = new ScriptedFilter().For("d.example", new FilterAnswer { Entry = 7 });
        var dialog = Dialog.After("EHLO a|MAIL FROM:<>|", filter);

        dialog.Say(string.Concat(Enumerable.Repeat("RCPT TO:<c@d.example>|", 999)) + "RCPT TO:<c@e.example>|RCPT TO:<c@d.example>|DATA|.|").ShouldContain("|452 4.5.3 ");

        dialog.Observer.Events.Count(line => line == "recipient entry7 Accepted at Data").ShouldBe(999);
        dialog.Observer.Events.Count(line => line == "recipient other Accepted at Data").ShouldBe(1);
    }

    [Fact]
    public void Times_of_a_message_are_told()
    {
        var dialog = Dialog.After("EHLO a|" + Envelope);
        dialog.Pass(TimeSpan.FromSeconds(3));
        dialog.Say("DATA|");
        dialog.Pass(TimeSpan.FromSeconds(4));
        dialog.Say(".|");
        dialog.Observer.Events[^1].ShouldEndWith(" 7 s, data 4 s");
    }

    [Theory]
    [InlineData("RSET|")]
    [InlineData("EHLO b|")]
    [InlineData("HELO b|")]
    [InlineData("QUIT|")]
    public void A_transaction_given_up_is_told_with_its_accepted_recipients(string command)
    {
        var dialog = Dialog.After("EHLO a|" + Envelope + "RCPT TO:<x@y.example>|RCPT TO:<x@>|");
        dialog.Say(command);
        dialog.Observer.Events.ShouldBe(["abandoned 2"]);
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("DATA|half a mess", true)]
    public void So_is_one_that_a_lost_connection_ends(string command, bool isInData)
    {
        var dialog = Dialog.After("EHLO a|" + Envelope);
        dialog.Say(command);
        dialog.Session.IsInData.ShouldBe(isInData);

        dialog.Session.ConnectionEnded(SessionEndReason.ConnectionReset);

        dialog.Observer.Events.ShouldBe(["abandoned 1"]);
        dialog.Session.EndReason.ShouldBe(SessionEndReason.ConnectionReset);
    }

    [Fact]
    public void The_first_reason_of_an_end_stays()
    {
        var dialog = Dialog.After("EHLO a|QUIT|");
        dialog.Session.ConnectionEnded(SessionEndReason.ClientClosed);
        dialog.Session.EndReason.ShouldBe(SessionEndReason.Quit);
        dialog.Observer.Events.ShouldBeEmpty();
    }

    [Fact]
    public void A_transaction_keeps_the_rules_it_began_with()
    {
        var dialog = Dialog.After("EHLO a|MAIL FROM:<>|");
        dialog.Filters.Current = new ScriptedFilter().At(Stage.Rcpt, Blocked).At(Stage.Data, Blocked);
        dialog.Say("RCPT TO:<c@d.example>|DATA|.|").ShouldNotContain("554");
        dialog.Say("MAIL FROM:<>|RCPT TO:<c@d.example>|").ShouldEndWith("|554 5.7.1 Blocked|");
    }
}
