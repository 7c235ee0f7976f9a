using SmartSink.Policy.Decisions;
using SmartSink.Policy.Model;
using SmartSink.Smtp;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;

namespace SmartSink.Behaviour.Rules;

/// <summary>The rules of one revision of the policy, behind those that were added while the sink runs.</summary>
internal sealed class RuleSet
{
    private readonly PolicyBehaviour _behaviour;
    private readonly RuleBook _book;
    private readonly int _revision;

    internal RuleSet(PolicyBehaviour behaviour, ulong? seed, RuleBook book, int revision)
    {
        _behaviour = behaviour;
        Seed = seed;
        _book = book;
        _revision = revision;
        Own = new RuleTable((rule, phase, now) => book.Tell(this, rule, phase, now));
    }

    /// <summary>The revision's own rules.</summary>
    public RuleTable Own { get; }

    /// <summary>Whether no rule can have a say in anything.</summary>
    public bool IsEmpty => Own.Index.IsEmpty && _book.Added.Index.IsEmpty;

    public ulong? Seed { get; }

    public double TimeScale => _behaviour.TimeScale;

    /// <summary>What the rules say of an answer.</summary>
    /// <param name="facts">Who asks, and when.</param>
    /// <param name="domain">The recipient's, or before RCPT that of the server's provider, without the domain suffix; empty when it is not known.</param>
    /// <param name="entry">The domain's; 0 when it is not known.</param>
    public RuleVerdict Judge(in SessionFacts facts, ReadOnlySpan<byte> domain, int entry)
    {
        var verdict = default(RuleVerdict);
        Refresh(facts.Now);
        Judge(_book.Added, facts, domain, entry, ref verdict);
        Judge(Own, facts, domain, entry, ref verdict);
        return verdict;
    }

    /// <summary>What the rules say of the end of data, of a recipient that is not refused at RCPT.</summary>
    public void JudgeEnd(in SessionFacts facts, ReadOnlySpan<byte> domain, ref RuleVerdict verdict)
    {
        JudgeEnd(_book.Added, facts, domain, ref verdict);
        JudgeEnd(Own, facts, domain, ref verdict);
    }

    /// <summary>What holds for an entry now in place of its own; null for nothing.</summary>
    public DomainOverlay? OverlayOf(int entry)
    {
        foreach (var rule in Own.Rules)
        {
            if (rule.Holds && rule.Rule.Action.Set is { } set && set.TryGetValue(entry, out var overlay))
            {
                return overlay;
            }
        }

        return null;
    }

    /// <summary>Lets rules begin and end whose time has come.</summary>
    public void Refresh(in Moment now)
    {
        if (_book.Added.IsDue(now.Milliseconds))
        {
            _book.Added.Look(TimeOf(now), dropsOver: true);
        }

        if (Own.IsDue(now.Milliseconds))
        {
            Own.Look(TimeOf(now), dropsOver: false);
        }
    }

    private ProviderLimits? LimitsOf(int entry) => _behaviour.Providers is { Length: > 0 } providers ? providers[entry]?.Limits : null;

    internal RuleMoment TimeOf(in Moment now) => new(now, _book.Clock.At(now, _revision, TimeScale), TimeScale);

    private void Judge(RuleTable table, in SessionFacts facts, ReadOnlySpan<byte> domain, int entry, ref RuleVerdict verdict)
    {
        if (table.Index.IsEmpty)
        {
            return;
        }

        var candidates = table.Index.Of(domain);
        while (candidates.TryNext(out var rule))
        {
            if (!rule.Holds || !rule.Meets(facts, domain))
            {
                continue;
            }

            if (rule.IsForEnd)
            {
                verdict.HasMoreAtEnd |= facts.Stage == Stage.Rcpt;
            }
            else if (rule.Stage == facts.Stage || rule.Rule.Action.Set is not null)
            {
                Apply(rule, facts, domain, entry, ref verdict);
            }
        }
    }

    private static void JudgeEnd(RuleTable table, in SessionFacts facts, ReadOnlySpan<byte> domain, ref RuleVerdict verdict)
    {
        if (table.Index.IsEmpty)
        {
            return;
        }

        var candidates = table.Index.Of(domain);
        while (candidates.TryNext(out var rule))
        {
            if (!rule.IsForEnd || !rule.Holds || !rule.Meets(facts, domain))
            {
                continue;
            }

            var action = rule.Rule.Action;
            verdict.WantsMessageId |= action.Fault >= AnswerFault.DropBeforeReply;
            if (action.Fault == AnswerFault.None)
            {
                verdict.EndDelay = Math.Max(verdict.EndDelay, rule.TryAct(out var draw) ? action.Delay.Of(draw) : 0);
            }
            else if (verdict.EndFault == AnswerFault.None && rule.TryAct(out _))
            {
                verdict.EndFault = action.Fault;
            }
        }
    }

    private void Apply(ActiveRule rule, in SessionFacts facts, ReadOnlySpan<byte> domain, int entry, ref RuleVerdict verdict)
    {
        var action = rule.Rule.Action;
        if (action.Fault != AnswerFault.None)
        {
            verdict.Fault = verdict.Fault == AnswerFault.None && rule.TryAct(out _) ? action.Fault : verdict.Fault;
        }
        else if (action.Delay.Kind != DelayKind.None)
        {
            verdict.Delay = Math.Max(verdict.Delay, rule.TryAct(out var draw) ? action.Delay.Of(draw) : 0);
        }
        else if (action.Set is { } set)
        {
            verdict.Overlay ??= set.TryGetValue(entry, out var overlay) && rule.TryAct(out _) ? overlay : null;
        }
        else if (!verdict.IsDecided && rule.TryAct(out _))
        {
            verdict.IsDecided = true;
            verdict.Reply = action.Sequence is { } sequence
                ? sequence[Math.Min(_book.Tries.Next(rule.Scope, facts, domain, LimitsOf(entry)), sequence.Count - 1)]
                : action.Reply;
        }
    }
}
