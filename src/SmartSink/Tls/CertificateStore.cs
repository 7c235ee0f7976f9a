using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using SmartSink.Configuration;

namespace SmartSink.Tls;

/// <summary>Where the server's certificate comes from: the PEM files of the settings, else a self-signed one that is made once and kept.</summary>
/// <param name="settings">The files, the state folder, the server's name.</param>
/// <param name="clock">For validity.</param>
/// <param name="log">Says which certificate it is.</param>
internal sealed class CertificateStore(SinkSettings settings, TimeProvider clock, ILogger<CertificateStore> log)
{
    /// <summary>The self-signed certificate's name in the state folder.</summary>
    public const string FileName = "self-signed.pem";

    /// <summary>Reads the certificate, or makes it. Null when no listener speaks TLS.</summary>
    /// <exception cref="CertificateException">The files of the settings cannot be used.</exception>
    public SslStreamCertificateContext? Load()
    {
        if (settings.AllListeners.All(listener => listener.Tls == TlsMode.Off))
        {
            return null;
        }

        if (settings.TlsCertificateFile is not { } file)
        {
            return LoadSelfSigned(Path.Combine(settings.StateFolder, FileName));
        }

        var given = PemCertificate.Read(file, settings.TlsKeyFile);
        if (!IsValid(given.TargetCertificate))
        {
            log.CertificateNotValid(
                file, given.TargetCertificate.NotBefore.ToUniversalTime(), given.TargetCertificate.NotAfter.ToUniversalTime());
        }

        return Told(file, given);
    }

    private SslStreamCertificateContext LoadSelfSigned(string file)
    {
        if (File.Exists(file))
        {
            try
            {
                var kept = PemCertificate.Read(file, keyFile: null);
                if (IsValid(kept.TargetCertificate))
                {
                    return Told(file, kept);
                }

                log.CertificateReplaced(file, "it has expired");
            }
            catch (CertificateException error)
            {
                log.CertificateReplaced(file, error.Message);
            }
        }

        var pem = SelfSignedCertificate.MakePem(settings.Hostname, clock.GetUtcNow());
        try
        {
            StateFile.Write(file, pem);
            log.CertificateMade(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            log.CertificateNotKept(file, error.Message);
        }

        return Told(file, PemCertificate.Parse(file, pem));
    }

    private bool IsValid(X509Certificate2 certificate)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        return certificate.NotBefore.ToUniversalTime() <= now && now < certificate.NotAfter.ToUniversalTime();
    }

    private SslStreamCertificateContext Told(string file, SslStreamCertificateContext context)
    {
        var certificate = context.TargetCertificate;
        log.CertificateLoaded(file, certificate.Subject, certificate.NotAfter.ToUniversalTime(), certificate.Thumbprint);
        return context;
    }
}
