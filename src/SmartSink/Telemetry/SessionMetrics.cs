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

    private static readonly string[] MessageOutcomes = [.. LabelWords.Outcomes, "abandoned"];

    private readonly RecipientCounters _recipients = new();
    private readonly StripedCounters _replies = new(Codes);
    private readonly StripedCounters _messages = new(MessageOutcomes.Length);
    private readonly StripedCounters _totals = new(2);
    private readonly StripedCounters _authentications = new(LabelWords.AuthMechanisms.Count * LabelWords.AuthResults.Count);
    private readonly DurationHistogram _transactionTime = new();
    private readonly DurationHistogram _dataTime = new();

    public SessionMetrics(SinkMetrics metrics) => metrics.BeforePage(() => Fill(metrics));

    public void CountReply(int code) => _replies.Add(code - LowestCode);

    public void CountRecipient(IMailboxFilter filter, int entry, Outcome outcome, Stage stage) => _recipients.Increment(filter, entry, outcome, stage);

    public void CountMessage(in MessageFacts message)
    {
        _messages.Add((int)message.Outcome);
        _totals.Add(MessageBytes, message.Size);
        _transactionTime.Record(message.TransactionTime);
        _dataTime.Record(message.DataTime);
    }

    public void CountAuthentication(AuthMechanism mechanism, AuthResult result) =>
        _authentications.Add(((int)mechanism * LabelWords.AuthResults.Count) + (int)result);

    public void CountAbandoned(int recipients)
    {
        _messages.Add(LabelWords.Outcomes.Count);
        _totals.Add(AbandonedRecipients, recipients);
    }

    private void Fill(SinkMetrics metrics)
    {
        _recipients.Fill(metrics.Recipients);
        metrics.RecipientsAbandoned.IncTo(_totals.Read(AbandonedRecipients));
        metrics.MessageBytes.IncTo(_totals.Read(MessageBytes));
        _transactionTime.AddTo(metrics.TransactionTime);
        _dataTime.AddTo(metrics.DataTime);
        for (var outcome = 0; outcome < MessageOutcomes.Length; outcome++)
        {
            metrics.Messages.WithLabels(MessageOutcomes[outcome]).IncTo(_messages.Read(outcome));
        }

        for (var code = 0; code < Codes; code++)
        {
            if (_replies.Read(code) is > 0 and var count)
            {
                metrics.Replies.WithLabels((code + LowestCode).ToString(CultureInfo.InvariantCulture)).IncTo(count);
            }
        }

        var results = LabelWords.AuthResults.Count;
        for (var cell = 0; cell < _authentications.Count; cell++)
        {
            if (_authentications.Read(cell) is > 0 and var count)
            {
                metrics.Authentications.WithLabels(LabelWords.AuthMechanisms[cell / results], LabelWords.AuthResults[cell % results]).IncTo(count);
            }
        }
    }
}
