using System.Runtime.InteropServices;
using SmartSink.Policy.Files;
using SmartSink.Policy.Model;
using SmartSink.Policy.Replies;
using SmartSink.Smtp;
using SmartSink.Smtp.Replies;

namespace SmartSink.Policy.Decisions;

/// <summary>What holds for a domain; equal ones are one, so that many domains take little memory.</summary>
internal sealed record DomainRules(
    RateThresholds Rates,
    bool Sticky,
    TriggerKinds Triggers,
    ReplyChoice Bounces,
    ReplyChoice Defers,
    ReplyChoice? TlsReplies,
    ReplyChoice? StrictReplies)
{
    /// <summary>The reply of a bounce when the draw decides for one; else null.</summary>
    /// <param name="draw">64 random bits.</param>
    /// <param name="rates">What holds now: <see cref="Rates"/>, or what stands in their place.</param>
    public PolicyReply? BounceOf(ulong draw, in RateThresholds rates) => Draw.ForRate(draw) < rates.BounceBelow ? Bounces.Pick(draw) : null;

    /// <summary>The reply of a deferral when the draw of a recipient that does not bounce decides for one; null to accept.</summary>
    public PolicyReply? DeferOf(ulong draw, in RateThresholds rates) =>
        Draw.ForRate(draw) < (Sticky ? rates.DeferRestBelow : rates.RefuseBelow) ? Defers.Pick(draw) : null;

    /// <summary>What rates make of recipients, in the long run.</summary>
    public OutcomeShares SharesOf(in RateThresholds rates)
    {
        var bounced = Threshold.ShareOf(rates.BounceBelow);
        var deferred = Sticky ? (1 - bounced) * Threshold.ShareOf(rates.DeferRestBelow) : Threshold.ShareOf(rates.RefuseBelow) - bounced;

        // A list may hold replies of the other class.
        var permanent = (bounced * Bounces.PermanentShare) + (deferred * Defers.PermanentShare);
        return new OutcomeShares(1 - bounced - deferred, bounced + deferred - permanent, permanent);
    }

    /// <summary>One of the replies of a label in both lists together, by weight; null when neither has one that is ever chosen.</summary>
    public PolicyReply? ReplyOf(ReplyLabel label, ulong draw)
    {
        var bounces = Bounces.WeightOf(label);
        var total = bounces + Defers.WeightOf(label);
        if (total == 0)
        {
            return null;
        }

        var place = (ulong)(((UInt128)Draw.ForChoice(draw) * total) >> 63);
        return place < bounces ? Bounces.At(label, place) : Defers.At(label, place - bounces);
    }
}

/// <summary>Shares of recipients by <see cref="Outcome"/>, 0 to 1; together 1.</summary>
public readonly record struct OutcomeShares(double Accepted, double TempFail, double PermFail);

/// <summary>The rates of a domain as bounds for draws.</summary>
/// <param name="BounceBelow">Draws below it bounce.</param>
/// <param name="RefuseBelow">Draws below it, but not below <paramref name="BounceBelow"/>, defer.</param>
/// <param name="DeferRestBelow">Under <c>sticky</c>: draws below it defer a recipient that does not bounce.</param>
internal readonly record struct RateThresholds(ulong BounceBelow, ulong RefuseBelow, ulong DeferRestBelow)
{
    public static RateThresholds Of(decimal bounce, decimal defer) =>
        new(Threshold.Of(bounce, 100), Threshold.Of(bounce + defer, 100), bounce < 100 ? Threshold.Of(defer, 100 - bounce) : 0);

    /// <summary>What holds with a change of them. Of the rate that it leaves alone at most what is left of the whole stays: with all deferred, nothing is left to bounce.</summary>
    public RateThresholds With(in RateChange change)
    {
        if (change.IsEmpty)
        {
            return this;
        }

        var bounce = change.Bounce ?? Math.Min(BounceBelow, Threshold.Always - change.Defer!.Value);
        var defer = change.Defer ?? Math.Min(RefuseBelow - BounceBelow, Threshold.Always - bounce);
        var rest = Threshold.Always - bounce;
        return new RateThresholds(bounce, bounce + defer, rest == 0 ? 0 : (ulong)(((UInt128)defer << 63) / rest));
    }
}

