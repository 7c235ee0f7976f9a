using SmartSink.Policy.Documents;
using SmartSink.Policy.Merging;
using SmartSink.Policy.Replies;
using SmartSink.Smtp;

namespace SmartSink.Policy.Decisions;

/// <summary>Freezes what holds for domains. Replies are encoded once for each list.</summary>
internal sealed class RulesBuilder
{
    private readonly Dictionary<ReplyListSection, ReplyChoice> _choices = new(ReferenceEqualityComparer.Instance);
    private readonly ReplyChoice _builtInBounce = Single(550, StandardTexts.Bounce);
    private readonly ReplyChoice _builtInDefer = Single(451, StandardTexts.Defer);

    /// <summary>Freezes one entry; the policy has no errors.</summary>
    public DomainRules Build(ResolvedDomain domain)
    {
        var bounce = domain.Bounce.Percent;
        var defer = domain.Defer.Percent;
        return new DomainRules(
            Threshold.Of(bounce, 100),
            Threshold.Of(bounce + defer, 100),
            bounce < 100 ? Threshold.Of(defer, 100 - bounce) : 0,
            domain.Sticky,
            domain.Bounces is null ? _builtInBounce : ChoiceOf(domain.Bounces),
            domain.Defers is null ? _builtInDefer : ChoiceOf(domain.Defers));
    }

    /// <summary>The weight of a reply; 1 unless the file says otherwise.</summary>
    public static decimal WeightOf(ReplySection reply) => reply.Weight is { } weight ? (decimal)weight.Value : 1;

    /// <summary>A reply of a policy without errors.</summary>
    public static PolicyReply ReplyOf(ReplySection reply) =>
        new(ReplyFactory.Create((int)reply.Code!.Value.Value, reply.Text!.Value.Value, reply.Close?.Value), reply.Stage?.Value ?? Stage.Rcpt);

    private static ReplyChoice Single(int code, string text) => new([(new PolicyReply(ReplyFactory.Create(code, text), Stage.Rcpt), 1)]);

    private ReplyChoice ChoiceOf(ReplyListSection list)
    {
        if (!_choices.TryGetValue(list, out var choice))
        {
            choice = new ReplyChoice([.. list.Replies.Select(reply => (ReplyOf(reply), WeightOf(reply)))]);
            _choices.Add(list, choice);
        }

        return choice;
    }
}
