using SmartSink.Connections;
using SmartSink.Http;

namespace SmartSink.Hosting;

/// <summary>
/// Runs SMTP within the host. It starts before HTTP does, and it has stopped before HTTP begins to: so readiness and the last
/// counts can be read while open transactions come to their end.
/// </summary>
internal sealed class SmtpWorker(SmtpHost server, SinkState state, IHostApplicationLifetime lifetime, ILogger<SmtpWorker> log) : IHostedLifecycleService
{
    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        server.Start();
        state.Listening(server.Listeners);
        _ = WatchAsync();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        state.Stopping();
        await server.StopAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task WatchAsync()
    {
        try
        {
            await server.Completion;
        }
#pragma warning disable CA1031 // A sink that no longer listens has to say so and end, whatever the cause.
        catch (Exception exception) when (state.Phase != SinkPhase.Stopping)
#pragma warning restore CA1031
        {
            log.ListenerFailed(exception);
            state.Failed();
            lifetime.StopApplication();
        }
    }
}
