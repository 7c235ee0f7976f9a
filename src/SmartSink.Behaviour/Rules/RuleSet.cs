using SmartSink.Policy;
using SmartSink.Policy.Decisions;
using SmartSink.Policy.Model;
using SmartSink.Smtp;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;

namespace SmartSink.Behaviour.Rules;

/// <summary>The rules of one revision of the policy, which are judged after the overrides.</summary>
internal sealed class RuleSet
{
    /// <summary>How many rules in a row with a share of less than 100 % are taken into account for the expected shares.</summary>
    private const int MostPartialShares = 8;

    private readonly PolicyBehaviour _behaviour;
    private readonly RuleBook _book;
    private readonly int _revision;
    private readonly Dictionary<int, DomainKey> _patterns = [];

    internal RuleSet(PolicySnapshot policy, PolicyBehaviour behaviour, RuleBook book, int revision)
    {
        _behaviour = behaviour;
        _book = book;
        _revision = revision;
        for (var entry = 1; entry < policy.EntryCount; entry++)
        {
            // An entry is named after its key.
            if (policy.EntryName(entry) is var name && name.Contains('*', StringComparison.Ordinal) && DomainKey.TryRead(name, out var key))
            {
                _patterns.Add(entry, key);
            }
        }

        Own = new RuleTable((rule, phase, now) => book.Tell(this, rule, phase, now));
    }

    /// <summary>The revision's own rules.</summary>
    public RuleTable Own { get; }

    /// <summary>Whether no rule can affect anything.</summary>
    public bool IsEmpty => Own.Index.IsEmpty && _book.Overrides.Index.IsEmpty;

    public double TimeScale => _behaviour.TimeScale;

    /// <summary>Judges an answer by the rules.</summary>
    /// <param name="facts">The dialog and the moment.</param>
    /// <param name="domain">The recipient's domain or, before RCPT, that of the server's provider,
    /// without the domain suffix; empty when not known.</param>
    /// <param name="entry">The domain's entry; 0 when not known.</param>
    public RuleVerdict Judge(in SessionFacts facts, ReadOnlySpan<byte> domain, int entry)
    {
        var verdict = default(RuleVerdict);
        Refresh(facts.Now);
        Judge(_book.Overrides.Index, facts, domain, entry, ref verdict);
        Judge(Own.Index, facts, domain, entry, ref verdict);
        return verdict;
    }

    /// <summary>Judges the end of data by the rules, for a recipient that is not refused at RCPT.</summary>
    public void JudgeEnd(in SessionFacts facts, ReadOnlySpan<byte> domain, ref RuleVerdict verdict)
    {
        JudgeEnd(_book.Overrides.Index, facts, domain, ref verdict);
        JudgeEnd(Own.Index, facts, domain, ref verdict);
    }

    /// <summary>What applies to every domain of an entry now in place of its own configuration; null for nothing.</summary>
    public DomainOverlay? OverlayOf(int entry)
    {
        foreach (var rule in Own.Rules)
        {
            if (rule.Holds && rule.Rule.Action.Set is { } set && set.TryGetValue(entry, out var overlay) && IsForWholeEntry(rule, entry))
            {
                return overlay;
            }
        }

        return null;
    }

    /// <summary>The same for one of the entry's domains, given without the domain suffix.</summary>
    public DomainOverlay? OverlayOf(ReadOnlySpan<byte> domain, int entry)
    {
        var candidates = Own.Index.Of(domain);
        while (candidates.TryNext(out var rule))
        {
            if (rule.Holds && rule.Rule.Action.Set is { } set && set.TryGetValue(entry, out var overlay))
            {
                return overlay;
            }
        }

        return null;
    }

    /// <summary>
    /// The shares of outcomes that the rates give an entry's recipients in the long run,
    /// including overrides of rates that apply to all of them.
    /// </summary>
    /// <param name="key">The entry's key.</param>
    /// <param name="rules">The rules that apply to it otherwise.</param>
    public OutcomeShares SharesOf(DomainKey key, DomainRules rules) => SharesOf(_book.Overrides.Index.Of(key), default, rules, MostPartialShares);

    /// <summary>Starts and ends rules whose time has come.</summary>
    public void Refresh(in Moment now)
    {
        if (Own.IsDue(now.Milliseconds))
        {
            Own.Look(new RuleMoment(now, _book.Clock.At(now, _revision, TimeScale), TimeScale));
        }
    }

