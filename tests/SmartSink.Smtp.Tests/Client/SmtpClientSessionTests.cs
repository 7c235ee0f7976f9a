using System.Text;
using SmartSink.Smtp.Client;
using SmartSink.Smtp.Replies;
using SmartSink.Testing;

namespace SmartSink.Smtp.Tests.Client;

public sealed class SmtpClientSessionTests
{
    [Fact]
    public void A_message_goes_command_by_command()
    {
        var dialog = ClientDialog.Greeted();
        dialog.Action.ShouldBe(ClientAction.Idle);

        dialog.Begin("c@d.example");
        dialog.Said.ShouldBe("MAIL FROM:<a@b.example>\r\n");
        dialog.Hear("250 OK");
        dialog.Said.ShouldBe("RCPT TO:<c@d.example>\r\n");
        dialog.Hear("250 OK");
        dialog.Said.ShouldBe("DATA\r\n");
        dialog.Hear("354 Go on");
        dialog.Action.ShouldBe(ClientAction.SendMessage);
        dialog.Hear("250 OK");
        dialog.Action.ShouldBe(ClientAction.Idle);
        dialog.Quit();
        dialog.Said.ShouldBe("QUIT\r\n");
        dialog.Hear("221 Bye");

        (dialog.Action, dialog.Session.Failure).ShouldBe((ClientAction.Close, ClientFailure.None));
        dialog.Answers.ShouldBe(["Connect 220", "Ehlo 250", "Mail 250", "Rcpt 0 250", "Data 354", "EndOfData 250", "Quit 221"]);
    }

    [Fact]
    public void With_pipelining_all_commands_go_together()
    {
        var dialog = ClientDialog.Greeted(new SmtpClientOptions { Pipelining = true }, "SIZE 1000", "pipelining");
        dialog.Begin("c@d.example", "e@f.example");
        dialog.Said.ShouldBe("MAIL FROM:<a@b.example> SIZE=20\r\nRCPT TO:<c@d.example>\r\nRCPT TO:<e@f.example>\r\nDATA\r\n");
        dialog.Hear("250 OK", "550 No", "250 OK", "354 Go on");
        dialog.Action.ShouldBe(ClientAction.SendMessage);
        dialog.Said.ShouldBeEmpty();
        (dialog.Envelope.CodeOf(0), dialog.Envelope.CodeOf(1)).ShouldBe((550, 250));
    }

    [Fact]
    public void With_pipelining_and_no_recipient_left_an_empty_message_ends_the_data()
    {
        var dialog = ClientDialog.Greeted(new SmtpClientOptions { Pipelining = true }, "PIPELINING");
        dialog.Begin("c@d.example");
        _ = dialog.Said;
        dialog.Hear("250 OK", "550 No", "354 Go on");
        dialog.Said.ShouldBe(".\r\n");
        dialog.Hear("554 No valid recipients");
        dialog.Action.ShouldBe(ClientAction.Idle);
    }

    [Fact]
    public void Pipelining_that_is_not_offered_is_not_used()
    {
        var dialog = ClientDialog.Greeted(new SmtpClientOptions { Pipelining = true });
        dialog.Begin("c@d.example");
        dialog.Said.ShouldBe("MAIL FROM:<a@b.example>\r\n");
    }

    [Fact]
    public void Opportunistic_TLS_is_used_where_it_is_offered()
    {
        var dialog = ClientDialog.Greeted(new SmtpClientOptions { OpportunisticTls = true }, "STARTTLS");
        dialog.Said.ShouldBe("STARTTLS\r\n");
        dialog.Hear("220 Go on");
        dialog.Action.ShouldBe(ClientAction.Handshake);
        dialog.Secured();
        dialog.Said.ShouldBe("EHLO client.example\r\n");
        dialog.Hear("250-mx.example", "250 STARTTLS");

        (dialog.Action, dialog.Session.IsSecured).ShouldBe((ClientAction.Idle, true));
    }

