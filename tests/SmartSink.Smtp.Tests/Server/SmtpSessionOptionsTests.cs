using SmartSink.Smtp.Auth;
using SmartSink.Smtp.Server;
using SmartSink.Smtp.Syntax;
using SmartSink.Testing.Dialogs;

namespace SmartSink.Smtp.Tests.Server;

public sealed class SmtpSessionOptionsTests
{
    private static readonly SmtpSessionOptions Options = new()
    {
        Hostname = "mx.sink.example",
        Protocol = MailProtocol.Lmtp,
        Banner = "another",
        MaxMessageSize = 1,
        MaxRecipients = 2,
        MaxMessages = 3,
        MaxErrors = 4,
        OfferStartTls = true,
        RequireTls = true,
        Strict = true,
        RefuseEhlo = true,
        ReplyFaults = new OneReplyFault(ReplyFault.Keywords),
        Extensions = SmtpExtensions.Size | SmtpExtensions.Dsn,
        Auth = new AuthOptions { Mode = AuthMode.Required, AllowCleartext = true, Mechanisms = [AuthMechanism.CramMd5, AuthMechanism.Plain] },
        IdleTimeout = TimeSpan.FromSeconds(5),
        TransactionTimeout = TimeSpan.FromSeconds(6),
        MinDataRate = 7,
        DataRateGrace = TimeSpan.FromSeconds(8),
    };

    [Fact]
    public void Options_for_an_engine_that_lacks_something_are_otherwise_the_same()
    {
        var unset = new SmtpSessionOptions { Hostname = "unset.example" };
        var limited = Options.LimitedTo(SmtpExtensions.Size | SmtpExtensions.Pipelining, [AuthMechanism.Plain, AuthMechanism.Login]);

        foreach (var property in typeof(SmtpSessionOptions).GetProperties().Where(property => property.Name is not (nameof(Options.Extensions) or nameof(Options.Auth))))
        {
            property.GetValue(Options).ShouldNotBe(property.GetValue(unset), $"{property.Name} is not set in this test");
            property.GetValue(limited).ShouldBe(property.GetValue(Options), property.Name);
        }

        limited.Extensions.ShouldBe(SmtpExtensions.Size);
        foreach (var property in typeof(AuthOptions).GetProperties().Where(property => property.Name != nameof(AuthOptions.Mechanisms)))
        {
            property.GetValue(limited.Auth).ShouldBe(property.GetValue(Options.Auth), property.Name);
        }

        limited.Auth.Mechanisms.ShouldBe([AuthMechanism.Plain]);
    }
}
