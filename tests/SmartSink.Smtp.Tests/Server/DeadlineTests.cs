using SmartSink.Smtp.Server;

namespace SmartSink.Smtp.Tests.Server;

public sealed class DeadlineTests
{
    private const string Envelope = "EHLO a|MAIL FROM:<a@b.example>|RCPT TO:<c@d.example>|";

    [Fact]
    public void The_next_one_is_known_after_each_call()
    {
        var dialog = new Dialog(options: Limits());
        dialog.Session.Deadline.ShouldBe(long.MaxValue);
        dialog.Start();
        Left(dialog).ShouldBe(300);
        dialog.Pass(TimeSpan.FromSeconds(100));
        Left(dialog).ShouldBe(200);
        dialog.Say("EHLO a|");
        Left(dialog).ShouldBe(300);
        dialog.Say("MAIL FROM:<>|RCPT TO:<c@d.example>|");
        Left(dialog).ShouldBe(250);
        dialog.Say("DATA|");
        Left(dialog).ShouldBe(10);
        dialog.Send(new byte[3000]);
        Left(dialog).ShouldBe(30.001);
        dialog.Say("|.|");
        Left(dialog).ShouldBe(300);
        dialog.Say("QUIT|");
        dialog.Session.Deadline.ShouldBe(long.MaxValue);
    }

    [Fact]
    public void A_message_in_chunks_has_those_of_one_by_DATA()
    {
        var dialog = Dialog.After(Envelope, options: Limits());
        dialog.Say("BDAT 3000|");
        Left(dialog).ShouldBe(10);
        dialog.Drop(2000);
        Left(dialog).ShouldBe(20.001);
        dialog.Send(new byte[1000]);
        Left(dialog).ShouldBe(30.001);
        dialog.Pass(TimeSpan.FromSeconds(5));
        dialog.Say("BDAT 100000 LAST|");
        Left(dialog).ShouldBe(25.001);
        dialog.Drop(100_000);
        Left(dialog).ShouldBe(300);
        dialog.Say("BDAT 100000 LAST|");
        Left(dialog).ShouldBe(10);
        dialog.Drop(99_000);
        Left(dialog).ShouldBe(250);
    }

    [Fact]
    public void None_runs_during_a_TLS_handshake()
    {
        var dialog = Dialog.After("EHLO a|STARTTLS|", options: Limits());
        dialog.Session.Deadline.ShouldBe(long.MaxValue);
        dialog.Pass(TimeSpan.FromHours(1));
        dialog.CheckDeadlines().ShouldBeEmpty();
        dialog.Action.ShouldBe(SessionAction.StartTls);
        dialog.TlsEstablished();
        Left(dialog).ShouldBe(300);
    }

    [Fact]
    public void An_early_look_changes_nothing()
    {
        var dialog = Dialog.After(Envelope + "DATA|", options: Limits());
        dialog.Pass(TimeSpan.FromSeconds(9.999));
        dialog.CheckDeadlines().ShouldBeEmpty();
        dialog.Action.ShouldBe(SessionAction.Read);
        dialog.Session.EndReason.ShouldBe(SessionEndReason.None);
    }

    // RFC 5321 section 4.5.3.2.7 is about the next command, so octets that make none gain a client no time.
    [Theory]
    [InlineData("EHLO a|", "N")]
    [InlineData("EHLO a|NO\nOP", "P")]
    [InlineData("EHLO a|AUTH LOGIN|", "Y")]
    public void A_part_of_a_line_is_silence(string start, string part)
    {
        var dialog = Dialog.After(start, options: Limits());
        dialog.Pass(TimeSpan.FromSeconds(150));
        dialog.Say(part);
        Left(dialog).ShouldBe(150);
        dialog.Pass(TimeSpan.FromSeconds(149));
        dialog.Say(part);
        Left(dialog).ShouldBe(1);
        dialog.Pass(TimeSpan.FromSeconds(1));
        dialog.CheckDeadlines().ShouldBe("421 4.4.2 Nothing heard for too long, closing|");
        dialog.Session.EndReason.ShouldBe(SessionEndReason.IdleTimeout);
    }

    [Theory]
    [InlineData("EHLO a|", "NOOP|NOO")]
    [InlineData("EHLO a|", "NO\nOP")]
    [InlineData("EHLO a|AUTH LOGIN|", "YQ==|")]
    [InlineData("EHLO a|BDAT 100|", "x")]
    public void A_command_or_an_octet_of_a_chunk_is_not(string start, string said)
    {
        var dialog = Dialog.After(start, options: new() { Hostname = "mx.sink.test", MinDataRate = 0, TransactionTimeout = TimeSpan.Zero, Auth = new() { AllowCleartext = true } });
        dialog.Pass(TimeSpan.FromSeconds(299));
        dialog.Say(said);
        Left(dialog).ShouldBe(300);
    }

    [Fact]
    public void Zero_means_no_limit()
    {
        var options = new SmtpSessionOptions { Hostname = "mx.sink.test", IdleTimeout = TimeSpan.Zero, TransactionTimeout = TimeSpan.Zero, MinDataRate = 0 };
        var dialog = Dialog.After(Envelope + "DATA|", options: options);
        dialog.Session.Deadline.ShouldBe(long.MaxValue);
    }

    [Fact]
    public void A_transaction_that_ends_by_time_is_told_as_abandoned()
    {
        var dialog = Dialog.After(Envelope, options: Limits());
        dialog.Pass(TimeSpan.FromSeconds(250));
        dialog.CheckDeadlines().ShouldBe("421 4.4.2 The transaction took too long, closing|");
        dialog.Action.ShouldBe(SessionAction.Close);
        dialog.Observer.Events.ShouldBe(["abandoned 1"]);
    }

    private static double Left(Dialog dialog) => (dialog.Session.Deadline - dialog.Now.Milliseconds) / 1000.0;

    private static SmtpSessionOptions Limits() => new()
    {
        Hostname = "mx.sink.test",
        OfferStartTls = true,
        Auth = new() { AllowCleartext = true },
        IdleTimeout = TimeSpan.FromSeconds(300),
        TransactionTimeout = TimeSpan.FromSeconds(250),
        MinDataRate = 100,
        DataRateGrace = TimeSpan.FromSeconds(10),
    };
}
