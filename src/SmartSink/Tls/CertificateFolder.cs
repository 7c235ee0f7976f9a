using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SmartSink.Tls;

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
    public static void Read(string folder, ServerNameTable<SslStreamCertificateContext> table, Action<string, SslStreamCertificateContext> tell)
    {
        var owners = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var file in FilesOf(folder))
        {
            var certificate = PemCertificate.Read(file, keyFile: null, Setting);
            var names = NamesOf(certificate.TargetCertificate);
            if (names.Count == 0)
            {
                throw new CertificateException($"{Setting}: {file}: the certificate has no DNS name among its subject alternative names");
            }

            tell(file, certificate);
            foreach (var name in names)
            {
                if (!table.TryAdd(name, certificate) && owners[name] != file)
                {
                    throw new CertificateException($"{Setting}: {file}: {name} has a certificate already, that of {owners[name]}");
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
                $"{Setting}: {folder}: {(error is DirectoryNotFoundException ? "no such folder" : error is UnauthorizedAccessException ? "permission denied" : error.Message)}", error);
        }
    }
}
