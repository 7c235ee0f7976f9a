using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;

namespace SmartSink.EndToEnd.Tests.Compatibility.Clients;

internal sealed class MailKitClient : SubmissionClient
{
    public MailKitClient() => UnverifiedBy = "with a `ServerCertificateValidationCallback`";

    public override string Name => "MailKit";

    public override string Tried => "library";

    public override Task<string> VersionAsync() => Task.FromResult(typeof(SmtpClient).Assembly.GetName().Version!.ToString(2));

    public override async Task<Attempt> SendAsync(int port, string sender, string recipient, TlsUse tls = TlsUse.None)
    {
        using var client = new DsnClient();
        if (tls == TlsUse.Unverified)
        {
            client.ServerCertificateValidationCallback = (_, certificate, _, _) => certificate is not null;
        }

        using var message = new MimeMessage(
            [new MailboxAddress(string.Empty, sender)], [new MailboxAddress(string.Empty, recipient)], "A test", new TextPart("plain") { Text = "Hello." });
        try
        {
            await client.ConnectAsync("127.0.0.1", port, tls == TlsUse.None ? SecureSocketOptions.None : SecureSocketOptions.StartTls);
            await client.SendAsync(message);
            await client.DisconnectAsync(quit: true);
            return Attempt.Sent;
        }
        catch (SmtpCommandException exception)
        {
            return new Attempt($"`SmtpCommandException`, {(int)exception.StatusCode}", exception.Message);
        }
        catch (Exception exception) when (exception is ProtocolException or SslHandshakeException)
        {
            return new Attempt($"`{exception.GetType().Name}`", exception.Message);
        }
    }

    private sealed class DsnClient : SmtpClient
    {
        protected override string GetEnvelopeId(MimeMessage message) => "envelope";

        protected override DeliveryStatusNotification? GetDeliveryStatusNotifications(MimeMessage message, MailboxAddress mailbox) =>
            DeliveryStatusNotification.Success | DeliveryStatusNotification.Failure;
    }
}