/// <summary>Rates in the place of others, as <see cref="Threshold"/>s of all recipients; null leaves the other's. Together at most the whole.</summary>
internal readonly record struct RateChange(ulong? Bounce, ulong? Defer)
{
    public bool IsEmpty => Bounce is null && Defer is null;

    /// <summary>A change in percent.</summary>
    public static RateChange Of(double? bounce, double? defer)
    {
        ulong? bounced = bounce is { } percent ? Threshold.Of((decimal)percent, 100) : null;

        // Both together, so that rates which add up to 100 leave nothing over.
        return new RateChange(bounced, defer is { } deferred ? Threshold.Of((decimal)deferred + (decimal)(bounce ?? 0), 100) - (bounced ?? 0) : null);
    }

    /// <summary>This one, and what it leaves alone as another says it, as far as there is room for it.</summary>
    public RateChange Over(in RateChange other) => new(
        Bounce ?? (other.Bounce is { } bounce ? Math.Min(bounce, Threshold.Always - (Defer ?? 0)) : null),
        Defer ?? (other.Defer is { } defer ? Math.Min(defer, Threshold.Always - (Bounce ?? 0)) : null));
}

/// <summary>The replies of one list and their weights, ready to be drawn from. Immutable, shared by all domains that use the list.</summary>
internal sealed class ReplyChoice
{
    private readonly PolicyReply[] _replies;
    private readonly ulong[] _bounds;

    // In whole numbers, so that sums are the same on every machine.
    private readonly ulong[] _weights;

    public ReplyChoice(PolicyReply reply, decimal weight = 1)
    {
        _replies = [reply];
        _bounds = [];
        _weights = [MillionthsOf(weight)];
    }

    public ReplyChoice(IReadOnlyList<(PolicyReply Reply, decimal Weight)> replies)
    {
        var total = replies.Sum(entry => entry.Weight);
        var sum = 0m;
        _replies = new PolicyReply[replies.Count];
        _bounds = new ulong[replies.Count];
        _weights = new ulong[replies.Count];
        for (var i = 0; i < replies.Count; i++)
        {
            sum += replies[i].Weight;
            _replies[i] = replies[i].Reply;
            _bounds[i] = Threshold.Of(sum, total);
            _weights[i] = MillionthsOf(replies[i].Weight);
        }
    }

    /// <summary>The share of those picked whose code is 5xx, 0 to 1.</summary>
    public double PermanentShare
    {
        get
        {
            var (permanent, total) = (0UL, 0UL);
            for (var i = 0; i < _replies.Length; i++)
            {
                total += _weights[i];
                permanent += _replies[i].Reply.Outcome == Outcome.PermFail ? _weights[i] : 0;
            }

            return total == 0 ? 0 : (double)permanent / total;
        }
    }

    public PolicyReply Pick(ulong draw)
    {
        if (_replies.Length == 1)
        {
            return _replies[0];
        }

        var bits = Draw.ForChoice(draw);
        var low = 0;
        var high = _bounds.Length - 1;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (bits < _bounds[middle])
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        return _replies[low];
    }

    /// <summary>What the replies of a label weigh together, in millionths.</summary>
    public ulong WeightOf(ReplyLabel label)
    {
        var sum = 0UL;
        for (var i = 0; i < _replies.Length; i++)
        {
            sum += _replies[i].Reply.Label == label ? _weights[i] : 0;
        }

        return sum;
    }

    /// <summary>The reply of a label whose weight holds a place, if all of them lie one behind the other.</summary>
    /// <param name="label">Why it refuses.</param>
    /// <param name="place">0 to what they weigh together, less 1.</param>
    public PolicyReply At(ReplyLabel label, ulong place)
    {
        var i = 0;
        while (_replies[i].Reply.Label != label || place >= _weights[i])
        {
            place -= _replies[i].Reply.Label == label ? _weights[i] : 0;
            i++;
        }

        return _replies[i];
    }

