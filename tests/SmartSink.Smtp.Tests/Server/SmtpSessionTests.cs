using System.Text;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;

namespace SmartSink.Smtp.Tests.Server;

public sealed class SmtpSessionTests
{
    [Fact]
    public void An_unfinished_line_is_left_to_the_transport()
    {
        var dialog = Dialog.After("EHLO a|");
        var output = new ReplyBuffer();
        var step = dialog.Session.Advance("NOOP\r\nNOOP\r\nMAIL FROM"u8, output, dialog.Now);
        step.ShouldBe(new SessionStep(SessionAction.Read, 12));
    }

    [Fact]
    public void Data_is_always_consumed()
    {
        var dialog = Dialog.After("EHLO a|MAIL FROM:<>|RCPT TO:<c@d.example>|DATA|");
        var step = dialog.Session.Advance("text without an end\r\n."u8, new ReplyBuffer(), dialog.Now);
        step.ShouldBe(new SessionStep(SessionAction.Read, 22));
    }

    [Fact]
    public void What_is_left_of_a_chunk_may_be_dropped_unread()
    {
        var dialog = Dialog.After("EHLO a|MAIL FROM:<>|RCPT TO:<c@d.example>|");
        dialog.Session.Droppable.ShouldBe(0);
        dialog.Say("BDAT 10 LAST|abc");
        (dialog.Session.Droppable, dialog.Session.IsInData, dialog.Session.IsScanning).ShouldBe((7, true, false));
        Should.Throw<ArgumentOutOfRangeException>(() => dialog.Drop(8));
        Should.Throw<ArgumentOutOfRangeException>(() => dialog.Drop(0));
        dialog.Drop(6).ShouldBeEmpty();
        dialog.Drop(1).ShouldStartWith("250 2.0.0 Ok: taken as ");
        (dialog.Session.Droppable, dialog.Session.IsInData).ShouldBe((0, false));
        dialog.Observer.Messages.ShouldBe([("", 10)]);
    }

    [Fact]
    public void A_message_is_under_way_between_its_chunks()
    {
        var dialog = Dialog.After("EHLO a|MAIL FROM:<>|RCPT TO:<c@d.example>|BDAT 0|");
        (dialog.Session.Droppable, dialog.Session.IsInData).ShouldBe((0, true));
        dialog.Say("RSET|");
        dialog.Session.IsInData.ShouldBeFalse();
    }

    [Fact]
    public void A_stop_waits_for_the_last_chunk()
    {
        var dialog = Dialog.After("EHLO a|MAIL FROM:<>|RCPT TO:<c@d.example>|BDAT 3|");
        dialog.Shutdown().ShouldBeEmpty();
        dialog.Say("abc").ShouldBe("250 2.0.0 Chunk taken|");
        dialog.Say("BDAT 3 LAST|abc").ShouldEndWith("|421 4.3.2 The server is stopping, try again later|");
    }

    [Fact]
    public void After_the_end_nothing_is_taken_and_nothing_answered()
    {
        var dialog = Dialog.After("QUIT|");
        var output = new ReplyBuffer();
        dialog.Session.Advance("NOOP\r\n"u8, output, dialog.Now).ShouldBe(new SessionStep(SessionAction.Close, 0));
        output.Length.ShouldBe(0);
    }

    // The transport lingers when something is left: a socket closed upon unread octets resets the connection, and the reply is lost.
    [Theory]
    [InlineData("QUIT|", "NOOP|NOOP|", 221)]
    [InlineData("NOOP|QUIT|", "x", 221)]
    [InlineData("QUIT|", "", 221)]
    [InlineData("GET / HTTP/1.1|", "Host: a|", 554)]
    [InlineData("BDAT|", "BDAT|", 501)]
    [InlineData("x|x|x|", "x|", 421)]
    public void What_is_pipelined_behind_the_end_is_left(string taken, string left, int code)
    {
        var dialog = Dialog.After("EHLO a|", options: new SmtpSessionOptions { Hostname = "mx.sink.test", MaxErrors = 2 });

        dialog.Send(Encoding.ASCII.GetBytes((taken + left).Replace("|", "\r\n", StringComparison.Ordinal)), out var consumed);

        dialog.Action.ShouldBe(SessionAction.Close);
        consumed.ShouldBe(taken.Replace("|", "\r\n", StringComparison.Ordinal).Length);
        dialog.Observer.Codes[^1].ShouldBe(code);
    }

    [Fact]
    public void Octets_of_another_protocol_are_left_behind_the_one_that_told_it()
    {
        var dialog = new Dialog();
        dialog.Start();
        dialog.Send([0x16, 3, 1, 0], out var consumed).ShouldStartWith("554 ");
        consumed.ShouldBe(1);
    }

    [Fact]
    public void What_came_in_the_clear_behind_STARTTLS_is_taken_and_dropped()
    {
        var dialog = Dialog.After("EHLO a|");
        dialog.Session.Advance("STARTTLS\r\nNOOP\r\n"u8, new ReplyBuffer(), dialog.Now).ShouldBe(new SessionStep(SessionAction.StartTls, 16));
    }

    [Fact]
    public void Replies_that_nobody_reads_do_not_pile_up()
    {
        var dialog = Dialog.After("EHLO a|");
        var output = new ReplyBuffer();
        var input = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("HELP\r\n", 10_000)));

        var step = dialog.Session.Advance(input, output, dialog.Now);

        step.Action.ShouldBe(SessionAction.Flush);
        output.Length.ShouldBeInRange(ReplyBuffer.HighWaterMark, ReplyBuffer.HighWaterMark + 200);
        dialog.Session.Advance(input.AsSpan(step.Consumed), output, dialog.Now).ShouldBe(new SessionStep(SessionAction.Flush, 0));
        output.Clear();
        dialog.Session.Advance(input.AsSpan(step.Consumed), output, dialog.Now).Consumed.ShouldBe(step.Consumed);
    }

    [Fact]
    public void Every_transaction_has_an_id_of_its_own()
    {
        var dialog = Dialog.After("EHLO a|");
        var ids = Enumerable.Range(0, 100).Select(_ => dialog.Say("MAIL FROM:<>|RCPT TO:<c@d.example>|DATA|.|").Split('|')[^2][^13..]).ToList();
        ids.ShouldBeUnique();
        ids.ShouldAllBe(id => id.All(c => "0123456789ABCDEFGHJKMNPQRSTVWXYZ".Contains(c)));
    }

    [Fact]
    public void A_handshake_that_nobody_asked_for_is_a_defect()
    {
        var dialog = Dialog.After("EHLO a|");
        Should.Throw<InvalidOperationException>(dialog.TlsEstablished);
    }

    [Fact]
    public void A_long_banner_and_name_make_a_greeting_of_several_lines()
    {
        var name = string.Join('.', Enumerable.Repeat(new string('n', 63), 3));
        var dialog = new Dialog(options: new SmtpSessionOptions { Hostname = name, Banner = string.Join(' ', Enumerable.Repeat("word", 80)) });
        var lines = dialog.Start().TrimEnd('|').Split('|');
        lines.Length.ShouldBe(2);
        lines.ShouldAllBe(line => line.Length <= 510);
        lines[0].ShouldStartWith("220-" + name);
        lines[1].ShouldStartWith("220 word");
    }

    [Fact]
    public void Limits_that_make_no_sense_are_refused()
    {
        Should.Throw<ArgumentException>(() => new SmtpSessionOptions { Hostname = string.Empty });
        Should.Throw<ArgumentException>(() => new SmtpSessionOptions { Hostname = "a", MaxRecipients = 0 });
    }
}
