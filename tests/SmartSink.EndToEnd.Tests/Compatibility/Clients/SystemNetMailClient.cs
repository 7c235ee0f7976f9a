using System.Net.Mail;
using System.Security.Authentication;

namespace SmartSink.EndToEnd.Tests.Compatibility.Clients;

// Only ServicePointManager could make it take any certificate, for the whole process.
internal sealed class SystemNetMailClient : SubmissionClient
{
    public override string Name => "System.Net.Mail";

    public override string Tried => "library";

    public override Task<string> VersionAsync() => Task.FromResult($".NET {Environment.Version.Major}");

    public override async Task<Attempt> SendAsync(int port, string sender, string recipient, TlsUse tls = TlsUse.None)
    {
        using var client = new SmtpClient("127.0.0.1", port);
        client.EnableSsl = tls != TlsUse.None;
        using var message = new MailMessage(sender, recipient, "A test", "Hello.");
        message.DeliveryNotificationOptions = DeliveryNotificationOptions.OnSuccess | DeliveryNotificationOptions.OnFailure;
        try
        {
            await client.SendMailAsync(message);
            return Attempt.Sent;
        }
        catch (SmtpException exception)
        {
            var inner = exception.InnerException is AuthenticationException ? $" of an `{nameof(AuthenticationException)}`" : $", {(int)exception.StatusCode}";
            return new Attempt($"`{exception.GetType().Name}`{inner}", exception.ToString());
        }
        catch (AuthenticationException exception)
        {
            return new Attempt($"`{nameof(AuthenticationException)}`", exception.Message);
        }
    }
}