    private static ulong MillionthsOf(decimal weight) => (ulong)decimal.Round(weight * 1_000_000);
}

/// <summary>Freezes what holds for domains. Equal replies are encoded once, and domains with the same list, or the same single reply and weight, share their choice.</summary>
/// <param name="seed">Of the numbers in replies that look like chance.</param>
/// <param name="hasSes">Whether the names of Amazon's mailbox simulator hold, wherever triggers do.</param>
internal sealed class RulesBuilder(ulong seed, bool hasSes = false)
{
    private readonly Dictionary<DomainRules, DomainRules> _rules = [];
    private readonly Dictionary<ReplyContent, PolicyReply> _replies = [];
    private readonly Dictionary<(PolicyReply, decimal), ReplyChoice> _singles = [];
    private readonly Dictionary<ReplyList, ReplyChoice> _lists = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<(ReplyList?, ReplyList?), ThrottleReplies> _throttles = [];
    private readonly Dictionary<(decimal Bounce, decimal Defer), RateThresholds> _thresholds = [];
    private readonly ReplyChoice _builtInBounce = new(BuiltInReplies.Of(ReplyLabel.UnknownUser));
    private readonly ReplyChoice _builtInDefer = new(BuiltInReplies.Of(ReplyLabel.System));
    private readonly ReplyChoice _builtInStrict = new(BuiltInReplies.Of(ReplyLabel.BadAddress));
    private readonly ReplyChoice _builtInThrottle = new(BuiltInReplies.Throttle);
    private readonly ReplyChoice _builtInTls = new(BuiltInReplies.Of(ReplyLabel.Tls));

    public DomainRules Build(DomainEntry domain)
    {
        var rules = RulesOf(domain);
        return CollectionsMarshal.GetValueRefOrAddDefault(_rules, rules, out _) ??= rules;
    }

    private DomainRules RulesOf(DomainEntry domain) => new(
        ThresholdsOf(Inheritance.PercentOf(domain.Bounce), Inheritance.PercentOf(domain.Defer)),
        domain.Sticky?.Value ?? false,
        TriggersOf(domain),
        domain.Bounces is null ? _builtInBounce : ChoiceOf(domain.Bounces),
        domain.Defers is null ? _builtInDefer : ChoiceOf(domain.Defers),
        domain.RequiresTls is not { Value: true } ? null : domain.TlsReplies is null ? _builtInTls : ChoiceOf(domain.TlsReplies),
        domain.Strict is not { Value: true } ? null : StrictChoiceOf(domain.Bounces));

    /// <summary>What is said over limits, in the provider's own words if it has any, else in those of <c>"*"</c>.</summary>
    /// <param name="domain">With everything inherited.</param>
    /// <param name="fallback">What holds for every domain.</param>
    public ThrottleReplies ThrottlesOf(DomainEntry domain, DomainEntry fallback)
    {
        ref var throttles = ref CollectionsMarshal.GetValueRefOrAddDefault(_throttles, (domain.Throttles, domain.Defers), out _);
        return throttles ??= new ThrottleReplies(
            AnyOf(domain.Throttles, domain.Defers, isFallback: false) ?? AnyOf(fallback.Throttles, fallback.Defers, isFallback: true) ?? _builtInThrottle,
            domain.Throttles is { } list && list.Replies.Any(reply => reply.Limit is not null)
                ? [.. PolicyKeys.LimitWords.Select(word => PartOf(list, reply => reply.Limit is { } limit && limit.Value == word))]
                : null);
    }

    /// <summary>A reply that stands in no list.</summary>
    public PolicyReply ReplyOf(ReplyEntry reply) => Shared(reply.Code!.Value.Value < 500 ? ReplyKind.Defer : ReplyKind.Bounce, reply);

    public static decimal WeightOf(ReplyEntry reply) => reply.Weight is { } weight ? (decimal)weight.Value : 1;

    public static PolicyReply ReplyOf(in ReplyContent content, ulong seed = 0) =>
        new(ReplyFactory.Create(content.Code, content.Text, content.Closes, content.Label, content.Encoding, seed), content.Stage);

