using SmartSink.Connections;
using SmartSink.Settings;
using SmartSink.Smtp.Auth;
using SmartSink.Smtp.Server;
using SmartSink.Smtp.Syntax;
using SmartSink.Testing.Dialogs;

namespace SmartSink.Tests.Connections;

public sealed class DialogOptionsTests
{
    private static readonly OneReplyFault Faults = new(ReplyFault.Keywords);

    private static readonly ListenerSettings Listener = new()
    {
        Hostname = "mx.sink.example",
        Protocol = MailProtocol.Lmtp,
        Banner = "another",
        MaxMessageSize = 1,
        MaxRecipients = 2,
        MaxMessages = 3,
        MaxErrors = 4,
        Tls = TlsMode.StartTls,
        TlsRequired = true,
        Strict = true,
        HidesEhlo = true,
        AddedExtensions = SmtpExtensions.Limits,
        HiddenExtensions = SmtpExtensions.Pipelining,
        Auth = AuthMode.Required,
        AuthCleartext = true,
        AuthMechanisms = [AuthMechanism.CramMd5, AuthMechanism.Plain],
        IdleTimeout = TimeSpan.FromSeconds(5),
        TransactionTimeout = TimeSpan.FromSeconds(6),
        MinDataRate = 7,
    };

    [Fact]
    public void A_dialog_goes_by_all_that_its_listener_is_told()
    {
        var unset = new SmtpSessionOptions { Hostname = "unset.example" };
        var options = DialogOptions.Of(Listener, AnyCredentials.Instance, engine: null, Faults);

        foreach (var property in typeof(SmtpSessionOptions).GetProperties().Where(property => property.Name != nameof(options.DataRateGrace)))
        {
            property.GetValue(options).ShouldNotBe(property.GetValue(unset), property.Name);
        }

        options.Extensions.ShouldBe((SmtpExtensions.Default | SmtpExtensions.Limits) & ~SmtpExtensions.Pipelining);
        (options.Auth.Mode, options.Auth.AllowCleartext, options.Auth.Judge).ShouldBe((AuthMode.Required, true, AnyCredentials.Instance));
        options.Auth.Mechanisms.ShouldBe([AuthMechanism.CramMd5, AuthMechanism.Plain]);
        DialogOptions.Of(Listener, AnyCredentials.Instance, engine: null, Faults, xclient: true).Extensions.ShouldBe(options.Extensions | SmtpExtensions.Xclient);
    }

    [Fact]
    public void What_an_engine_lacks_is_left_out_and_nothing_else()
    {
        var whole = DialogOptions.Of(Listener, AnyCredentials.Instance, engine: null, Faults);
        var limited = DialogOptions.Of(
            Listener, AnyCredentials.Instance, new EngineKind(SmtpExtensions.Size | SmtpExtensions.Pipelining, [AuthMechanism.Plain, AuthMechanism.Login], _ => null!), Faults);

        foreach (var property in typeof(SmtpSessionOptions).GetProperties().Where(property => property.Name is not (nameof(whole.Extensions) or nameof(whole.Auth))))
        {
            property.GetValue(limited).ShouldBe(property.GetValue(whole), property.Name);
        }

        limited.Extensions.ShouldBe(SmtpExtensions.Size);
        foreach (var property in typeof(AuthOptions).GetProperties().Where(property => property.Name != nameof(AuthOptions.Mechanisms)))
        {
            property.GetValue(limited.Auth).ShouldBe(property.GetValue(whole.Auth), property.Name);
        }

        limited.Auth.Mechanisms.ShouldBe([AuthMechanism.Plain]);
    }
}
