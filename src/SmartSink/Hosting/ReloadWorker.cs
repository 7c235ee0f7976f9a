using SmartSink.Watching;

namespace SmartSink.Hosting;

/// <summary>
/// Lets policy, certificates and users follow their files while the process runs. A follower looks at all of them when it is made, and that is
/// left until SMTP answers.
/// </summary>
internal sealed class ReloadWorker(IServiceProvider services) : IHostedService
{
    private readonly List<FileFollower> _followers = [];

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _followers.AddRange(services.GetServices<FileFollower>());
        _followers.ForEach(follower => follower.Start());
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        _followers.ForEach(follower => follower.Dispose());
        return Task.CompletedTask;
    }
}
