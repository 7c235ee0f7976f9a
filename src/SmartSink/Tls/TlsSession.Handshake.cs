using System.Buffers;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using SmartSink.Settings;
using SmartSink.Smtp.Server;

namespace SmartSink.Tls;

/// <content>The handshake, and what goes wrong in it on purpose.</content>
internal sealed partial class TlsSession
{
    private TlsFault _fault;
    private bool _hasChosen;

    private async Task<bool> TryHandshakeAsync(SslStream tls)
    {
        connection.Deadline = context.In(context.Tls!.HandshakeTimeout);
        try
        {
            await tls.AuthenticateAsServerAsync(static (_, hello, dialog, _) => ((TlsSession)dialog!).ChooseAsync(hello), this);
        }
        catch (Exception error) when (!_hasChosen || error is IOException or AuthenticationException)
        {
            // A client that begins with anything but a hello leaves the stream without a certificate, and that is what it complains of.
            await CarryOutFaultAsync();
            LostBy ??= SessionEndReason.TlsFailed;
            context.Observer.TlsHandshakeEnded(SslProtocols.None, succeeded: false);
            context.Log.HandshakeFailed(id, connection.ClientAddress, (error.InnerException ?? error).Message);
            return false;
        }

        context.Observer.TlsHandshakeEnded(tls.SslProtocol, succeeded: true);
        context.Log.HandshakeDone(id, connection.ClientAddress, tls.SslProtocol);
        if (context.Tls.AsksForCertificate)
        {
            NoteCertificate(tls.RemoteCertificate);
        }

        return true;
    }

    private void NoteCertificate(X509Certificate? certificate)
    {
        var subject = certificate is null ? null : SubjectText.Of(certificate);
        context.Observer.ClientCertificateAsked(subject);
        if (subject is not null)
        {
            context.Log.ClientCertificate(id, connection.ClientAddress, subject);
        }
    }

    /// <summary>The client has said hello: whom it wants decides on the certificate, and on what goes wrong.</summary>
    private ValueTask<SslServerAuthenticationOptions> ChooseAsync(SslClientHelloInfo hello)
    {
        var serverName = hello.ServerName ?? string.Empty;
        _hasChosen = true;
        _fault = connection.FaultOf(serverName);
        return _fault is TlsFault.NoAnswer or TlsFault.Reset
            ? throw new AuthenticationException("a fault of SINK_TLS_FAULTS")
            : ValueTask.FromResult(context.Tls!.OptionsFor(serverName, _fault));
    }

    /// <summary>Does to the client, whose hello was left unanswered, what the fault says.</summary>
    private async ValueTask CarryOutFaultAsync()
    {
        if (_fault == TlsFault.Reset)
        {
            connection.ResetOnClose();
        }
        else if (_fault == TlsFault.NoAnswer)
        {
            await IgnoreAsync();
        }
    }

    /// <summary>Drops whatever comes, until the client gives up or the handshake has taken too long.</summary>
    private async ValueTask IgnoreAsync()
    {
        var buffer = ArrayPool<byte>.Shared.Rent(ReadSize);
        try
        {
            while (await stream.ReadAsync(buffer) > 0)
            {
            }
        }
        catch (IOException)
        {
            // The client has reset the connection, or its time is over.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
