using System.Diagnostics.Metrics;
using System.Globalization;
using SmartSink.Shared;
using SmartSink.Smtp;
using SmartSink.Smtp.Auth;
using SmartSink.Smtp.Server;

namespace SmartSink.Telemetry;

/// <summary>Counts what sessions report: replies, recipients, messages and their times.</summary>
internal sealed class SessionMetrics
{
    private const int LowestCode = 200;
    private const int Codes = 400;
    private const int AbandonedRecipients = 0;
    private const int MessageBytes = 1;

    private static readonly double[] TimeBounds = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 300, 1800];
    private static readonly string[] MessageOutcomes = [.. LabelWords.Outcomes, "abandoned"];

    private readonly RecipientCounters _recipients = new();
    private readonly StripedCounters _replies = new(Codes);
    private readonly StripedCounters _messages = new(MessageOutcomes.Length);
    private readonly StripedCounters _totals = new(2);
    private readonly StripedCounters _authentications = new(LabelWords.AuthMechanisms.Count * LabelWords.AuthResults.Count);
    private readonly Histogram<double> _transactionTime;
    private readonly Histogram<double> _dataTime;

    public SessionMetrics(IMeterFactory factory)
    {
        var meter = factory.CreateSinkMeter();
        meter.Observe(MetricCatalog.Recipients, _recipients.Read);
        meter.ObserveOne(MetricCatalog.RecipientsAbandoned, () => _totals.Read(AbandonedRecipients));
        meter.Observe(MetricCatalog.Replies, ReadReplies);
        meter.Observe(MetricCatalog.Messages, ReadMessages);
        meter.ObserveOne(MetricCatalog.MessageBytes, () => _totals.Read(MessageBytes));
        meter.Observe(MetricCatalog.Authentications, ReadAuthentications);
        _transactionTime = meter.CreateHistogram(MetricCatalog.TransactionTime, TimeBounds);
        _dataTime = meter.CreateHistogram(MetricCatalog.DataTime, TimeBounds);
    }

    /// <summary>Counts a reply by its code, 200 to 599.</summary>
    public void CountReply(int code) => _replies.Add(code - LowestCode);

    /// <summary>Counts a recipient that came to its outcome.</summary>
    public void CountRecipient(IMailboxFilter filter, int entry, Outcome outcome, Stage stage) => _recipients.Increment(filter, entry, outcome, stage);

    /// <summary>Counts a message that came to its end of data.</summary>
    public void CountMessage(in MessageFacts message)
    {
        _messages.Add((int)message.Outcome);
        _totals.Add(MessageBytes, message.Size);
        _transactionTime.Record(message.TransactionTime.TotalSeconds);
        _dataTime.Record(message.DataTime.TotalSeconds);
    }

    /// <summary>Counts an attempt to authenticate.</summary>
    public void CountAuthentication(AuthMechanism mechanism, AuthResult result) =>
        _authentications.Add(((int)mechanism * LabelWords.AuthResults.Count) + (int)result);

    /// <summary>Counts a transaction that was given up.</summary>
    public void CountAbandoned(int recipients)
    {
        _messages.Add(LabelWords.Outcomes.Count);
        _totals.Add(AbandonedRecipients, recipients);
    }

    private IEnumerable<Measurement<long>> ReadReplies()
    {
        for (var code = 0; code < Codes; code++)
        {
            if (_replies.Read(code) is > 0 and var count)
            {
                yield return count.With("code", (code + LowestCode).ToString(CultureInfo.InvariantCulture));
            }
        }
    }

    private IEnumerable<Measurement<long>> ReadAuthentications()
    {
        var results = LabelWords.AuthResults.Count;
        for (var cell = 0; cell < _authentications.Count; cell++)
        {
            if (_authentications.Read(cell) is > 0 and var count)
            {
                yield return new Measurement<long>(
                    count,
                    new KeyValuePair<string, object?>("mechanism", LabelWords.AuthMechanisms[cell / results]),
                    new KeyValuePair<string, object?>("result", LabelWords.AuthResults[cell % results]));
            }
        }
    }

    private IEnumerable<Measurement<long>> ReadMessages() =>
        MessageOutcomes.Select((outcome, index) => _messages.Read(index).With("outcome", outcome));
}
