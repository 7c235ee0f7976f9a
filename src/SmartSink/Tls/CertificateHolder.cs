using SmartSink.Reloading;

namespace SmartSink.Tls;

/// <summary>Holds the certificates in force, which handshakes read.</summary>
/// <param name="first">Those of the start.</param>
internal sealed class CertificateHolder(CertificateSet first) : ReloadHolder<CertificateSet>(first);
