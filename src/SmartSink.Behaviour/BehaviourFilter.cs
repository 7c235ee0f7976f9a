using System.Net;
using System.Text;
using SmartSink.Behaviour.Events;
using SmartSink.Behaviour.Limits;
using SmartSink.Behaviour.Rules;
using SmartSink.Behaviour.State;
using SmartSink.Policy;
using SmartSink.Policy.Decisions;
using SmartSink.Policy.Model;
using SmartSink.Policy.Replies;
using SmartSink.Shared;
using SmartSink.Smtp;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;

namespace SmartSink.Behaviour;

/// <summary>
/// One revision of a policy whose providers react to what senders do. A recipient is judged first by the overrides
/// and rules, then by what its address asks for, then by the limits, the greylist and the draws of the rates;
/// delays and faults are added to whatever the answer is.
/// </summary>
internal sealed partial class BehaviourFilter : IMailboxFilter, ITryCounter
{
    private readonly PolicySnapshot _policy;
    private readonly PolicyBehaviour _behaviour;
    private readonly BehaviourContext _context;
    private readonly int _revision;
    private readonly ProviderPlan?[] _plans;
    private readonly RuleSet _rules;
    private readonly Dictionary<DomainOverlay, ProviderPlan?> _overlayPlans;
    private readonly DrawSource _throttles;
    private readonly DrawSource _greylists;
    private readonly DrawSource[] _delays;

    /// <summary>Adds behaviour to a revision.</summary>
    /// <param name="policy">The revision.</param>
    /// <param name="behaviour">How its providers behave.</param>
    /// <param name="context">What all revisions share.</param>
    /// <param name="revision">Its number, from 1.</param>
    public BehaviourFilter(PolicySnapshot policy, PolicyBehaviour behaviour, BehaviourContext context, int revision)
    {
        _policy = policy;
        _behaviour = behaviour;
        _context = context;
        _revision = revision;
        _plans = ProviderPlan.Of(behaviour, policy);
        _rules = context.Rules.Open(policy, behaviour, revision);
        _overlayPlans = behaviour.Rules.SelectMany(rule => rule.Action.Set?.Values ?? []).Distinct<DomainOverlay>(ReferenceEqualityComparer.Instance)
            .ToDictionary(
                overlay => overlay,
                overlay => overlay.Provider is { } provider ? ProviderPlan.Of(provider, policy) : null,
                (IEqualityComparer<DomainOverlay>)ReferenceEqualityComparer.Instance); // different overlays may be equal
        _throttles = policy.DrawsOf(DrawKind.Throttle);
        _greylists = policy.DrawsOf(DrawKind.Greylist);

        // Indexed by stage.
        _delays = [.. from kind in (DrawKind[])[DrawKind.ConnectDelay, DrawKind.EhloDelay, DrawKind.MailDelay, DrawKind.RecipientDelay] select policy.DrawsOf(kind)];
    }

    /// <inheritdoc/>
    public int EntryCount => _policy.EntryCount;

    /// <inheritdoc/>
    public bool WantsDestination => _policy.WantsDestination;

    /// <inheritdoc/>
    public string EntryName(int entry) => _policy.EntryName(entry);

    /// <inheritdoc/>
    public int EntryOf(ReadOnlySpan<byte> domain) => _policy.EntryOf(domain);

    /// <inheritdoc/>
    public ServerIdentity? IdentityAt(IPAddress destination) => _policy.IdentityAt(destination);

    /// <inheritdoc/>
    public FilterAnswer Answer(in SessionFacts facts) =>
        facts.Stage == Stage.Rcpt ? AnswerRecipient(facts)
        : facts.Stage < Stage.Rcpt ? AnswerClient(facts)
        : _policy.Answer(facts);

    /// <inheritdoc/>
    public void MessageAccepted(in DeliveryFacts delivery)
    {
        if (_context.Deliveries.IsDuplicate(delivery))
        {
            _context.Observer?.DuplicateAccepted(this, delivery);
        }
    }

    /// <inheritdoc/>
    public int CountTry(in SessionFacts facts, ReadOnlySpan<byte> domain, int entry) =>
        _context.Rules.Tries.Next(TryCounter.TriggerScope, facts, domain, PlanOf(entry)?.Behaviour.Limits);

    /// <summary>How many seconds of the providers' time pass in one real second.</summary>
    public double TimeScale => _behaviour.TimeScale;

