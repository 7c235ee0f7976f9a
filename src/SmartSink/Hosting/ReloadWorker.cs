using SmartSink.Reloading;

namespace SmartSink.Hosting;

/// <summary>
/// Lets the policy follow its files while the process runs. The reloader looks at all of them when it is made, and that is left
/// until SMTP answers.
/// </summary>
internal sealed class ReloadWorker(IServiceProvider services) : IHostedService
{
    private PolicyReloader? _reloader;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _reloader = services.GetRequiredService<PolicyReloader>();
        _reloader.Start();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        _reloader?.Dispose();
        return Task.CompletedTask;
    }
}