    [Fact]
    public void Opportunistic_TLS_that_is_not_offered_or_refused_leaves_the_dialog_in_the_clear()
    {
        ClientDialog.Greeted(new SmtpClientOptions { OpportunisticTls = true }).Action.ShouldBe(ClientAction.Idle);

        var dialog = ClientDialog.Greeted(new SmtpClientOptions { OpportunisticTls = true }, "STARTTLS");
        dialog.Hear("454 Not now");
        (dialog.Action, dialog.Session.IsSecured, dialog.Session.Failure).ShouldBe((ClientAction.Idle, false, ClientFailure.None));
    }

    [Fact]
    public void Refused_recipients_are_left_out_and_with_none_left_the_transaction_is_reset()
    {
        var dialog = ClientDialog.Greeted();
        dialog.Begin("c@d.example", "e@f.example");
        dialog.Hear("250 OK", "550 No");
        _ = dialog.Said;
        dialog.Hear("450 Later");
        dialog.Said.ShouldBe("RSET\r\n");
        dialog.Hear("250 OK");
        dialog.Action.ShouldBe(ClientAction.Idle);
    }

    [Theory]
    [InlineData("421 Later", ClientFailure.ServiceClosing)]
    [InlineData("354 What", ClientFailure.Malformed)]
    public void An_answer_to_MAIL_that_ends_the_dialog(string answer, ClientFailure failure)
    {
        var dialog = ClientDialog.Greeted();
        dialog.Begin("c@d.example");
        dialog.Hear(answer);
        (dialog.Action, dialog.Session.Failure).ShouldBe((ClientAction.Close, failure));
    }

    [Fact]
    public void A_refused_MAIL_leaves_the_dialog_open()
    {
        var dialog = ClientDialog.Greeted();
        dialog.Begin("c@d.example");
        dialog.Hear("550 No");
        dialog.Action.ShouldBe(ClientAction.Idle);
    }

    [Theory]
    [InlineData("554 No", ClientFailure.Refused)]
    [InlineData("421 Busy", ClientFailure.ServiceClosing)]
    public void A_greeting_that_refuses(string greeting, ClientFailure failure)
    {
        var dialog = new ClientDialog();
        dialog.Hear(greeting);
        (dialog.Action, dialog.Session.Failure).ShouldBe((ClientAction.Close, failure));
    }

    [Theory]
    [InlineData("421 Idle for too long", ClientFailure.ServiceClosing)]
    [InlineData("250 What", ClientFailure.Malformed)]
    public void What_comes_unasked_ends_the_dialog(string line, ClientFailure failure)
    {
        var dialog = ClientDialog.Greeted();
        dialog.Hear(line);
        (dialog.Action, dialog.Session.Failure).ShouldBe((ClientAction.Close, failure));
    }

    [Fact]
    public void HELO_follows_a_refused_EHLO()
    {
        var dialog = new ClientDialog();
        dialog.Hear("220 mx.example");
        _ = dialog.Said;
        dialog.Hear("502 What");
        dialog.Said.ShouldBe("HELO client.example\r\n");
        dialog.Hear("250 mx.example");
        dialog.Action.ShouldBe(ClientAction.Idle);
    }

    [Fact]
    public void STARTTLS_begins_the_dialog_anew()
    {
        var dialog = ClientDialog.Greeted(new SmtpClientOptions { StartTls = true }, "STARTTLS", "PIPELINING");
        dialog.Said.ShouldBe("STARTTLS\r\n");
        dialog.Hear("220 Go on");
        dialog.Action.ShouldBe(ClientAction.Handshake);
        dialog.Secured();
        dialog.Said.ShouldBe("EHLO client.example\r\n");
        dialog.Hear("250 mx.example");
        (dialog.Action, dialog.Session.Extensions).ShouldBe((ClientAction.Idle, ServerExtensions.None));
    }

    [Fact]
    public void STARTTLS_that_is_not_offered_fails()
    {
        var dialog = ClientDialog.Greeted(new SmtpClientOptions { StartTls = true }, "PIPELINING");
        (dialog.Action, dialog.Session.Failure).ShouldBe((ClientAction.Close, ClientFailure.NoTls));
    }

