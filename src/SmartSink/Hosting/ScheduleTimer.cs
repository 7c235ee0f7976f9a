using SmartSink.Behaviour;
using SmartSink.Connections;

namespace SmartSink.Hosting;

/// <summary>Has schedules begin and end, and be told of, where no mail comes that would ask for them.</summary>
/// <param name="behaviour">What has the schedules.</param>
/// <param name="clock">Tells the time.</param>
internal sealed class ScheduleTimer(BehaviourFilters behaviour, TimeProvider clock) : IHostedService, IDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private ITimer? _timer;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _timer = clock.CreateTimer(_ => behaviour.Refresh(clock.ReadMoment()), null, TimeSpan.Zero, Period);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => _timer?.DisposeAsync().AsTask() ?? Task.CompletedTask;

    /// <summary>For a host that is given up without a stop, such as one whose start failed.</summary>
    public void Dispose() => _timer?.Dispose();
}
