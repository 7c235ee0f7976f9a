using System.Net;
using SmartSink.Behaviour.Events;
using SmartSink.Behaviour.Limits;
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
/// One revision of a policy whose providers react to what senders do. A recipient is looked at by what its address says, then by the limits,
/// then by the greylist, then by the dice; the delay comes on top of whatever the answer is.
/// </summary>
internal sealed class BehaviourFilter : IMailboxFilter
{
    private readonly PolicySnapshot _policy;
    private readonly PolicyBehaviour _behaviour;
    private readonly BehaviourContext _context;
    private readonly int _revision;
    private readonly ProviderPlan?[] _plans;
    private readonly DrawSource _throttles;
    private readonly DrawSource _greylists;
    private readonly DrawSource[] _delays;

    /// <summary>Puts the behaviour around a revision.</summary>
    /// <param name="policy">The revision.</param>
    /// <param name="behaviour">What its providers do.</param>
    /// <param name="context">What all revisions share.</param>
    /// <param name="revision">Its number, from 1.</param>
    public BehaviourFilter(PolicySnapshot policy, PolicyBehaviour behaviour, BehaviourContext context, int revision)
    {
        _policy = policy;
        _behaviour = behaviour;
        _context = context;
        _revision = revision;
        _plans = ProviderPlan.Of(behaviour, policy);
        _throttles = policy.DrawsOf(DrawKind.Throttle);
        _greylists = policy.DrawsOf(DrawKind.Greylist);

        // By the stage.
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
        : facts.Stage < Stage.Rcpt && _policy.ServerAt(facts.Destination) is { KnowsProvider: true } server ? AnswerAtServer(facts, server)
        : _policy.Answer(facts);

    // Before RCPT only the server tells which provider it is.
    private FilterAnswer AnswerAtServer(in SessionFacts facts, MxServer server)
    {
        var plan = _plans[server.Provider.Entry];
        var answer = facts.Stage == Stage.Connect && plan?.Limits is { } limits && Greet(facts, server, plan, limits) is { } refusal
            ? Give(refusal, server.Provider.Entry, facts.Stage)
            : _policy.Answer(facts);
        return plan?.Behaviour.Delays is { } delays ? Delay(answer, delays, facts.Stage, server.Provider, server.ProviderDomain) : answer;
    }

    private PolicyReply? Greet(in SessionFacts facts, MxServer server, ProviderPlan plan, SenderLimits limits)
    {
        var now = Now(facts);
        var provider = plan.KeyOf(server.Provider);
        var owners = Owners(facts, limits, provider);
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
        ref readonly var rules = ref _policy.RulesOf(match.Entry);
        return Answer(facts, domain, match, rules, _plans[match.Entry]);
    }

    private FilterAnswer Answer(in SessionFacts facts, ReadOnlySpan<byte> domain, in DomainMatch match, in DomainRules rules, ProviderPlan? plan)
    {
        var isDecided = _policy.TryAnswerByAddress(facts, domain, match, rules, out var answer);
        if (plan is null)
        {
            return isDecided ? answer : _policy.AnswerByRates(facts, domain, match, rules);
        }

        if (plan.Limits is { } limits)
        {
            var provider = plan.KeyOf(match);
            var owners = Owners(facts, limits, provider);
            var now = Now(facts);
            if (Admit(facts, limits, owners, provider, isDecided, now, out var isLast) is { } limit)
            {
                _context.Observer?.LimitHit(this, match.Entry, limit);
                answer = Give(LimitReplies.Of(limit, plan.Behaviour, _throttles.Next(match, domain)), match.Entry);
            }
            else
            {
                answer = isDecided ? answer : AnswerAdmitted(facts, domain, match, rules, plan);
                if (limits.CountsUnknown && answer.Reply is { Code: >= 500 })
                {
                    _context.Memory.CountPermFail(owners, limits, now);
                }
            }

            answer = isLast && answer.EndFault == AnswerFault.None ? answer with { EndFault = AnswerFault.DropAfterReply } : answer;
        }
        else if (!isDecided)
        {
            answer = AnswerAdmitted(facts, domain, match, rules, plan);
        }

        return plan.Behaviour.Delays is { } delays ? Delay(answer, delays, Stage.Rcpt, match, domain) : answer;
    }

    // No limit has anything against it: the greylist, then the dice.
    private FilterAnswer AnswerAdmitted(in SessionFacts facts, ReadOnlySpan<byte> domain, in DomainMatch match, in DomainRules rules, ProviderPlan plan)
    {
        if (plan.Behaviour.Greylist is { } greylist)
        {
            var result = _context.Memory.Greylist(GreylistKey(facts, plan, match), greylist, Now(facts));
            _context.Observer?.Greylisted(this, match.Entry, result);
            if (result is GreylistResult.First or GreylistResult.TooEarly)
            {
                return Give(_policy.ReplyOf(ReplyLabel.Greylist, rules, _greylists.Next(match, domain)), match.Entry);
            }
        }

        return _policy.AnswerByRates(facts, domain, match, rules);
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

    // An owner that has no name does not count; when none has one, the network does.
    private SenderKeys Owners(in SessionFacts facts, SenderLimits limits, ulong provider)
    {
        var by = limits.Given.By;
        var keys = _context.Keys;
        var network = ClientNetwork.Of(facts.ClientAddress, limits.Given.Net4, limits.Given.Net6);
        StateKey? domain = (by & BucketOwners.SenderDomain) != BucketOwners.None && !facts.SenderDomain.IsEmpty
            ? keys.Begin(StateKind.SenderDomain, provider).AddIgnoringCase(facts.SenderDomain).Key
            : null;
        StateKey? user = (by & BucketOwners.User) != BucketOwners.None && !facts.User.IsEmpty
            ? keys.Begin(StateKind.User, provider).AddIgnoringCase(facts.User).Key
            : null;
        return new SenderKeys(
            keys.Begin(StateKind.Network, provider).Add(network).Key, (by & BucketOwners.Network) != BucketOwners.None, domain, user);
    }

    private StateKey GreylistKey(in SessionFacts facts, ProviderPlan plan, in DomainMatch match)
    {
        var limits = plan.Behaviour.Limits ?? DefaultNetworks;
        return _context.Keys.Begin(StateKind.Greylist, plan.KeyOf(match))
            .Add(ClientNetwork.Of(facts.ClientAddress, limits.Net4, limits.Net6)).AddIgnoringCase(facts.Sender).AddIgnoringCase(facts.Recipient).Key;
    }

    private static readonly ProviderLimits DefaultNetworks = new();

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
        if (_context.Observer is { } observer)
        {
            Tell(observer, delay);
            Tell(observer, endDelay);
        }

        return answer with { Delay = Math.Max(answer.Delay, delay), EndDelay = Math.Max(answer.EndDelay, endDelay) };
    }

    private static void Tell(IBehaviourObserver observer, int delay)
    {
        if (delay > 0)
        {
            observer.Delayed(delay);
        }
    }

    private long Now(in SessionFacts facts) => _context.Clock.At(facts.Now, _revision, _behaviour.TimeScale);

    private static FilterAnswer Give(PolicyReply reply, int entry) => new() { Reply = reply.Reply, ReplyStage = reply.GivenAt, Entry = entry };

    private static FilterAnswer Give(PolicyReply reply, int entry, Stage stage) => new() { Reply = reply.Reply, ReplyStage = stage, Entry = entry };
}
