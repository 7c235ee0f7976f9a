using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using SmartSink.Settings.Values;
using SmartSink.Shared;

namespace SmartSink.Tls;

/// <summary>A certificate, its chain and its private key, read from PEM files (RFC 7468).</summary>
internal static class PemCertificate
{
    private const string CertificateSetting = "SINK_TLS_CERT";
    private const string KeySetting = "SINK_TLS_KEY";
    private const long MostBytes = RegularFile.Megabyte;

    /// <summary>Reads a certificate.</summary>
    /// <param name="certificateFile">The server's certificate, first, and those of its issuers.</param>
    /// <param name="keyFile">The private key; null when it stands in the same file.</param>
    /// <param name="setting">The setting that names the certificate, for messages.</param>
    /// <exception cref="CertificateException">A file is missing, unreadable or not what it should be, or the key is another one's.</exception>
    public static ServerCertificate Read(string certificateFile, string? keyFile, string setting = CertificateSetting)
    {
        var pem = ReadText(setting, certificateFile);
        return Parse(setting, certificateFile, pem, keyFile, keyFile is null ? pem : ReadText(KeySetting, keyFile));
    }

    /// <summary>The same, of texts that were read or made already; the files' names stand in messages only.</summary>
    /// <exception cref="CertificateException">A text is not what it should be, or the key is another one's.</exception>
    public static ServerCertificate Parse(string certificateFile, string pem) =>
        Parse(CertificateSetting, certificateFile, pem, keyFile: null, pem);

    private static ServerCertificate Parse(string setting, string certificateFile, string pem, string? keyFile, string key)
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
            throw new CertificateException($"{setting}: {certificateFile}: contains no PEM certificate");
        }

        if (!key.Contains("PRIVATE KEY-----", StringComparison.Ordinal))
        {
            throw new CertificateException(keyFile is not null
                ? $"{KeySetting}: {keyFile}: contains no private key"
                : $"{setting}: {certificateFile}: contains no private key{(setting == CertificateSetting ? $", and {KeySetting} is not given" : string.Empty)}");
        }

        return new ServerCertificate(WithKey(pem, key, keyFile is null ? setting : KeySetting, keyFile ?? certificateFile), [.. chain.Skip(1)]);
    }

    private static X509Certificate2 WithKey(string pem, string key, string setting, string keyFile)
    {
        if (key.Contains("ENCRYPTED PRIVATE KEY-----", StringComparison.Ordinal))
        {
            throw new CertificateException($"{setting}: {keyFile}: the private key is encrypted, which is not supported");
        }

        try
        {
            var certificate = X509Certificate2.CreateFromPem(pem, key);
            if (!OperatingSystem.IsWindows())
            {
                return certificate;
            }

            // The TLS of Windows takes no key that lives in memory alone.
            using (certificate)
            {
                return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), password: null);
            }
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException)
        {
            throw new CertificateException($"{setting}: {keyFile}: the private key does not match the certificate{(error is ArgumentException ? string.Empty : $": {error.Message}")}", error);
        }
    }

    private static string ReadText(string setting, string file)
    {
        try
        {
            // What stands around the PEM blocks may be in any encoding.
            return Encoding.UTF8.GetString(RegularFile.ReadAllBytes(file, MostBytes));
        }
        catch (FileException error)
        {
            throw new CertificateException($"{setting}: {file}: {error.Message}", error);
        }
    }
}

/// <summary>A folder of PEM files, each with a certificate, its chain and its key, for the names that the certificate has.</summary>
internal static class CertificateFolder
{
    /// <summary>What the files of the folder are called.</summary>
    public const string Pattern = "*.pem";

    private const string Setting = "SINK_TLS_CERTS";

    /// <summary>Reads the folder's certificates.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="table">Takes each of them under its subject alternative names (RFC 6125 section 6.4).</param>
    /// <param name="tell">Told of each file that was read.</param>
    /// <exception cref="CertificateException">The folder is not there or empty, a file is of no use, or two of them have the same name.</exception>
    public static void Read(string folder, ServerNameTable<ServerCertificate> table, Action<string, ServerCertificate> tell)
    {
        var owners = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var file in FilesOf(folder))
        {
            var certificate = PemCertificate.Read(file, keyFile: null, Setting);
            var names = NamesOf(certificate.Target);
            if (names.Count == 0)
            {
                throw new CertificateException($"{Setting}: {file}: the certificate has no DNS name among its subject alternative names");
            }

            tell(file, certificate);
            foreach (var name in names)
            {
                if (!table.TryAdd(name, certificate) && owners[name] != file)
                {
                    throw new CertificateException($"{Setting}: {file}: {name} already has a certificate, that of {owners[name]}");
                }

                owners[name] = file;
            }
        }
    }

    /// <summary>The DNS names among a certificate's subject alternative names; none where these break their grammar.</summary>
    public static IReadOnlyList<string> NamesOf(X509Certificate2 certificate)
    {
        try
        {
            return [.. certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(extension => extension.EnumerateDnsNames())];
        }
        catch (CryptographicException)
        {
            return [];
        }
    }

    /// <summary>The files of the folder, sorted by name; at least one.</summary>
    /// <exception cref="CertificateException">The folder is not there or empty.</exception>
    public static IReadOnlyList<string> FilesOf(string folder)
    {
        try
        {
            List<string> files = [.. Directory.EnumerateFiles(folder, Pattern).Order(StringComparer.Ordinal)];
            return files.Count > 0 ? files : throw new CertificateException($"{Setting}: {folder}: no file {Pattern} in it");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CertificateException(
                $"{Setting}: {folder}: {(error is DirectoryNotFoundException ? "no such folder" : error is UnauthorizedAccessException ? RegularFile.WhyDenied(folder) : error.Message)}", error);
        }
    }
}

/// <summary>A certificate that was given cannot be used. The message is one line for the operator and names the setting and the file.</summary>
internal sealed class CertificateException(string message, Exception? cause = null) : Exception(message, cause);
