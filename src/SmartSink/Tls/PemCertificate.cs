using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SmartSink.Tls;

/// <summary>A certificate, its chain and its private key, read from PEM files (RFC 7468).</summary>
internal static class PemCertificate
{
    private const string CertificateSetting = "SINK_TLS_CERT";
    private const string KeySetting = "SINK_TLS_KEY";

    /// <summary>Reads a certificate.</summary>
    /// <param name="certificateFile">The server's certificate, first, and those of its issuers.</param>
    /// <param name="keyFile">The private key; null when it stands in the same file.</param>
    /// <param name="setting">The setting that names the certificate, for messages.</param>
    /// <exception cref="CertificateException">A file is missing, unreadable or not what it should be, or the key is another one's.</exception>
    public static SslStreamCertificateContext Read(string certificateFile, string? keyFile, string setting = CertificateSetting)
    {
        var pem = ReadText(setting, certificateFile);
        return Parse(setting, certificateFile, pem, keyFile, keyFile is null ? pem : ReadText(KeySetting, keyFile));
    }

    /// <summary>The same, of texts that were read or made already; the files' names stand in messages only.</summary>
    /// <exception cref="CertificateException">A text is not what it should be, or the key is another one's.</exception>
    public static SslStreamCertificateContext Parse(string certificateFile, string pem) =>
        Parse(CertificateSetting, certificateFile, pem, keyFile: null, pem);

    private static SslStreamCertificateContext Parse(string setting, string certificateFile, string pem, string? keyFile, string key)
    {
        var chain = new X509Certificate2Collection();
        try
        {
            chain.ImportFromPem(pem);
        }
        catch (CryptographicException error)
        {
            throw new CertificateException($"{setting}: {certificateFile}: not a PEM certificate: {error.Message}", error);
        }

        if (chain.Count == 0)
        {
            throw new CertificateException($"{setting}: {certificateFile}: no PEM certificate in it");
        }

        if (!key.Contains("PRIVATE KEY-----", StringComparison.Ordinal))
        {
            throw new CertificateException(keyFile is not null
                ? $"{KeySetting}: {keyFile}: no private key in it"
                : $"{setting}: {certificateFile}: no private key in it{(setting == CertificateSetting ? $", and {KeySetting} is not given" : string.Empty)}");
        }

        return SslStreamCertificateContext.Create(WithKey(pem, key, keyFile is null ? setting : KeySetting, keyFile ?? certificateFile), chain, offline: true);
    }

    private static X509Certificate2 WithKey(string pem, string key, string setting, string keyFile)
    {
        if (key.Contains("ENCRYPTED PRIVATE KEY-----", StringComparison.Ordinal))
        {
            throw new CertificateException($"{setting}: {keyFile}: the private key is encrypted; only a plain one can be read");
        }

        try
        {
            return X509Certificate2.CreateFromPem(pem, key);
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException)
        {
            throw new CertificateException($"{setting}: {keyFile}: the private key does not fit the certificate: {error.Message}", error);
        }
    }

    private static string ReadText(string setting, string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            var cause = error switch
            {
                FileNotFoundException or DirectoryNotFoundException => "no such file",
                UnauthorizedAccessException => "permission denied",
                _ => error.Message,
            };
            throw new CertificateException($"{setting}: {file}: {cause}", error);
        }
    }
}
