using System.Globalization;
using SmartSink.Smtp;
using SmartSink.Telemetry;

namespace SmartSink.Hosting;

/// <summary>Says again and again what becomes of mail, while there is any: so whoever starts a test sees that something happens.</summary>
/// <param name="period">How often; zero for never.</param>
/// <param name="metrics">Where it is counted.</param>
/// <param name="connections">How many are open.</param>
/// <param name="clock">Tells the time.</param>
/// <param name="log">Where it is said.</param>
internal sealed partial class MailSummary(TimeSpan period, SessionMetrics metrics, Func<int> connections, TimeProvider clock, ILogger<MailSummary> log) : IHostedService, IDisposable
{
    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    private ITimer? _timer;
    private MailTotals _before = new(0, new long[LabelWords.Outcomes.Count]);
    private long _readAt;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (period > TimeSpan.Zero)
        {
            (_before, _readAt) = (metrics.ReadTotals(), clock.GetTimestamp());
            _timer = clock.CreateTimer(_ => Tell(), null, period, period);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => _timer?.DisposeAsync().AsTask() ?? Task.CompletedTask;

    /// <summary>For a host that is given up without a stop, such as one whose start failed.</summary>
    public void Dispose() => _timer?.Dispose();

    private void Tell()
    {
        var (now, at) = (metrics.ReadTotals(), clock.GetTimestamp());
        var (messages, seconds) = (now.Messages - _before.Messages, clock.GetElapsedTime(_readAt, at).TotalSeconds);
        long[] recipients = [.. now.Recipients.Zip(_before.Recipients, (count, before) => count - before)];
        (_before, _readAt) = (now, at);
        var all = recipients.Sum();
        if (all > 0 || messages > 0)
        {
            Summary(log, Rate(messages / seconds), Share(recipients, Outcome.Accepted, all), Share(recipients, Outcome.TempFail, all), Share(recipients, Outcome.PermFail, all), connections());
        }
    }

    private static string Rate(double rate) => rate.ToString(rate < 10 ? "0.#" : "N0", Culture);

    private static string Share(long[] recipients, Outcome outcome, long all) => (100.0 * recipients[(int)outcome] / Math.Max(all, 1)).ToString("0.0", Culture);

    [LoggerMessage(206, LogLevel.Information, "{Rate} messages/s; recipients: {Accepted} % accepted, {TempFail} % tempfail, {PermFail} % permfail; {Connections} connections")]
    private static partial void Summary(ILogger log, string rate, string accepted, string tempFail, string permFail, int connections);
}
