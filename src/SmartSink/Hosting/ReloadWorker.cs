using SmartSink.Reloading;

namespace SmartSink.Hosting;

/// <summary>Lets the policy follow its files while the process runs.</summary>
internal sealed class ReloadWorker(PolicyReloader reloader) : IHostedService
{
    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        reloader.Start();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        reloader.Dispose();
        return Task.CompletedTask;
    }
}