    [Fact]
    public void The_name_in_the_first_line_is_no_keyword()
    {
        var dialog = new ClientDialog(new SmtpClientOptions { StartTls = true });
        dialog.Hear("220 mx.example", "250 STARTTLS");
        dialog.Session.Failure.ShouldBe(ClientFailure.NoTls);
    }

    [Fact]
    public void AUTH_uses_PLAIN_where_it_is_offered()
    {
        var dialog = ClientDialog.Greeted(new SmtpClientOptions { Credential = new ClientCredential("tim", "tanstaaf") }, "AUTH LOGIN PLAIN");
        dialog.Said.ShouldBe("AUTH PLAIN AHRpbQB0YW5zdGFhZg==\r\n");
        dialog.Hear("235 OK");
        dialog.Action.ShouldBe(ClientAction.Idle);
    }

    [Fact]
    public void AUTH_uses_LOGIN_where_nothing_else_is_offered()
    {
        var dialog = ClientDialog.Greeted(new SmtpClientOptions { Credential = new ClientCredential("tim", "tanstaaf") }, "AUTH CRAM-MD5 LOGIN");
        dialog.Said.ShouldBe("AUTH LOGIN\r\n");
        dialog.Hear("334 VXNlcm5hbWU6");
        dialog.Said.ShouldBe("dGlt\r\n");
        dialog.Hear("334 UGFzc3dvcmQ6");
        dialog.Said.ShouldBe("dGFuc3RhYWY=\r\n");
        dialog.Hear("535 No");
        (dialog.Action, dialog.Session.Failure).ShouldBe((ClientAction.Close, ClientFailure.NoAuth));
    }

    [Fact]
    public void CHUNKING_sends_the_size_ahead_of_the_message()
    {
        var dialog = ClientDialog.Greeted(new SmtpClientOptions { Chunking = true }, "CHUNKING");
        dialog.Begin("c@d.example");
        dialog.Hear("250 OK", "250 OK");
        dialog.Said.ShouldEndWith("BDAT 20 LAST\r\n");
        dialog.Action.ShouldBe(ClientAction.SendMessage);
    }

    [Fact]
    public void An_extension_that_is_wanted_and_not_offered_fails()
    {
        ClientDialog.Greeted(new SmtpClientOptions { Chunking = true }).Session.Failure.ShouldBe(ClientFailure.NotOffered);
        ClientDialog.Greeted(new SmtpClientOptions { SmtpUtf8 = true }, "CHUNKING").Session.Failure.ShouldBe(ClientFailure.NotOffered);
    }

    [Fact]
    public void A_transaction_costs_no_memory_after_the_first()
    {
        var session = new SmtpClientSession(new SmtpClientOptions(), "client.example"u8, new Deaf());
        var envelope = new Envelope();
        var output = new ReplyBuffer();
        var greeting = Encoding.ASCII.GetBytes("220 mx\r\n250-mx\r\n250 SIZE\r\n");
        session.Start();
        session.Advance(greeting, output, out _).ShouldBe(ClientAction.Idle);
        Send(session, envelope, output, 3);

        AllocatedMemory.ByCaller(() => Send(session, envelope, output, 100)).ShouldBe(0);
    }

    private static void Send(SmtpClientSession session, Envelope envelope, ReplyBuffer output, int times)
    {
        for (; times > 0; times--)
        {
            output.Clear();
            envelope.Begin("a@b.example"u8);
            envelope.Add("c@d.example"u8);
            envelope.Add("e@f.example"u8);
            session.Begin(envelope, output);
            session.Advance("250 2.1.0 OK\r\n250 OK\r\n550 No\r\n354 Go on\r\n"u8, output, out _);
            session.Advance("250 OK\r\n"u8, output, out _);
        }
    }

    private sealed class Deaf : IClientObserver
    {
        public void Answered(ClientCommand command, int recipient, ClientReply reply)
        {
        }
    }
}
