using System.Net;
using SmartSink.Policy.Decisions;
using SmartSink.Policy.Model;
using SmartSink.Smtp;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;

namespace SmartSink.Behaviour.Rules;

/// <summary>A rule, ready to be asked: whether it holds, whom it meets, how often it has acted. Its index knows for which domains it is.</summary>
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

    /// <summary>Makes a rule that holds if it holds always, else not until it is told.</summary>
    /// <param name="rule">What it says.</param>
    /// <param name="order">Its place among those that are looked at together.</param>
    /// <param name="scope">Stands for it in draws and in keys of what is remembered.</param>
    /// <param name="origin">From when its time counts.</param>
    /// <param name="seed">Of its draws, of which the k-th is always the same; null for random ones.</param>
    /// <param name="tally">How often it has acted, which may have begun earlier.</param>
    public ActiveRule(BehaviourRule rule, int order, ulong scope, RuleMoment origin, ulong? seed, RuleTally tally)
    {
        var match = rule.Match;
        Rule = rule;
        Order = order;

        // A reply at end of data is settled at RCPT, too, where the recipient is known.
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

    /// <summary>The stage of the reply that it has a say in.</summary>
    public Stage Stage { get; }

    /// <summary>The millisecond of the clock from which on it never holds again. Of an override, which needs no table to look at its time.</summary>
    public long EndsAt { get; init; } = long.MaxValue;

    /// <summary>Whether it was added while the sink runs; its order is negative then.</summary>
    public bool IsOverride => Order < 0;

    /// <summary>Whether it is a delay or a fault of the reply at end of data.</summary>
    public bool IsForEnd => Stage == Stage.Data && (Rule.Action.Fault != AnswerFault.None || Rule.Action.Delay.Kind != DelayKind.None);

    public RuleTimetable Timetable { get; }

    /// <summary>Whether its time is now; kept by the table that it stands in.</summary>
    public bool Holds
    {
        get => _holds;
        set => _holds = value;
    }

    /// <summary>Whether it holds at a moment.</summary>
    public bool HoldsAt(in Moment now) => _holds && now.Milliseconds < EndsAt;

    /// <summary>Whether it acts on all that it meets.</summary>
    public bool ActsAlways => _shareBelow == Threshold.Always && Rule.Times is null;

    /// <summary>Whether it has a say at every stage at which the domain is known.</summary>
    public bool IsForEveryStage => Rule.Action.Set is not null || (!Rule.Action.Rates.IsEmpty && ActsAlways);

    /// <summary>How often it has acted.</summary>
    public long Acted => _tally.Count;

    /// <summary>It acts no more.</summary>
    /// <returns>How often it has.</returns>
    public long End() => _tally.End();

    /// <summary>Whether it has acted as often as it may.</summary>
    public bool IsUsedUp => _tally.Count >= Rule.Times;

    /// <summary>Stands for it in keys of what is remembered.</summary>
    public ulong Scope { get; }

    /// <summary>Whether it is for who asks, whose domain is right already. What is not known yet fits nothing that a rule asks for.</summary>
    public bool Meets(in SessionFacts facts, ReadOnlySpan<byte> domain)
    {
        if (_client is { } network && !(facts.ClientAddress is { } client && network.Contains(client)))
        {
            return false;
        }

        return (_sender is null || (facts.Stage >= Stage.Mail && _sender.Fits(facts.Sender)))
            && (_recipient is null || (facts.Stage >= Stage.Rcpt && _recipient.Fits(facts.LocalPart, domain)));
    }

    /// <summary>Whether it may meet a mailbox, by somebody of whom little may be known: what is null is anybody's.</summary>
    public bool MayMeet(ReadOnlySpan<byte> localPart, ReadOnlySpan<byte> domain, IPAddress? client, byte[]? sender) =>
        (_client is not { } network || client is null || network.Contains(client))
        && (_sender is null || sender is null || _sender.Fits(sender))
        && (_recipient is null || localPart.IsEmpty || _recipient.Fits(localPart, domain));

    /// <summary>Whether it is for every recipient of its domains, whoever sends, for as long as it holds.</summary>
    public bool IsForWholeDomains => _client is null && _sender is null && _recipient is null && Rule.Times is null && Stage == Stage.Rcpt;

    /// <summary>Whether it acts on one that it meets: its share is drawn, and it counts.</summary>
    /// <param name="draw">64 random bits that tell nothing of the share; 0 for a rule that needs none.</param>
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

/// <summary>How often a rule has acted. Outlives the rule's revision.</summary>
internal sealed class RuleTally
{
    // The complement, once it counts no more.
    private long _count;

    public long Count
    {
        get
        {
            var count = Volatile.Read(ref _count);
            return count < 0 ? ~count : count;
        }
    }

    /// <summary>Counts, unless that would be once too often or it has ended.</summary>
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

    /// <summary>Counts no more, and says how often it has: whoever is about to act now does not.</summary>
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
