using System.Net;
using SmartSink.Policy.Decisions;
using SmartSink.Policy.Model;
using SmartSink.Smtp;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;

namespace SmartSink.Behaviour.Rules;

/// <summary>
/// A rule with its state: whether it is in force, to whom it applies, and how often it has acted. Its index knows for which domains it is.
/// </summary>
internal sealed class ActiveRule
{
    private readonly Glob? _recipient;
    private readonly Glob? _sender;
    private readonly IPNetwork? _client;
    private readonly ulong _shareBelow;
    private readonly ulong? _seed;
    private readonly RuleTally _tally;
    private long _draws;
    private volatile bool _holds;

    /// <summary>Makes a rule that is in force if it always is; otherwise it is not until <see cref="Holds"/> is set.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="order">Its position among the rules that are judged together.</param>
    /// <param name="scope">Identifies it in draws and in the keys of the memory.</param>
    /// <param name="origin">The moment from which its times count.</param>
    /// <param name="seed">The seed of its draws, so that the k-th is always the same; null for random ones.</param>
    /// <param name="tally">Counts how often it has acted, perhaps since an earlier revision.</param>
    public ActiveRule(BehaviourRule rule, int order, ulong scope, RuleMoment origin, ulong? seed, RuleTally tally)
    {
        var match = rule.Match;
        Rule = rule;
        Order = order;

        // A reply at end of data is also decided at RCPT, where the recipient is known.
        Stage = match.Stage is Stage.Data && rule.Action.Fault == AnswerFault.None && rule.Action.Delay.Kind == DelayKind.None ? Stage.Rcpt
            : match.Stage ?? (rule.Action.Fault >= AnswerFault.DropBeforeReply ? Stage.Data : Stage.Rcpt);
        Timetable = new RuleTimetable(rule.Time, origin);
        _holds = Timetable.IsAlways;
        _recipient = match.Recipient is { } recipient ? new Glob(recipient) : null;
        _sender = match.Sender is { } sender ? new Glob(sender) : null;
        _client = match.Client;
        _shareBelow = Threshold.Of((decimal)rule.Share, 100);
        _seed = seed;
        Scope = scope;
        _tally = tally;
    }

    public BehaviourRule Rule { get; }

    public int Order { get; }

    /// <summary>The stage of the reply that the rule affects.</summary>
    public Stage Stage { get; }

    /// <summary>
    /// The <see cref="Moment.Milliseconds"/> from which on it is never in force again. Set for
    /// overrides, which need no table that watches their time.
    /// </summary>
    public long EndsAt { get; init; } = long.MaxValue;

    /// <summary>Whether it was added while the sink runs; its order is then negative.</summary>
    public bool IsOverride => Order < 0;

    /// <summary>Whether it is a delay or a fault of the reply at end of data.</summary>
    public bool IsForEnd => Stage == Stage.Data && (Rule.Action.Fault != AnswerFault.None || Rule.Action.Delay.Kind != DelayKind.None);

    public RuleTimetable Timetable { get; }

    /// <summary>Whether its time has come; kept up to date by the table that contains it.</summary>
    public bool Holds
    {
        get => _holds;
        set => _holds = value;
    }

    /// <summary>Whether it is in force at a moment.</summary>
    public bool HoldsAt(in Moment now) => _holds && now.Milliseconds < EndsAt;

    /// <summary>Whether it acts on everything to which it applies.</summary>
    public bool ActsAlways => _shareBelow == Threshold.Always && Rule.Times is null;

    /// <summary>Whether it affects every stage at which the domain is known.</summary>
    public bool IsForEveryStage => Rule.Action.Set is not null || (!Rule.Action.Rates.IsEmpty && ActsAlways);

    /// <summary>How often it has acted.</summary>
    public long Acted => _tally.Count;

    /// <summary>Stops it from acting any more.</summary>
    /// <returns>How often it has acted.</returns>
    public long End() => _tally.End();

    /// <summary>Whether it has acted as often as it may.</summary>
    public bool IsUsedUp => _tally.Count >= Rule.Times;

    /// <summary>Identifies it in the keys of the memory.</summary>
    public ulong Scope { get; }

    /// <summary>Whether it applies to these facts; the domain already matches. What is not known yet matches no condition.</summary>
    public bool Meets(in SessionFacts facts, ReadOnlySpan<byte> domain)
    {
        if (_client is { } network && !(facts.ClientAddress is { } client && network.Contains(client)))
        {
            return false;
        }

        return (_sender is null || (facts.Stage >= Stage.Mail && _sender.Fits(facts.Sender)))
            && (_recipient is null || (facts.Stage >= Stage.Rcpt && _recipient.Fits(facts.LocalPart, domain)));
    }

    /// <summary>Whether it may apply to a mailbox, when little may be known about the client and sender: null matches anything.</summary>
    public bool MayMeet(ReadOnlySpan<byte> localPart, ReadOnlySpan<byte> domain, IPAddress? client, byte[]? sender) =>
        (_client is not { } network || client is null || network.Contains(client))
        && (_sender is null || sender is null || _sender.Fits(sender))
        && (_recipient is null || localPart.IsEmpty || _recipient.Fits(localPart, domain));

    /// <summary>Whether it applies to every recipient of its domains, whoever sends, for as long as it is in force.</summary>
    public bool IsForWholeDomains => _client is null && _sender is null && _recipient is null && Rule.Times is null && Stage == Stage.Rcpt;

    /// <summary>Whether it acts in a case to which it applies: draws its share, and counts the act.</summary>
    /// <param name="draw">64 random bits that are independent of the share; 0 for a rule that needs none.</param>
    public bool TryAct(out ulong draw)
    {
        draw = 0;
        if (IsUsedUp)
        {
            return false;
        }

        if (_shareBelow != Threshold.Always || Rule.Action.Delay.IsDrawn)
        {
            var drawn = _seed is { } seed ? Draw.Seeded(seed, Scope, (ulong)(Interlocked.Increment(ref _draws) - 1)) : Draw.Random();
            if (Draw.ForRate(drawn) >= _shareBelow)
            {
                return false;
            }

            draw = Draw.ForChoice(drawn) << 1;
        }

        return _tally.TryCount(Rule.Times);
    }
}

/// <summary>Counts how often a rule has acted. Outlives the rule's revision.</summary>
internal sealed class RuleTally
{
    // The complement of the count, once it has ended.
    private long _count;

    public long Count
    {
        get
        {
            var count = Volatile.Read(ref _count);
            return count < 0 ? ~count : count;
        }
    }

    /// <summary>Counts an act, unless that would be one too many or the tally has ended.</summary>
    public bool TryCount(int? most)
    {
        var bound = most ?? long.MaxValue;
        for (var count = Volatile.Read(ref _count); count >= 0 && count < bound;)
        {
            var seen = Interlocked.CompareExchange(ref _count, count + 1, count);
            if (seen == count)
            {
                return true;
            }

            count = seen;
        }

        return false;
    }

    /// <summary>Ends the tally and returns the count: a thread that is about to act then does not.</summary>
    public long End()
    {
        var count = Volatile.Read(ref _count);
        while (count >= 0)
        {
            var seen = Interlocked.CompareExchange(ref _count, ~count, count);
            count = seen == count ? ~count : seen;
        }

        return ~count;
    }
}