    private TriggerKinds TriggersOf(DomainEntry domain)
    {
        var kinds = domain.Triggers?.Value ?? TriggerKinds.All;
        return hasSes && kinds != TriggerKinds.None ? kinds | TriggerKinds.Ses : kinds;
    }

    private ReplyChoice? AnyOf(ReplyList? throttles, ReplyList? defers, bool isFallback) =>
        (throttles?.Name.Value.IsFallback == isFallback ? PartOf(throttles, reply => reply.Limit is null) : null)
        ?? (defers?.Name.Value.IsFallback == isFallback ? PartOf(defers, reply => Shared(ReplyKind.Defer, reply).Reply.Label == ReplyLabel.RateLimit) : null);

    private ReplyChoice? PartOf(ReplyList list, Func<ReplyEntry, bool> isIn)
    {
        var part = list.Replies.Where(reply => WeightOf(reply) > 0 && isIn(reply)).Select(reply => (Shared(list.Kind, reply), WeightOf(reply))).ToList();
        return part.Count == 0 ? null : new ReplyChoice(part);
    }

    private RateThresholds ThresholdsOf(decimal bounce, decimal defer)
    {
        // Many domains have the same rates, and the division of decimals is slow.
        ref var thresholds = ref CollectionsMarshal.GetValueRefOrAddDefault(_thresholds, (bounce, defer), out var isKnown);
        if (!isKnown)
        {
            thresholds = RateThresholds.Of(bounce, defer);
        }

        return thresholds;
    }

    private ReplyChoice ChoiceOf(ReplyList list)
    {
        if (list.Replies is [var single])
        {
            var reply = Shared(list.Kind, single);
            ref var choice = ref CollectionsMarshal.GetValueRefOrAddDefault(_singles, (reply, WeightOf(single)), out _);
            return choice ??= new ReplyChoice(reply, WeightOf(single));
        }

        ref var shared = ref CollectionsMarshal.GetValueRefOrAddDefault(_lists, list, out _);
        return shared ??= new ReplyChoice([.. list.Replies.Select(reply => (Shared(list.Kind, reply), WeightOf(reply)))]);
    }

    // A list's own replies to an address that breaks the grammar, by RFC 3463 section 3.2.
    private ReplyChoice StrictChoiceOf(ReplyList? list)
    {
        var replies = list?.Replies.Where(reply => reply.Code!.Value.Value == 553 && ReplyTextNormaliser.Normalise(553, reply.SentText)[0].EnhancedCode == "5.1.3").ToList() ?? [];
        return replies.Count == 0 ? _builtInStrict : new ReplyChoice([.. replies.Select(reply => (Shared(ReplyKind.Bounce, reply), WeightOf(reply)))]);
    }

    private PolicyReply Shared(ReplyKind kind, ReplyEntry section)
    {
        var content = ReplyContent.Of(kind, section);
        ref var reply = ref CollectionsMarshal.GetValueRefOrAddDefault(_replies, content, out _);
        return reply ??= ReplyOf(content, seed);
    }
}

/// <summary>All that makes one reply of a file differ from another.</summary>
/// <param name="Code">400 to 599.</param>
/// <param name="Text">As in the file; null for the code alone.</param>
/// <param name="Stage">The stage that the file names.</param>
/// <param name="Closes">Whether the connection ends after it; null when the file does not say.</param>
/// <param name="Label">Null when neither the file nor the list says why it refuses.</param>
/// <param name="Encoding">What it is written in.</param>
internal readonly record struct ReplyContent(int Code, string? Text, Stage Stage, bool? Closes, ReplyLabel? Label, TextEncoding Encoding)
{
    public static ReplyContent Of(ReplyKind kind, ReplyEntry reply) => new(
        (int)reply.Code!.Value.Value,
        reply.SentText,
        reply.Stage?.Value ?? Stage.Rcpt,
        reply.Close?.Value,
        reply.Label?.Value ?? kind switch { ReplyKind.Tls => ReplyLabel.Tls, ReplyKind.Throttle => ReplyLabel.RateLimit, _ => null },
        reply.Encoding?.Value ?? TextEncoding.Utf8);
}
