using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SmartSink.Tls;

/// <summary>A certificate, its chain and its private key, read from PEM files (RFC 7468).</summary>
internal static class PemCertificate
{
    /// <summary>Reads a certificate.</summary>
    /// <param name="certificateFile">The server's certificate, first, and those of its issuers.</param>
    /// <param name="keyFile">The private key; null when it stands in the same file.</param>
    /// <exception cref="CertificateException">A file is missing, unreadable or not what it should be, or the key is another one's.</exception>
    public static SslStreamCertificateContext Read(string certificateFile, string? keyFile)
    {
        var pem = ReadText("SINK_TLS_CERT", certificateFile);
        return Parse(certificateFile, pem, keyFile, keyFile is null ? pem : ReadText("SINK_TLS_KEY", keyFile));
    }

    /// <summary>The same, of texts that were read or made already; the files' names stand in messages only.</summary>
    /// <exception cref="CertificateException">A text is not what it should be, or the key is another one's.</exception>
    public static SslStreamCertificateContext Parse(string certificateFile, string pem) => Parse(certificateFile, pem, keyFile: null, pem);

    private static SslStreamCertificateContext Parse(string certificateFile, string pem, string? keyFile, string key)
    {
        var chain = new X509Certificate2Collection();
        try
        {
            chain.ImportFromPem(pem);
        }
        catch (CryptographicException error)
        {
            throw new CertificateException($"SINK_TLS_CERT: {certificateFile}: not a PEM certificate: {error.Message}", error);
        }

        if (chain.Count == 0)
        {
            throw new CertificateException($"SINK_TLS_CERT: {certificateFile}: no PEM certificate in it");
        }

        if (!key.Contains("PRIVATE KEY-----", StringComparison.Ordinal))
        {
            throw new CertificateException(keyFile is null
                ? $"SINK_TLS_CERT: {certificateFile}: no private key in it, and SINK_TLS_KEY is not given"
                : $"SINK_TLS_KEY: {keyFile}: no private key in it");
        }

        return SslStreamCertificateContext.Create(WithKey(pem, key, keyFile ?? certificateFile), chain, offline: true);
    }

    private static X509Certificate2 WithKey(string pem, string key, string keyFile)
    {
        if (key.Contains("ENCRYPTED PRIVATE KEY-----", StringComparison.Ordinal))
        {
            throw new CertificateException($"SINK_TLS_KEY: {keyFile}: the private key is encrypted; only a plain one can be read");
        }

        try
        {
            return X509Certificate2.CreateFromPem(pem, key);
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException)
        {
            throw new CertificateException($"SINK_TLS_KEY: {keyFile}: the private key does not fit the certificate: {error.Message}", error);
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
