using SmartSink.Smtp.Server;

namespace SmartSink.Smtp.Tests.Server;

public sealed class ShutdownTests
{
    private const string Stopping = "421 4.3.2 The server is stopping, try again later|";
    private const string Envelope = "MAIL FROM:<a@b.example>|RCPT TO:<c@d.example>|";

    [Theory]
    [InlineData("")]
    [InlineData("EHLO a|")]
    [InlineData("EHLO a|NOO")]
    public void Outside_a_transaction_it_ends_the_dialog_at_once(string lines)
    {
        var dialog = Dialog.After(lines);
        dialog.Shutdown().ShouldBe(Stopping);
        ShouldHaveStopped(dialog);
        dialog.Say("NOOP|").ShouldBeEmpty();
    }

    [Fact]
    public void Before_the_greeting_it_takes_its_place()
    {
        var dialog = new Dialog();
        dialog.Shutdown().ShouldBe(Stopping);
        ShouldHaveStopped(dialog);
    }

    [Theory]
    [InlineData("DATA|hello|.|", "|250 2.0.0 Ok: taken as")]
    [InlineData("RSET|", "250 2.0.0 Ok|")]
    [InlineData("EHLO b|", "|250 HELP|")]
    public void Inside_one_it_waits_for_the_end(string lines, string last)
    {
        var dialog = Dialog.After("EHLO a|" + Envelope);
        dialog.Shutdown().ShouldBeEmpty();
        dialog.Action.ShouldBe(SessionAction.Read);
        dialog.Say("NOOP|").ShouldBe("250 2.0.0 Ok|");

        var replies = dialog.Say(lines + "NOOP|");

        replies.ShouldContain(last);
        replies.ShouldEndWith("|" + Stopping);
        ShouldHaveStopped(dialog);
    }

    [Fact]
    public void A_QUIT_is_still_a_QUIT()
    {
        var dialog = Dialog.After("EHLO a|" + Envelope);
        dialog.Shutdown();
        dialog.Say("QUIT|").ShouldBe("221 2.0.0 Bye|");
        dialog.Session.EndReason.ShouldBe(SessionEndReason.Quit);
    }

    [Fact]
    public void By_force_it_ends_a_message_in_the_middle()
    {
        var dialog = Dialog.After("EHLO a|" + Envelope + "DATA|hel");
        dialog.Shutdown().ShouldBeEmpty();
        dialog.Shutdown(force: true).ShouldBe(Stopping);
        ShouldHaveStopped(dialog);
        dialog.Observer.Events.ShouldBe(["abandoned 1"]);
    }

    [Fact]
    public void It_says_nothing_into_a_TLS_handshake()
    {
        var dialog = Dialog.After("EHLO a|STARTTLS|");
        dialog.Shutdown().ShouldBeEmpty();
        ShouldHaveStopped(dialog);
    }

    [Fact]
    public void It_says_nothing_after_the_end()
    {
        var dialog = Dialog.After("QUIT|");
        dialog.Shutdown(force: true).ShouldBeEmpty();
        dialog.Session.EndReason.ShouldBe(SessionEndReason.Quit);
    }

    private static void ShouldHaveStopped(Dialog dialog)
    {
        dialog.Action.ShouldBe(SessionAction.Close);
        dialog.Session.EndReason.ShouldBe(SessionEndReason.Shutdown);
    }
}
