using SmartSink.Behaviour;
using SmartSink.Connections;
using SmartSink.Senders;
using SmartSink.Telemetry;

namespace SmartSink.Hosting;

/// <summary>What is to be done about once a second, whether or not mail comes.</summary>
/// <param name="behaviour">Has schedules and overrides that begin and end.</param>
/// <param name="rates">Looks at the counters.</param>
/// <param name="senders">May want room.</param>
/// <param name="summary">May have something to say.</param>
/// <param name="clock">Tells the time.</param>
internal sealed class EverySecond(BehaviourFilters behaviour, RateSampler rates, SenderTable senders, MailSummary summary, TimeProvider clock) : IHostedService, IDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private ITimer? _timer;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _timer = clock.CreateTimer(_ => Tick(), null, TimeSpan.Zero, Period);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => _timer?.DisposeAsync().AsTask() ?? Task.CompletedTask;

    /// <summary>For a host that is given up without a stop, such as one whose start failed.</summary>
    public void Dispose() => _timer?.Dispose();

    private void Tick()
    {
        // On a machine that is late two ticks may come at once: the second has nothing to do.
        if (!_gate.TryEnter())
        {
            return;
        }

        try
        {
            behaviour.Refresh(clock.ReadMoment());
            rates.Sample();
            senders.Tend();
            summary.Look();
        }
        finally
        {
            _gate.Exit();
        }
    }
}
