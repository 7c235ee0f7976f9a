using SmartSink.Authentication;
using SmartSink.Reloading;
using SmartSink.Tls;

namespace SmartSink.Hosting;

/// <summary>
/// Lets policy, certificates and users follow their files while the process runs. A reloader looks at all of them when it is made, and that is left
/// until SMTP answers.
/// </summary>
internal sealed class ReloadWorker(IServiceProvider services) : IHostedService
{
    private PolicyReloader? _policy;
    private CertificateReloader? _certificates;
    private UserListReloader? _users;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _policy = services.GetRequiredService<PolicyReloader>();
        _policy.Start();
        _certificates = services.GetService<CertificateReloader>();
        _certificates?.Start();
        _users = services.GetService<UserListReloader>();
        _users?.Start();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        _policy?.Dispose();
        _certificates?.Dispose();
        _users?.Dispose();
        return Task.CompletedTask;
    }
}
