using System.Security.Cryptography.X509Certificates;
using System.Text;
using SmartSink.Shared;

namespace SmartSink.Tls;

/// <summary>A certificate of the sink's own making that survives restarts in a file.</summary>
internal static class KeptCertificate
{
    /// <summary>Reads the file; when it is missing or of no use, makes another and keeps that, if it can be kept.</summary>
    /// <param name="folder">The state folder; null for none, and then the certificate is not kept.</param>
    /// <param name="name">The file's name in it.</param>
    /// <param name="makePem">Makes certificate and key as PEM.</param>
    /// <param name="clock">For validity.</param>
    /// <param name="log">Told what became of it.</param>
    public static ServerCertificate LoadOrMake(string? folder, string name, Func<string> makePem, TimeProvider clock, ILogger log)
    {
        if (folder is null)
        {
            log.NoStateFolder(name);
            return PemCertificate.Parse(name, makePem());
        }

        var file = Path.Combine(folder, name);
        if (File.Exists(file))
        {
            try
            {
                var kept = PemCertificate.Read(file, keyFile: null, "SINK_STATE");
                if (IsValid(kept.Target, clock))
                {
                    return kept;
                }

                log.CertificateReplaced(file, "it has expired");
            }
            catch (CertificateException error)
            {
                log.CertificateReplaced(file, error.Message);
            }
        }

        var pem = makePem();
        try
        {
            PrivateFile.Write(file, Encoding.UTF8.GetBytes(pem));
            log.CertificateMade(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            log.CertificateNotKept(file, error.Message);
        }

        return PemCertificate.Parse(file, pem);
    }

    /// <summary>Whether a certificate is valid now.</summary>
    public static bool IsValid(X509Certificate2 certificate, TimeProvider clock)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        return certificate.NotBefore.ToUniversalTime() <= now && now < certificate.NotAfter.ToUniversalTime();
    }
}
