using System.Globalization;
using SmartSink.Telemetry;

namespace SmartSink.Hosting;

/// <summary>Says again and again what becomes of mail, while there is any: so whoever starts a test sees that something happens.</summary>
/// <param name="period">How often; zero for never.</param>
/// <param name="metrics">Where it is counted.</param>
/// <param name="connections">How many are open.</param>
/// <param name="clock">Tells the time.</param>
/// <param name="log">Where it is said.</param>
internal sealed partial class MailSummary(TimeSpan period, SessionMetrics metrics, Func<int> connections, TimeProvider clock, ILogger<MailSummary> log)
{
    /// <summary>A look that comes so much before its time counts as one in time.</summary>
    private static readonly TimeSpan Tolerance = TimeSpan.FromMilliseconds(100);

    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    private MailTotals _before = metrics.ReadTotals();
    private long _readAt = clock.GetTimestamp();

    /// <summary>Has something to say if the period is over: to be called about once a second, one call at a time.</summary>
    public void Look()
    {
        var at = clock.GetTimestamp();
        var time = clock.GetElapsedTime(_readAt, at);
        if (period > TimeSpan.Zero && time + Tolerance >= period)
        {
            var now = metrics.ReadTotals();
            Tell(now.Since(_before), time);
            (_before, _readAt) = (now, at);
        }
    }

    private void Tell(in MailTotals came, TimeSpan time)
    {
        if (came.Recipients > 0 || came.Messages > 0)
        {
            Summary(
                log, Rate(came.Messages / time.TotalSeconds), Share(came.Accepted, came.Recipients), Share(came.TempFail, came.Recipients), Share(came.PermFail, came.Recipients), connections());
        }
    }

    private static string Rate(double rate) => rate.ToString(rate < 10 ? "0.#" : "N0", Culture);

    private static string Share(long recipients, long all) => (100.0 * recipients / Math.Max(all, 1)).ToString("0.0", Culture);

    [LoggerMessage(206, LogLevel.Information, "{Rate} messages/s; recipients: {Accepted} % accepted, {TempFail} % tempfail, {PermFail} % permfail; {Connections} connections")]
    private static partial void Summary(ILogger log, string rate, string accepted, string tempFail, string permFail, int connections);
}