    /// <summary>The limits that apply to senders at an entry now; null for none.</summary>
    public ProviderLimits? LimitsOf(int entry) => (_rules.OverlayOf(entry) is { } overlay ? _overlayPlans[overlay] : PlanOf(entry))?.Behaviour.Limits;

    /// <summary>The shares of outcomes that the rates give an entry's recipients now, in the long run.</summary>
    public OutcomeShares SharesOf(int entry)
    {
        var rules = _rules.OverlayOf(entry)?.Rules ?? _policy.RulesOf(entry);
        if (_context.Rules.Overrides.Index.IsEmpty)
        {
            return rules.SharesOf(rules.Rates);
        }

        // An entry is named after its key.
        return _rules.SharesOf(entry > 0 && DomainKey.TryRead(EntryName(entry), out var named) ? named : DomainKey.Fallback, rules);
    }

    /// <summary>The same for the recipients of one of the entry's domains, given without the domain suffix.</summary>
    public OutcomeShares SharesOf(int entry, string domain) =>
        _rules.SharesOf(new DomainKey(domain, DomainKeyKind.Name), _rules.OverlayOf(Encoding.ASCII.GetBytes(domain), entry)?.Rules ?? _policy.RulesOf(entry));

    // Before RCPT, only the server that the client connected to tells which provider it is.
    private FilterAnswer AnswerClient(in SessionFacts facts)
    {
        var server = _policy.ServerAt(facts.Destination) is { KnowsProvider: true } known ? known : null;
        if (_rules.IsEmpty)
        {
            return server is null ? _policy.Answer(facts) : AnswerAtServer(facts, server, _policy.RulesOf(server.Provider.Entry), PlanOf(server.Provider.Entry), rates: default);
        }

        var entry = server?.Provider.Entry ?? 0;
        var verdict = _rules.Judge(facts, server is null ? default : server.ProviderDomain, entry);
        var answer = verdict.IsDecided ? verdict.AnswerAt(facts.Stage, entry)
            : server is null ? _policy.Answer(facts)
            : verdict.Overlay is { } overlay ? AnswerAtServer(facts, server, overlay.Rules, _overlayPlans[overlay], verdict.Rates)
            : AnswerAtServer(facts, server, _policy.RulesOf(entry), PlanOf(entry), verdict.Rates);
        Tell(verdict.Fault, verdict.Delay);
        return verdict.AddTo(answer);
    }

    private FilterAnswer AnswerAtServer(in SessionFacts facts, MxServer server, in DomainRules rules, ProviderPlan? plan, in RateChange rates)
    {
        var answer = facts.Stage == Stage.Connect && plan?.Limits is { } limits && Greet(facts, server, plan, limits) is { } refusal
            ? Give(refusal, server.Provider.Entry, facts.Stage)
            : _policy.AnswerBeforeRcpt(facts.Stage, server, rules, rules.Rates.With(rates));
        return plan?.Behaviour.Delays is { } delays ? Delay(answer, delays, facts.Stage, server.Provider, server.ProviderDomain) : answer;
    }

    private PolicyReply? Greet(in SessionFacts facts, MxServer server, ProviderPlan plan, SenderLimits limits)
    {
        var now = Now(facts);
        var provider = plan.KeyOf(server.Provider);
        var owners = Owners(facts, limits, ClientAt(facts, plan, provider), provider);
        ref var visit = ref _context.Dialogs.Of(facts.Connection).At(provider, _context.Memory);
        var admission = _context.Memory.Admit(owners, limits, new SenderTry(Tokens: 0, Joins: limits.Given.Connections is not null && !visit.HasJoined), now);
        if (admission.Limit is not { } limit)
        {
            Join(ref visit, admission, owners);
            return null;
        }

        _context.Observer?.LimitHit(this, server.Provider.Entry, limit);
        return LimitReplies.AtGreeting(limit, plan.Behaviour, _throttles.Next(server.Provider, server.ProviderDomain));
    }

    private FilterAnswer AnswerRecipient(in SessionFacts facts)
    {
        var match = _policy.Find(facts.Domain, out var domain);
        var answer = _rules.IsEmpty
            ? Answer(facts, domain, match, _policy.RulesOf(match.Entry), PlanOf(match.Entry), rates: default, decided: null)
            : AnswerByRules(facts, domain, match);
        return _behaviour.CountsDuplicates ? answer with { WantsMessageId = true } : answer;
    }

