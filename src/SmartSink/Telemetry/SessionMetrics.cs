using System.Globalization;
using SmartSink.Shared;
using SmartSink.Smtp;
using SmartSink.Smtp.Auth;
using SmartSink.Smtp.Replies;
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

    private readonly EntryCounters<OutcomeCounters> _entries = new();
    private readonly StripedCounters _replies = new(Codes);
    private readonly StripedCounters _messages = new(MessageOutcomes.Length);
    private readonly StripedCounters _totals = new(2);
    private readonly StripedCounters _authentications = new(LabelWords.AuthMechanisms.Count * LabelWords.AuthResults.Count);
    private readonly DurationHistogram _transactionTime = new();
    private readonly DurationHistogram _dataTime = new();

    public SessionMetrics(SinkMetrics metrics) => metrics.BeforePage(() => Fill(metrics));

    public void CountReply(int code) => _replies.Add(code - LowestCode);

    public void CountRecipient(IMailboxFilter filter, int entry, Reply reply, Stage stage) => _entries.Of(filter, entry).CountRecipient(reply, stage);

    public void CountRefusal(IMailboxFilter filter, int entry, Reply reply) => _entries.Of(filter, entry).CountRefusal(reply);

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

    /// <summary>The entries of a revision under which something was counted, with their names.</summary>
    public IEnumerable<(int Entry, string Name)> EntriesOf(IMailboxFilter filter) => _entries.Of(filter);

    /// <summary>Messages that came to their end of data, and recipients by <see cref="Outcome"/>, since the start.</summary>
    public MailTotals ReadTotals()
    {
        var recipients = new long[LabelWords.Outcomes.Count];
        foreach (var (_, counters) in _entries.All)
        {
            counters.AddTo(recipients);
        }

        return new MailTotals(Enumerable.Range(0, LabelWords.Outcomes.Count).Sum(_messages.Read), recipients);
    }

    private void Fill(SinkMetrics metrics)
    {
        foreach (var (name, counters) in _entries.All)
        {
            counters.Fill(metrics, name);
        }

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

/// <summary>What has become of mail since the start.</summary>
/// <param name="Messages">Those that came to their end of data.</param>
/// <param name="Recipients">By <see cref="Outcome"/>.</param>
internal sealed record MailTotals(long Messages, long[] Recipients);

/// <summary>Recipients and refusals of one configured domain.</summary>
internal sealed class OutcomeCounters
{
    private static readonly int Stages = LabelWords.Stages.Count;
    private static readonly int Labels = ReplyLabels.Words.Count;
    private readonly long[] _recipients = new long[LabelWords.Outcomes.Count * Stages];
    private readonly long[] _refusals = new long[LabelWords.Outcomes.Count * Labels];

    public void CountRecipient(Reply reply, Stage stage)
    {
        Interlocked.Increment(ref _recipients[((int)reply.Outcome * Stages) + (int)stage]);
        if (reply.Outcome != Outcome.Accepted)
        {
            CountRefusal(reply);
        }
    }

    public void CountRefusal(Reply reply) => Interlocked.Increment(ref _refusals[((int)reply.Outcome * Labels) + (int)reply.Label]);

    public void AddTo(Span<long> recipients)
    {
        for (var cell = 0; cell < _recipients.Length; cell++)
        {
            recipients[cell / Stages] += Volatile.Read(ref _recipients[cell]);
        }
    }

    public void Fill(SinkMetrics metrics, string name)
    {
        for (var cell = 0; cell < _recipients.Length; cell++)
        {
            if (Volatile.Read(ref _recipients[cell]) is > 0 and var count)
            {
                metrics.Recipients.WithLabels(LabelWords.Outcomes[cell / Stages], LabelWords.Stages[cell % Stages], name).IncTo(count);
            }
        }

        for (var cell = 0; cell < _refusals.Length; cell++)
        {
            if (Volatile.Read(ref _refusals[cell]) is > 0 and var count)
            {
                metrics.Refusals.WithLabels(name, ReplyLabels.Words[cell % Labels], LabelWords.Outcomes[cell / Labels]).IncTo(count);
            }
        }
    }
}

/// <summary>The words for outcomes and stages: the same in metrics, logs and documentation.</summary>
internal static class LabelWords
{
    /// <summary>By <see cref="Outcome"/>.</summary>
    public static IReadOnlyList<string> Outcomes { get; } = [.. Enum.GetNames<Outcome>().Select(name => name.ToLowerInvariant())];

    /// <summary>By <see cref="Stage"/>.</summary>
    public static IReadOnlyList<string> Stages { get; } = [.. Enum.GetNames<Stage>().Select(name => name.ToLowerInvariant())];

    /// <summary>By <see cref="AuthMechanism"/>, in lower case.</summary>
    public static IReadOnlyList<string> AuthMechanisms { get; } = [.. Smtp.Auth.AuthMechanisms.All.Select(mechanism => Smtp.Auth.AuthMechanisms.NameOf(mechanism).ToLowerInvariant())];

    /// <summary>By <see cref="AuthResult"/>.</summary>
    public static IReadOnlyList<string> AuthResults { get; } = [.. Enum.GetNames<AuthResult>().Select(name => name.ToLowerInvariant())];
}
