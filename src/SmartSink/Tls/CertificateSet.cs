using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using SmartSink.Settings.Values;

namespace SmartSink.Tls;

/// <summary>All certificates in force, as one: a handshake sees those of before a change or those of after it.</summary>
/// <param name="fallback">For clients that ask for no name, or for one that no certificate has.</param>
/// <param name="byName">The others, by their names.</param>
internal sealed class CertificateSet(ServerCertificate fallback, ServerNameTable<ServerCertificate> byName)
{
    /// <summary>For clients that ask for no name, or for one that no certificate has.</summary>
    public ServerCertificate Default => fallback;

    /// <summary>Those that are shown where something goes wrong on purpose; made when they are first wanted.</summary>
    public required Lazy<FaultCertificates> Faulty { get; init; }

    /// <summary>The names that have a certificate of their own.</summary>
    public IReadOnlyCollection<string> Names => byName.Names;

    /// <summary>The certificate to show to a client.</summary>
    /// <param name="serverName">What it asks for; empty when it asks for nothing.</param>
    public ServerCertificate For(string serverName) => byName.Find(serverName) ?? fallback;

    /// <summary>Whether clients are shown the same certificates under the same names.</summary>
    public bool IsSameAs(CertificateSet other) =>
        IsSame(fallback, other.Default) && Names.Count == other.Names.Count && Names.All(name => IsSame(byName.Find(name)!, other.For(name)));

    private static bool IsSame(ServerCertificate first, ServerCertificate second) =>
        Shown(first).SequenceEqual(Shown(second), StringComparer.Ordinal);

    // The issuers' certificates are shown as well, and one that was left out of the file at first is a mistake that gets mended.
    private static IEnumerable<string> Shown(ServerCertificate certificate) =>
        certificate.Issuers.Prepend(certificate.Target).Select(shown => shown.Thumbprint);
}

/// <summary>What a server shows of itself: its certificate, with the private key, and those of its issuers.</summary>
internal sealed class ServerCertificate
{
    private readonly Lazy<Task<SslStreamCertificateContext>> _context;

    /// <summary>Takes over certificates that were read.</summary>
    /// <param name="target">The server's own, with its private key.</param>
    /// <param name="issuers">Those that lead from it to an authority, which a client needs to be shown.</param>
    public ServerCertificate(X509Certificate2 target, IReadOnlyList<X509Certificate2> issuers)
    {
        Target = target;
        Issuers = issuers;
        _context = new(() => Task.Run(() => SslStreamCertificateContext.Create(target, [.. issuers], offline: true)));
    }

    /// <summary>The server's own.</summary>
    public X509Certificate2 Target { get; }

    /// <summary>Those of its issuers, as they were given.</summary>
    public IReadOnlyList<X509Certificate2> Issuers { get; }

    /// <summary>
    /// What handshakes are done with; made on the thread pool for the first of them. The runtime puts a chain together for it, and for the
    /// first chain of a process reads all of the system's certification authorities: neither a start nor a polling thread waits for that.
    /// </summary>
    public Task<SslStreamCertificateContext> Context => _context.Value;
}
