using SmartSink.Settings;
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
