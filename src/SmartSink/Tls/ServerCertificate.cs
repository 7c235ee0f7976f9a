using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace SmartSink.Tls;

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
