using SmartSink.Smtp.Server;

namespace SmartSink.Smtp.Tests.Server;

public sealed class StartTlsDenialTests
{
    [Fact]
    public void Hidden_it_is_neither_listed_nor_known()
    {
        var dialog = new Dialog(denial: StartTlsDenial.Hidden);
        dialog.Start();
        dialog.Session.HasDeniedTls.ShouldBeFalse();

        dialog.Say("EHLO c|").ShouldNotContain("STARTTLS");

        dialog.Session.HasDeniedTls.ShouldBeTrue();
        dialog.Say("STARTTLS|").ShouldBe("502 5.5.1 Command not implemented|");
        dialog.Say("MAIL FROM:<a@example.org>|").ShouldStartWith("250");
    }

    [Fact]
    public void Unavailable_it_is_listed_and_refused_for_now()
    {
        var dialog = new Dialog(denial: StartTlsDenial.Unavailable);
        dialog.Start();

        dialog.Say("EHLO c|").ShouldContain("STARTTLS");

        dialog.Session.HasDeniedTls.ShouldBeFalse();
        dialog.Say("STARTTLS|").ShouldBe("454 4.7.0 TLS not available due to temporary reason|");
        dialog.Session.HasDeniedTls.ShouldBeTrue();
        dialog.Say("MAIL FROM:<a@example.org>|").ShouldStartWith("250");
    }

    [Fact]
    public void Where_TLS_is_not_offered_nothing_is_denied()
    {
        var dialog = new Dialog(options: new SmtpSessionOptions { Hostname = "mx.sink.test" }, denial: StartTlsDenial.Hidden);
        dialog.Start();

        dialog.Say("EHLO c|").ShouldStartWith("250");

        dialog.Session.HasDeniedTls.ShouldBeFalse();
    }
}
