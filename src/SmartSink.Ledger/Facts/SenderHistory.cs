using SmartSink.Smtp;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;

namespace SmartSink.Ledger.Facts;

/// <summary>What the ledger has kept of one sender, for the rules. Times are <see cref="Moment.Milliseconds"/>; lists are in the order of time.</summary>
internal sealed record SenderHistory
{
    /// <summary>Who it is.</summary>
    public required LedgerSender Sender { get; init; }

    /// <summary>From when on it is looked at: the beginning of the ledger, or later if only a part was asked for.</summary>
    public required long Since { get; init; }

    /// <summary>The moment of the report.</summary>
    public required long Until { get; init; }

    /// <summary>What was in force meanwhile: thresholds in seconds are of the provider's time, so a gap is measured by this before it is compared.</summary>
    public PolicyCourse Policy { get; init; } = new([]);

    /// <summary>Its connections.</summary>
    public IReadOnlyList<DialogFact> Dialogs { get; init; } = [];

    /// <summary>What became of each recipient of a message that was refused at least once, or that belongs to a run.</summary>
    public IReadOnlyList<MailItem> Items { get; init; } = [];

    /// <summary>What it did to each provider in each second in which it did something.</summary>
    public IReadOnlyList<ProviderSecond> Seconds { get; init; } = [];

    /// <summary>Recipients of a message that were accepted more than once.</summary>
    public IReadOnlyList<DuplicateFact> Duplicates { get; init; } = [];

    /// <summary>Messages of the null sender.</summary>
    public IReadOnlyList<BounceFact> Bounces { get; init; } = [];

    /// <summary>Runs of a load generator, some of whose messages it brought.</summary>
    public IReadOnlyList<RunFact> Runs { get; init; } = [];

    /// <summary>Names of providers by their number in the facts.</summary>
    public IReadOnlyList<string> Providers { get; init; } = [];

    /// <summary>Texts of replies by their number in the facts, with code, lines joined by LF.</summary>
    public IReadOnlyList<string> Replies { get; init; } = [];

    /// <summary>Accepted recipients in all, those that have no item, too.</summary>
    public long Accepted { get; init; }
}

/// <summary>A connection.</summary>
internal readonly record struct DialogFact
{
    public uint Connection { get; init; }

    /// <summary>When its greeting went out.</summary>
    public long BeganAt { get; init; }

    /// <summary>When it ended; -1 while it is open.</summary>
    public long EndedAt { get; init; }

    /// <summary>Why it ended; none while it is open.</summary>
    public SessionEndReason Reason { get; init; }

    /// <summary>The provider of its first recipient, or of its refusal; -1 for none.</summary>
    public int Provider { get; init; }

    /// <summary>Transactions begun.</summary>
    public int Transactions { get; init; }

    /// <summary>Messages that came to their end of data.</summary>
    public int Messages { get; init; }

    /// <summary>Recipients answered or taken at RCPT.</summary>
    public int Recipients { get; init; }

    /// <summary>The most recipients of one transaction.</summary>
    public int MostRecipients { get; init; }

    /// <summary>When the last message or refusal came to its end; <see cref="BeganAt"/> before the first.</summary>
    public long LastActiveAt { get; init; }

    /// <summary>How often RSET was said.</summary>
    public int Resets { get; init; }

    /// <summary>The reply that refused the greeting, EHLO or MAIL, the first of them; -1 for none.</summary>
    public int RefusedReply { get; init; }

    /// <summary>At which stage that was.</summary>
    public Stage RefusedAt { get; init; }

    /// <summary>When the first 421 went out; -1 for none.</summary>
    public long ShutAt { get; init; }

    /// <summary>Commands that came behind it.</summary>
    public int CommandsBehindShut { get; init; }

    /// <summary>What the client did wrong.</summary>
    public ProtocolFaults Faults { get; init; }

    /// <summary>How far it came with TLS.</summary>
    public TlsUse Tls { get; init; }
}

/// <summary>One recipient of one message, as far as it can be told: tries of the same sender and recipient whose message ids do not differ.</summary>
/// <param name="Tries">In the order of time; at least one.</param>
internal readonly record struct MailItem(ReadOnlyMemory<MailTry> Tries)
{
    public MailTry Last => Tries.Span[^1];

    /// <summary>Whether its last answer was a refusal for now.</summary>
    public bool IsWaiting => Last.Outcome == Outcome.TempFail;
}

/// <summary>A recipient's outcome.</summary>
internal readonly record struct MailTry
{
    public long At { get; init; }

    /// <summary>As in <see cref="LedgerEvent.Mail"/>.</summary>
    public ulong Mail { get; init; }

    /// <summary>As in <see cref="LedgerEvent.Message"/>; 0 when it is not known.</summary>
    public ulong Message { get; init; }

    /// <summary>The message's number in its run; -1 for none.</summary>
    public long Number { get; init; }

    public uint Connection { get; init; }

    /// <summary>Its number in <see cref="SenderHistory.Providers"/>.</summary>
    public int Provider { get; init; }

    /// <summary>The number of the reply's text in <see cref="SenderHistory.Replies"/>; -1 for an acceptance.</summary>
    public int Reply { get; init; }

    public Outcome Outcome { get; init; }

    /// <summary>Of a refusal.</summary>
    public ReplyLabel Label { get; init; }
}

