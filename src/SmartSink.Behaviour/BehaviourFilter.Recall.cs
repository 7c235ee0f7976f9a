using System.Text;
using SmartSink.Behaviour.State;
using SmartSink.Policy.Decisions;
using SmartSink.Policy.Model;
using SmartSink.Smtp.Replies;

namespace SmartSink.Behaviour;

/// <content>Reports what is remembered.</content>
internal sealed partial class BehaviourFilter
{
    /// <summary>What the provider of a domain remembers. Changes nothing.</summary>
    /// <param name="recall">The request, to be completed.</param>
    /// <param name="facts">The client, sender, user and recipient, and the moment.</param>
    public SenderRecall Recall(SenderRecall recall, in SessionFacts facts)
    {
        var match = _policy.Find(facts.Domain, out var domain);
        if ((_rules.OverlayOf(domain, match.Entry) is { } overlay ? _overlayPlans[overlay] : PlanOf(match.Entry)) is not { } plan || !plan.Remembers)
        {
            return recall;
        }

        var (memory, clock, now) = (_context.Memory, _context.Clock, Now(facts));
        var provider = plan.KeyOf(match);
        var client = ClientAt(facts, plan, provider);
        recall = recall with { Provider = plan.Behaviour.Provider == 0 ? Encoding.ASCII.GetString(facts.Domain) : EntryName(plan.Behaviour.Provider) };
        if (plan.Limits is { } limits)
        {
            var owners = Owners(facts, limits, client, provider);
            var names = new List<(string By, string Name)> { ("network", ClientNetwork.NameOf(facts.ClientAddress!, limits.Given.Net4, limits.Given.Net6)) };
            names.AddRange((limits.Given.By & BucketOwners.SenderDomain) != BucketOwners.None && !facts.SenderDomain.IsEmpty ? [("sender_domain", Encoding.UTF8.GetString(facts.SenderDomain))] : []);
            names.AddRange((limits.Given.By & BucketOwners.User) != BucketOwners.None && !facts.User.IsEmpty ? [("user", Encoding.UTF8.GetString(facts.User))] : []);
            recall = recall with { Owners = [.. names.Select((owner, i) => DescribeOwner(owner.By, owner.Name, limits, memory.Recall(owners[i], limits, now), owners.Shares(i), clock))] };
        }

        if (plan.Behaviour.Greylist is { } greylist && !facts.LocalPart.IsEmpty)
        {
            recall = recall with { Greylist = Describe(memory.RecallGreylist(GreylistKey(facts, client), now), greylist, now) };
        }

        return recall;
    }

    private static OwnerRecall DescribeOwner(string by, string name, SenderLimits limits, SenderRecord? known, bool shares, ScaledClock clock)
    {
        var record = known ?? new SenderRecord { Tokens = limits.Given.Rate is null ? null : limits.Capacity / limits.TokenCost };
        var given = limits.Given;
        var isNetwork = by == "network";
        return new OwnerRecall
        {
            By = by,
            Name = name,
            IsKnown = known is not null,
            Tokens = shares && record.Tokens is { } left ? new CountOf(left, limits.Capacity / limits.TokenCost) : null,
            BlockedFor = record.BlockedFor > 0 ? clock.ToReal(record.BlockedFor) / 1_000 : null,
            Blocks = record.Blocks,
            Throttled = shares && limits.CountsThrottled ? new CountOf(record.Throttled, limits.Block.After) : null,
            Unknown = shares && limits.CountsUnknown ? new CountOf(record.PermFails, record.Recipients) : null,
            Connections = isNetwork && given.Connections is { } most ? new CountOf(record.Connections, most) : null,
            Warmup = isNetwork && limits.HasWarmup && (record.WarmupPeriod ?? (known is null ? 1 : 0)) is > 0 and var period
                ? new CountOf(record.WarmupCount, limits.Warmup[period - 1].Count)
                : null,
        };
    }

    private GreylistRecall Describe(GreylistRecord? record, GreylistRule rule, long now)
    {
        if (record is null)
        {
            return new GreylistRecall("unknown", 0);
        }

        var wait = record.HasPassed ? 0 : record.FirstAt + (long)rule.Wait.TotalMilliseconds - now;
        return wait > 0 ? new GreylistRecall("waiting", _context.Clock.ToReal(wait) / 1_000) : new GreylistRecall(record.HasPassed ? "passed" : "ready", 0);
    }
}
