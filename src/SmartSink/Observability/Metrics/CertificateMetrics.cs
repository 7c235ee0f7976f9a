using System.Diagnostics.Metrics;
using SmartSink.Tls;

namespace SmartSink.Observability.Metrics;

/// <summary>Shows what became of changed certificates.</summary>
internal sealed class CertificateMetrics
{
    public CertificateMetrics(IMeterFactory factory, CertificateHolder holder) => factory.CreateSinkMeter().ObserveReloads(MetricCatalog.TlsCertificateReloads, holder);
}