    private FilterAnswer AnswerByRules(in SessionFacts facts, ReadOnlySpan<byte> domain, in DomainMatch match)
    {
        var verdict = _rules.Judge(facts, domain, match.Entry);
        FilterAnswer? decided = verdict.IsDecided ? verdict.AnswerAt(Stage.Rcpt, match.Entry) : null;
        var rules = verdict.Overlay?.Rules ?? _policy.RulesOf(match.Entry);
        var plan = verdict.Overlay is { } overlay ? _overlayPlans[overlay] : PlanOf(match.Entry);

        // Limits neither take back nor count what an override decided.
        var answer = verdict.OverriddenBy is null ? Answer(facts, domain, match, rules, plan, verdict.Rates, decided) : Delay(decided!.Value, plan, match, domain);

        // A recipient that is refused now never reaches the end of data.
        if (verdict.HasMoreAtEnd && (answer.Reply is not { } reply || answer.ReplyStage == Stage.Data || reply.Outcome == Outcome.Accepted))
        {
            _rules.JudgeEnd(facts, domain, ref verdict);
        }

        Tell(verdict.Fault, verdict.Delay);
        Tell(verdict.EndFault, verdict.EndDelay);
        return verdict.AddTo(verdict.HasRatesForSome ? answer with { Drawn = null } : answer);
    }

    private FilterAnswer Answer(
        in SessionFacts facts, ReadOnlySpan<byte> domain, in DomainMatch match, in DomainRules rules, ProviderPlan? plan, in RateChange rates, FilterAnswer? decided)
    {
        var answer = decided.GetValueOrDefault();
        var isDecided = decided.HasValue;
        if (!isDecided && _policy.TryAnswerByAddress(facts, domain, match, rules, this, out var asked))
        {
            (answer, isDecided) = (asked, true);
            Tell(asked.Fault, asked.Delay);
            Tell(asked.EndFault, asked.EndDelay);
        }

        if (plan is null)
        {
            return isDecided ? answer : _policy.AnswerByRates(facts, domain, match, rules, rules.Rates.With(rates));
        }

        var provider = plan.KeyOf(match);
        var client = ClientAt(facts, plan, provider);
        var triple = default(StateKey);
        if (plan.Behaviour.Greylist is not null && !isDecided)
        {
            triple = GreylistKey(facts, client);
            _context.Memory.Expect(triple);
        }

        if (plan.Limits is { } limits)
        {
            var owners = Owners(facts, limits, client, provider);
            for (var i = 0; i < owners.Count; i++)
            {
                _context.Memory.Expect(owners[i]);
            }

            var now = Now(facts);
            if (Admit(facts, limits, owners, provider, isDecided, now, out var isLast) is { } limit)
            {
                _context.Observer?.LimitHit(this, match.Entry, limit);
                answer = Give(LimitReplies.Of(limit, plan.Behaviour, _throttles.Next(match, domain)), match.Entry);
            }
            else
            {
                answer = isDecided ? answer : AnswerAdmitted(facts, domain, match, rules, plan, rates, triple);
                if (limits.CountsUnknown && answer.Reply is { Code: >= 500 })
                {
                    _context.Memory.CountPermFail(owners, limits, now);
                }
            }

            answer = isLast && answer.EndFault == AnswerFault.None ? answer with { EndFault = AnswerFault.DropAfterReply } : answer;
        }
        else if (!isDecided)
        {
            answer = AnswerAdmitted(facts, domain, match, rules, plan, rates, triple);
        }

        return Delay(answer, plan, match, domain);
    }

    // No limit refuses: the greylist decides, then the draws of the rates.
    private FilterAnswer AnswerAdmitted(in SessionFacts facts, ReadOnlySpan<byte> domain, in DomainMatch match, in DomainRules rules, ProviderPlan plan, in RateChange rates, StateKey triple)
    {
        if (plan.Behaviour.Greylist is { } greylist)
        {
            var result = _context.Memory.Greylist(triple, greylist, Now(facts));
            _context.Observer?.Greylisted(this, match.Entry, result);
            if (result is GreylistResult.First or GreylistResult.TooEarly)
            {
                return Give(_policy.ReplyOf(ReplyLabel.Greylist, rules, _greylists.Next(match, domain)), match.Entry);
            }
        }

        return _policy.AnswerByRates(facts, domain, match, rules, rules.Rates.With(rates));
    }