    // A rule that names domains may apply to only some of those that share an entry. One that applies to a name applies to its whole entry.
    private bool IsForWholeEntry(ActiveRule rule, int entry)
    {
        var domains = rule.Rule.Match.Domains;
        if (domains.Count == 0)
        {
            return true;
        }

        var isPattern = _patterns.TryGetValue(entry, out var key);
        if (entry > 0 && !isPattern)
        {
            return true;
        }

        for (var i = 0; i < domains.Count; i++)
        {
            if (domains[i].IsFallback || (isPattern && domains[i].CoversPattern(key)))
            {
                return true;
            }
        }

        return false;
    }

    private ProviderLimits? LimitsOf(int entry) => _behaviour.Providers is { Length: > 0 } providers ? providers[entry]?.Limits : null;

    // A rule that acts on a share only makes two cases: with it, and without it.
    private static OutcomeShares SharesOf(RuleCandidates candidates, RateChange rates, DomainRules rules, int partial)
    {
        while (candidates.TryNext(out var rule))
        {
            if (rule.Rule.Action.Rates.IsEmpty || !rule.IsForWholeDomains || (!rule.ActsAlways && partial == 0))
            {
                continue;
            }

            var with = SharesOf(candidates, rates.Over(rule.Rule.Action.Rates), rules, partial - 1);
            if (rule.ActsAlways)
            {
                return with;
            }

            var without = SharesOf(candidates, rates, rules, partial - 1);
            var share = rule.Rule.Share / 100;
            return new OutcomeShares(
                (share * with.Accepted) + ((1 - share) * without.Accepted),
                (share * with.TempFail) + ((1 - share) * without.TempFail),
                (share * with.PermFail) + ((1 - share) * without.PermFail));
        }

        return rules.SharesOf(rules.Rates.With(rates));
    }

    private void Judge(RuleIndex index, in SessionFacts facts, ReadOnlySpan<byte> domain, int entry, ref RuleVerdict verdict)
    {
        if (index.IsEmpty)
        {
            return;
        }

        var candidates = index.Of(domain);
        while (candidates.TryNext(out var rule))
        {
            if (!rule.HoldsAt(facts.Now) || !rule.Meets(facts, domain))
            {
                continue;
            }

            if (rule.IsForEnd)
            {
                verdict.HasMoreAtEnd |= facts.Stage == Stage.Rcpt;
            }
            else if (rule.Stage == facts.Stage || rule.IsForEveryStage)
            {
                Apply(rule, facts, domain, entry, ref verdict);
            }
        }
    }

    private static void JudgeEnd(RuleIndex index, in SessionFacts facts, ReadOnlySpan<byte> domain, ref RuleVerdict verdict)
    {
        if (index.IsEmpty)
        {
            return;
        }

        var candidates = index.Of(domain);
        while (candidates.TryNext(out var rule))
        {
            if (!rule.IsForEnd || !rule.HoldsAt(facts.Now) || !rule.Meets(facts, domain))
            {
                continue;
            }

            var action = rule.Rule.Action;
            if (action.Fault != AnswerFault.None && verdict.IsOverriddenBefore(rule))
            {
                continue;
            }

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
        if (action.Delay.Kind != DelayKind.None)
        {
            verdict.Delay = Math.Max(verdict.Delay, rule.TryAct(out var draw) ? action.Delay.Of(draw) : 0);
        }
        else if (action.Set is { } set)
        {
            if (verdict.Overlay is null && set.TryGetValue(entry, out var overlay) && rule.TryAct(out _))
            {
                verdict.Overlay = overlay;
                verdict.HasRatesForSome |= !IsForWholeEntry(rule, entry);
            }
        }
        else if (verdict.IsOverriddenBefore(rule))
        {
            return;
        }
        else if (action.Fault != AnswerFault.None)
        {
            verdict.Fault = verdict.Fault == AnswerFault.None && rule.TryAct(out _) ? action.Fault : verdict.Fault;
        }
        else if (!action.Rates.IsEmpty)
        {
            // Counted once for each recipient, at however many stages the rule applies.
            if (facts.Stage < Stage.Rcpt || rule.TryAct(out _))
            {
                verdict.Rates = verdict.Rates.Over(action.Rates);
                verdict.HasRatesForSome |= !rule.IsForWholeDomains || !IsForWholeEntry(rule, entry);
            }
        }
        else if (!verdict.IsDecided && verdict.Rates.IsEmpty && rule.TryAct(out _))
        {
            verdict.IsDecided = true;
            verdict.OverriddenBy = rule.IsOverride ? rule : null;
            verdict.Reply = action.Sequence is { } sequence
                ? sequence[Math.Min(_book.Tries.Next(rule.Scope, facts, domain, LimitsOf(entry)), sequence.Count - 1)]
                : action.Reply;
        }
    }
}