/// <summary>What a sender did to one provider in one second.</summary>
internal readonly record struct ProviderSecond
{
    /// <summary>The second's beginning.</summary>
    public long At { get; init; }

    public int Provider { get; init; }

    /// <summary>Connections whose first recipient of all was this provider's and came in it, or whose greeting it refused.</summary>
    public int Connections { get; init; }

    /// <summary>The most of them that were open at once.</summary>
    public int MostOpen { get; init; }

    /// <summary>Recipients accepted.</summary>
    public int Accepted { get; init; }

    /// <summary>Recipients refused for now, and greetings, EHLO and MAIL.</summary>
    public int TempFailed { get; init; }

    /// <summary>Those of <see cref="TempFailed"/> that were told to come more slowly: <see cref="ReplyLabel.RateLimit"/>.</summary>
    public int Throttled { get; init; }

    /// <summary>Recipients refused for good, and greetings, EHLO and MAIL.</summary>
    public int PermFailed { get; init; }
}

/// <summary>A recipient of a message that was accepted before.</summary>
internal readonly record struct DuplicateFact
{
    public long At { get; init; }

    /// <summary>The message's number in its run; -1 for none.</summary>
    public long Number { get; init; }

    public uint Connection { get; init; }

    public int Provider { get; init; }

    /// <summary>Whether the reply to the acceptance before was lost on purpose, or its connection with it: then the sender could not know.</summary>
    public bool IsExcused { get; init; }
}

/// <summary>A message of the null sender that was accepted.</summary>
internal readonly record struct BounceFact
{
    public long At { get; init; }

    /// <summary>The message that it returns: one value for each, made of the run and number when these are known; 0 when nothing is known.</summary>
    public ulong Message { get; init; }

    /// <summary>That message's number in its run; -1 for none.</summary>
    public long Number { get; init; }

    public uint Connection { get; init; }

    /// <summary>Whether the reply was lost on purpose.</summary>
    public bool IsReplyLost { get; init; }
}

/// <summary>A run of a load generator, as far as it came to the sink. Numbers from 0.</summary>
internal sealed record RunFact
{
    public required string Run { get; init; }

    /// <summary>The lowest number that came: 0 or 1, unless the first ones were lost or the ledger began in the middle of the run.</summary>
    public long Lowest { get; init; }

    /// <summary>The highest number that came.</summary>
    public long Highest { get; init; }

    /// <summary>Whether something was forgotten since the run began: then <see cref="Missing"/> may count numbers that were answered.</summary>
    public bool IsPartial { get; init; }

    /// <summary>Numbers between the lowest and the highest that never had an answer.</summary>
    public long Missing { get; init; }

    /// <summary>The first of those numbers, at most 20.</summary>
    public IReadOnlyList<long> MissingNumbers { get; init; } = [];
}

/// <summary>What a sender of a run needs to hold its own numbers against. Ranges are sorted and do not touch.</summary>
/// <param name="Run">The run's id.</param>
/// <param name="Lowest">The lowest number that came; 0 for none.</param>
/// <param name="Highest">The highest; -1 for none.</param>
/// <param name="IsPartial">As <see cref="RunFact.IsPartial"/>: absence proves nothing then.</param>
/// <param name="Accepted">Numbers of which a recipient was accepted.</param>
/// <param name="Refused">Numbers of which a recipient was refused for good, and none accepted.</param>
/// <param name="Waiting">Numbers of which a recipient was refused for now the last time that it came, never for good, and not accepted since.</param>
/// <param name="Bounced">Numbers of messages that a message of the null sender returned; they need not have come themselves.</param>
/// <param name="Duplicates">Numbers of which a recipient was accepted more than once.</param>
/// <param name="Last">When those refused and waiting came last: the lowest numbers, at most <see cref="MostLast"/>.</param>
internal sealed record RunHistory(
    string Run, long Lowest, long Highest, bool IsPartial, IReadOnlyList<NumberRange> Accepted, IReadOnlyList<NumberRange> Refused, IReadOnlyList<NumberRange> Waiting,
    IReadOnlyList<NumberRange> Bounced, IReadOnlyList<RunDuplicate> Duplicates, IReadOnlyList<RunTime> Last)
{
    public const int MostLast = 10_000;
}

/// <summary>Numbers that follow one another, both ends among them.</summary>
internal readonly record struct NumberRange(long First, long Last)
{
    public override string ToString() => First == Last ? $"{First}" : $"{First}-{Last}";
}

/// <summary>A message of a run that came too often.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Times">How often a recipient of it was accepted again.</param>
/// <param name="Excused">How many of those are excused (<see cref="DuplicateFact.IsExcused"/>).</param>
internal readonly record struct RunDuplicate(long Number, int Times, int Excused);

/// <summary>When messages of a run came.</summary>
/// <param name="Run">The run's id.</param>
/// <param name="Began">When the first of its recipients was accepted, in <see cref="Moment.Milliseconds"/>.</param>
/// <param name="From">The number of the first of <paramref name="Times"/>.</param>
/// <param name="Highest">The highest number that came; -1 for none.</param>
/// <param name="Times">When the first recipient of each number was accepted, in milliseconds since <paramref name="Began"/>; null for one of which none was.</param>
internal sealed record RunTimes(string Run, long Began, long From, long Highest, IReadOnlyList<long?> Times);

/// <summary>When a message of a run came last, in <see cref="Moment.Milliseconds"/>.</summary>
internal readonly record struct RunTime(long Number, long At);