    private ProviderLimit? Admit(in SessionFacts facts, SenderLimits limits, in SenderKeys owners, ulong provider, bool isDecided, long now, out bool isLast)
    {
        var given = limits.Given;
        isLast = false;
        if (!limits.LooksAtDialog)
        {
            return _context.Memory.Admit(owners, limits, new SenderTry(Tokens: 1, Joins: false, IsDecided: isDecided), now).Limit;
        }

        ref var visit = ref _context.Dialogs.Of(facts.Connection).At(provider, _context.Memory);
        var isNew = visit.IsNewMessage(facts.TransactionId);
        ProviderLimit? reached = isNew && visit.Messages >= given.MessagesPerConnection ? ProviderLimit.MessagesPerConnection
            : !isNew && visit.Recipients >= given.RecipientsPerMessage ? ProviderLimit.RecipientsPerMessage
            : null;
        var attempt = new SenderTry(Tokens: 1, Joins: given.Connections is not null && !visit.HasJoined, reached, isDecided);
        var admission = _context.Memory.Admit(owners, limits, attempt, now);
        if (admission.Limit is null)
        {
            Join(ref visit, admission, owners);
            visit.Count(facts.TransactionId);
        }

        isLast = given.ClosesSilently && visit.Messages >= given.MessagesPerConnection;
        return admission.Limit;
    }

    private static void Join(ref Visit visit, in Admission admission, in SenderKeys owners)
    {
        if (admission.Joined)
        {
            visit.HasJoined = true;
            visit.Network = owners[0];
        }
    }

    private KeyBuilder ClientAt(in SessionFacts facts, ProviderPlan plan, ulong provider) =>
        _context.Keys.Begin(provider).Add(ClientNetwork.Of(facts.ClientAddress, plan.Behaviour.Limits));

    // An owner without a name does not count; when none has a name, the network counts instead.
    private SenderKeys Owners(in SessionFacts facts, SenderLimits limits, in KeyBuilder client, ulong provider)
    {
        var by = limits.Given.By;
        StateKey? domain = (by & BucketOwners.SenderDomain) != BucketOwners.None && !facts.SenderDomain.IsEmpty
            ? _context.Keys.Begin(provider).AddIgnoringCase(facts.SenderDomain).KeyOf(StateKind.SenderDomain)
            : null;
        StateKey? user = (by & BucketOwners.User) != BucketOwners.None && !facts.User.IsEmpty
            ? _context.Keys.Begin(provider).AddIgnoringCase(facts.User).KeyOf(StateKind.User)
            : null;
        return new SenderKeys(client.KeyOf(StateKind.Network), (by & BucketOwners.Network) != BucketOwners.None, domain, user);
    }

    private static StateKey GreylistKey(in SessionFacts facts, in KeyBuilder client) =>
        client.AddIgnoringCase(facts.Sender).AddIgnoringCase(facts.Recipient).KeyOf(StateKind.Greylist);

    private FilterAnswer Delay(in FilterAnswer answer, ProviderPlan? plan, in DomainMatch match, ReadOnlySpan<byte> domain) =>
        plan?.Behaviour.Delays is { } delays ? Delay(answer, delays, Stage.Rcpt, match, domain) : answer;

    private FilterAnswer Delay(in FilterAnswer answer, ProviderDelays delays, Stage stage, in DomainMatch match, ReadOnlySpan<byte> domain)
    {
        var now = delays.At(stage);
        var later = stage == Stage.Rcpt ? delays.Data : default;
        if (now.Kind == DelayKind.None && later.Kind == DelayKind.None)
        {
            return answer;
        }

        var draw = now.IsDrawn || later.IsDrawn ? _delays[(int)stage].Next(match, domain) : 0;
        var (delay, endDelay) = (now.Of(draw), later.Of(SplitMix.Mix(draw)));
        Tell(AnswerFault.None, delay);
        Tell(AnswerFault.None, endDelay);
        return answer with { Delay = Math.Max(answer.Delay, delay), EndDelay = Math.Max(answer.EndDelay, endDelay) };
    }

    private void Tell(AnswerFault fault, int delay)
    {
        if (fault != AnswerFault.None)
        {
            _context.Observer?.FaultDrawn(fault);
        }

        if (delay > 0)
        {
            _context.Observer?.Delayed(delay);
        }
    }

    private ProviderPlan? PlanOf(int entry) => _plans.Length == 0 ? null : _plans[entry];

    private long Now(in SessionFacts facts) => _context.Clock.At(facts.Now, _revision, _behaviour.TimeScale);

    private static FilterAnswer Give(PolicyReply reply, int entry) => new() { Reply = reply.Reply, ReplyStage = reply.GivenAt, Entry = entry };

    private static FilterAnswer Give(PolicyReply reply, int entry, Stage stage) => new() { Reply = reply.Reply, ReplyStage = stage, Entry = entry };
}
