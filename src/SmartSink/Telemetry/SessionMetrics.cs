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

    private static readonly string[] MessageOutcomes = [.. LabelWords.Outcomes, "abandoned"];

    private readonly EntryCounters<OutcomeCounters> _entries = new();
    private readonly RefusalTallies _refusals = new();

    // By outcome, and behind them the abandoned ones.
    private readonly StripedCounters _recipients = new(LabelWords.Outcomes.Count + 1);
    private readonly StripedCounters _replies = new(Codes);
    private readonly StripedCounters _messages = new(MessageOutcomes.Length);
    private readonly StripedCounters _authentications = new(LabelWords.AuthMechanisms.Count * LabelWords.AuthResults.Count);
    private readonly StripedHistograms _ended = new(HistogramScale.Times, HistogramScale.Times, HistogramScale.Sizes, HistogramScale.Recipients);

    public SessionMetrics(SinkMetrics metrics) => metrics.BeforePage(() => Fill(metrics));

    public void CountReply(int code) => _replies.Add(code - LowestCode);

    public void CountRecipient(IMailboxFilter filter, int entry, Reply reply, Stage stage)
    {
        _recipients.Add((int)reply.Outcome);
        _entries.Of(filter, entry).CountRecipient(reply, stage);
        if (reply.Outcome != Outcome.Accepted)
        {
            _refusals.Count(filter, entry, reply);
        }
    }

    public void CountDraw(IMailboxFilter filter, int entry, Outcome outcome) => _entries.Of(filter, entry).CountDraw(outcome);

    public void CountRefusal(IMailboxFilter filter, int entry, Reply reply)
    {
        _entries.Of(filter, entry).CountRefusal(reply);
        _refusals.Count(filter, entry, reply);
    }

    public void CountMessage(in MessageFacts message)
    {
        _messages.Add((int)message.Outcome);
        _ended.Record(message.TransactionTime.Ticks, message.DataTime.Ticks, message.Size, message.Recipients);
    }

    public void CountAuthentication(AuthMechanism mechanism, AuthResult result) =>
        _authentications.Add(((int)mechanism * LabelWords.AuthResults.Count) + (int)result);

    public void CountAbandoned(IMailboxFilter filter, ReadOnlySpan<int> entries)
    {
        _messages.Add(LabelWords.Outcomes.Count);
        _recipients.Add(LabelWords.Outcomes.Count, entries.Length);
        foreach (var entry in entries)
        {
            _entries.Of(filter, entry).CountAbandoned();
        }
    }

    /// <summary>The entries of a revision under which something was counted, with their names.</summary>
    public IEnumerable<(int Entry, string Name)> EntriesOf(IMailboxFilter filter) => _entries.Of(filter);

    /// <summary>The configured domains under which something was counted, in the order in which it began: it only ever grows.</summary>
    public ReadOnlySpan<KeyValuePair<string, OutcomeCounters>> Domains => _entries.InOrder;

    /// <summary>What refused most often at a domain since its revision is in force, and how often, both as good as right; null when nothing did.</summary>
    public (Reply Reply, long Count)? TopRefusalOf(IMailboxFilter filter, int entry) => _refusals.Top(filter, entry);

    /// <summary>Recipients accepted at RCPT whose transaction was given up before its end of data.</summary>
    public long Abandoned => _recipients.Read(LabelWords.Outcomes.Count);

    /// <summary>What has become of mail since the start.</summary>
    public MailTotals ReadTotals() => new(
        _messages.Read((int)Outcome.Accepted) + _messages.Read((int)Outcome.TempFail) + _messages.Read((int)Outcome.PermFail),
        _recipients.Read((int)Outcome.Accepted),
        _recipients.Read((int)Outcome.TempFail),
        _recipients.Read((int)Outcome.PermFail));

    private void Fill(SinkMetrics metrics)
    {
        _entries.Fill(metrics);
        metrics.DomainsFolded.Set(metrics.Domains.Folded);
        _ended.AddTo(metrics.TransactionTime, metrics.DataTime, metrics.MessageSize, metrics.MessageRecipients);
        metrics.MessageBytes.IncTo(Math.Round(metrics.MessageSize.Sum));
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

/// <summary>What has become of mail.</summary>
/// <param name="Messages">Those that came to their end of data.</param>
/// <param name="Accepted">Recipients accepted.</param>
/// <param name="TempFail">Recipients refused for now.</param>
/// <param name="PermFail">Recipients refused for good.</param>
internal readonly record struct MailTotals(long Messages, long Accepted, long TempFail, long PermFail)
{
    public long Recipients => Accepted + TempFail + PermFail;

    public MailTotals Since(in MailTotals before) =>
        new(Messages - before.Messages, Accepted - before.Accepted, TempFail - before.TempFail, PermFail - before.PermFail);
}

/// <summary>Recipients and refusals of one configured domain.</summary>
internal sealed class OutcomeCounters : IEntryCounters<OutcomeCounters>
{
    private static readonly int Stages = LabelWords.Stages.Count;
    private static readonly int Labels = ReplyLabels.Words.Count;
    private readonly long[] _recipients = new long[LabelWords.Outcomes.Count * Stages];
    private readonly long[] _refusals = new long[LabelWords.Outcomes.Count * Labels];
    private readonly long[] _draws = new long[LabelWords.Outcomes.Count];
    private long _abandoned;

    public long Total => ReadTotals().Recipients;

    public void CountRecipient(Reply reply, Stage stage)
    {
        Interlocked.Increment(ref _recipients[((int)reply.Outcome * Stages) + (int)stage]);
        if (reply.Outcome != Outcome.Accepted)
        {
            CountRefusal(reply);
        }
    }

    public void CountRefusal(Reply reply) => Interlocked.Increment(ref _refusals[((int)reply.Outcome * Labels) + (int)reply.Label]);

    public void CountDraw(Outcome outcome) => Interlocked.Increment(ref _draws[(int)outcome]);

    public void CountAbandoned() => Interlocked.Increment(ref _abandoned);

    public void AddTo(OutcomeCounters sum)
    {
        Tally.Add(_recipients, sum._recipients);
        Tally.Add(_refusals, sum._refusals);
        Tally.Add(_draws, sum._draws);
        sum._abandoned += Volatile.Read(ref _abandoned);
    }

    public MailTotals ReadTotals() => new(0, Count(Outcome.Accepted), Count(Outcome.TempFail), Count(Outcome.PermFail));

    private long Count(Outcome outcome)
    {
        var count = 0L;
        for (var cell = (int)outcome * Stages; cell < ((int)outcome + 1) * Stages; cell++)
        {
            count += Volatile.Read(ref _recipients[cell]);
        }

        return count;
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

        for (var outcome = 0; outcome < _draws.Length; outcome++)
        {
            if (Volatile.Read(ref _draws[outcome]) is > 0 and var count)
            {
                metrics.Draws.WithLabels(LabelWords.Outcomes[outcome], name).IncTo(count);
            }
        }

        if (Volatile.Read(ref _abandoned) is > 0 and var abandoned)
        {
            metrics.RecipientsAbandoned.WithLabels(name).IncTo(abandoned);
        }
    }
}

/// <summary>Counters of many, in one.</summary>
internal static class Tally
{
    /// <summary>Adds counters that others go on adding to, cell by cell.</summary>
    public static void Add(long[] counters, long[] sum)
    {
        for (var cell = 0; cell < counters.Length; cell++)
        {
            sum[cell] += Volatile.Read(ref counters[cell]);
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
