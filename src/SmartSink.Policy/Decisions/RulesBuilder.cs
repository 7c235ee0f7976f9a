using System.Runtime.InteropServices;
using SmartSink.Policy.Documents;
using SmartSink.Policy.Merging;
using SmartSink.Policy.Replies;
using SmartSink.Smtp;

namespace SmartSink.Policy.Decisions;

/// <summary>Freezes what holds for domains. Equal replies are encoded once, and domains with the same list, or the same single reply, share their choice.</summary>
internal sealed class RulesBuilder
{
    private readonly Dictionary<ReplyContent, PolicyReply> _replies = [];
    private readonly Dictionary<PolicyReply, ReplyChoice> _singles = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<ReplyListSection, ReplyChoice> _lists = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<(decimal Bounce, decimal Defer), RateThresholds> _thresholds = [];
    private readonly ReplyChoice _builtInBounce = BuiltIn(550, StandardTexts.Bounce);
    private readonly ReplyChoice _builtInDefer = BuiltIn(451, StandardTexts.Defer);
    private readonly ReplyChoice _builtInTls = BuiltIn(530, StandardTexts.TlsRequired);

    /// <summary>Freezes one entry; the policy has no errors.</summary>
    public DomainRules Build(in ResolvedDomain domain) => new(
        ThresholdsOf(domain.Bounce.Percent, domain.Defer.Percent),
        domain.Sticky,
        domain.Bounces is null ? _builtInBounce : ChoiceOf(domain.Bounces),
        domain.Defers is null ? _builtInDefer : ChoiceOf(domain.Defers),
        !domain.RequiresTls.IsRequired ? null : domain.TlsReplies is null ? _builtInTls : ChoiceOf(domain.TlsReplies));

    /// <summary>The weight of a reply; 1 unless the file says otherwise.</summary>
    public static decimal WeightOf(ReplySection reply) => reply.Weight is { } weight ? (decimal)weight.Value : 1;

    /// <summary>A reply of a policy without errors.</summary>
    public static PolicyReply ReplyOf(in ReplyContent content) =>
        new(ReplyFactory.Create(content.Code, content.Text, content.Closes), content.Stage);

    private static ReplyChoice BuiltIn(int code, string text) => new(new PolicyReply(ReplyFactory.Create(code, text), Stage.Rcpt));

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

    private ReplyChoice ChoiceOf(ReplyListSection list)
    {
        if (list.Replies is [var single])
        {
            var reply = Shared(single);
            ref var choice = ref CollectionsMarshal.GetValueRefOrAddDefault(_singles, reply, out _);
            return choice ??= new ReplyChoice(reply);
        }

        ref var shared = ref CollectionsMarshal.GetValueRefOrAddDefault(_lists, list, out _);
        return shared ??= new ReplyChoice([.. list.Replies.Select(reply => (Shared(reply), WeightOf(reply)))]);
    }

    private PolicyReply Shared(ReplySection section)
    {
        var content = ReplyContent.Of(section);
        ref var reply = ref CollectionsMarshal.GetValueRefOrAddDefault(_replies, content, out _);
        return reply ??= ReplyOf(content);
    }
}
