using System.Diagnostics.Metrics;
using SmartSink.Authentication;

namespace SmartSink.Observability.Metrics;

/// <summary>Shows what became of changes of the users' file.</summary>
internal sealed class UserListMetrics
{
    public UserListMetrics(IMeterFactory factory, UserListHolder holder) => factory.CreateSinkMeter().ObserveReloads(MetricCatalog.AuthUserReloads, holder);
}
