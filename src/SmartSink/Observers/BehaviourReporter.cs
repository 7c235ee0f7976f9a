using System.Globalization;
using System.Net;
using System.Text;
using SmartSink.Behaviour.Events;
using SmartSink.Events;
using SmartSink.Policy.Decisions;
using SmartSink.Senders;
using SmartSink.Smtp.Server;
using SmartSink.Telemetry;

namespace SmartSink.Observers;

/// <summary>Takes what providers do to senders, counts it, and says in the log and as events what a person would look for there.</summary>
internal sealed class BehaviourReporter(BehaviourMetrics metrics, ILogger<BehaviourReporter> log, SinkEvents? events = null, LedgerKeeper? ledger = null) : IBehaviourObserver
{
    public void LimitHit(IMailboxFilter filter, int entry, ProviderLimit limit) => metrics.CountLimit(filter, entry, limit);

    public void Greylisted(IMailboxFilter filter, int entry, GreylistResult result) => metrics.CountGreylisted(filter, entry, result);

    public void FaultDrawn(AnswerFault fault) => metrics.CountFault(fault);

    public void Delayed(int milliseconds) => metrics.CountDelay(milliseconds);

    public void RevisionBegan() => ledger?.PolicyChanged();

    public void ScheduleBegan(string name, DateTimeOffset? ends)
    {
        ledger?.PolicyChanged();
        events?.ScheduleChanged(name, began: true);
        if (ends is { } end)
        {
            log.ScheduleBegan(name, Time(end));
        }
        else
        {
            log.EndlessScheduleBegan(name);
        }
    }

    public void ScheduleEnded(string name)
    {
        ledger?.PolicyChanged();
        events?.ScheduleChanged(name, began: false);
        log.ScheduleEnded(name);
    }

    public void OverrideAdded(OverrideNotice rule, DateTimeOffset ends)
    {
        events?.OverrideChanged("added", rule.Id, rule.Name);
        log.OverrideAdded(rule.Id, rule.Name, Time(ends));
    }

    public void OverrideEnded(OverrideNotice rule)
    {
        events?.OverrideChanged("ended", rule.Id, rule.Name);
        log.OverrideEnded(rule.Id, rule.Name, rule.Acted);
    }

    public void OverrideRemoved(OverrideNotice rule)
    {
        events?.OverrideChanged("removed", rule.Id, rule.Name);
        log.OverrideRemoved(rule.Id, rule.Name, rule.Acted);
    }

    public void DuplicateAccepted(IMailboxFilter filter, in DeliveryFacts delivery)
    {
        metrics.CountDuplicate(filter, delivery.Entry);
        if (log.IsEnabled(LogLevel.Information))
        {
            log.DuplicateAccepted(Text(delivery.MessageId), Text(delivery.Recipient), delivery.ClientAddress, Text(delivery.TransactionId));
        }
    }

    private static string Time(DateTimeOffset time) => time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);
}

/// <summary>What providers do to senders, ids 260 to 269.</summary>
internal static partial class BehaviourLog
{
    [LoggerMessage(260, LogLevel.Information, "Schedule \"{Schedule}\" has begun; it ends at {End}")]
    public static partial void ScheduleBegan(this ILogger log, string schedule, string end);

    [LoggerMessage(261, LogLevel.Information, "Schedule \"{Schedule}\" has begun; it has no end")]
    public static partial void EndlessScheduleBegan(this ILogger log, string schedule);

    [LoggerMessage(262, LogLevel.Information, "Schedule \"{Schedule}\" has ended")]
    public static partial void ScheduleEnded(this ILogger log, string schedule);

    [LoggerMessage(264, LogLevel.Information, "Override {Id} \"{Name}\" was added; it ends at {End}")]
    public static partial void OverrideAdded(this ILogger log, string id, string name, string end);

    [LoggerMessage(265, LogLevel.Information, "Override {Id} \"{Name}\" has ended; times acted: {Acted}")]
    public static partial void OverrideEnded(this ILogger log, string id, string name, long acted);

    [LoggerMessage(266, LogLevel.Information, "Override {Id} \"{Name}\" was removed; times acted: {Acted}")]
    public static partial void OverrideRemoved(this ILogger log, string id, string name, long acted);

    [LoggerMessage(263, LogLevel.Information, "Message {MessageId} for <{Recipient}> was accepted again, from {Client} as {Id}: either a fault deliberately lost the previous reply, or the sender sends its mail twice", SkipEnabledCheck = true)]
    public static partial void DuplicateAccepted(this ILogger log, string messageId, string recipient, IPAddress? client, string id);
}
