using System.Net;
using System.Text;
using SmartSink.Policy.Files;
using SmartSink.Policy.Model;
using SmartSink.Smtp;
using SmartSink.Smtp.Server;

namespace SmartSink.Policy.Decisions;

/// <summary>Freezes how providers behave towards senders. What is equal is kept once.</summary>
internal sealed class BehaviourBuilder(MergedPolicy policy, Inheritance inheritance, RulesBuilder rules, DomainTable domains)
{
    private const double UsualGrowth = 2;

    private static readonly TimeSpan UsualWindow = TimeSpan.FromHours(12);

    // One list, so that equal limits are found equal.
    private static readonly List<Rate> NoWarmup = [];

    private readonly Dictionary<object, object> _shared = [];

    // By entry.
    private readonly DomainEntry[] _entries = [.. policy.Domains.Prepend(policy.Default)];

    /// <summary>Freezes all of it.</summary>
    /// <param name="resolved">What holds for each entry.</param>
    public PolicyBehaviour Build(DomainEntry[] resolved)
    {
        var providers = Array.Exists(resolved, domain => domain.Behaviour is not null)
            ? Array.ConvertAll(Enumerable.Range(0, resolved.Length).ToArray(), entry => ProviderOf(entry, resolved[entry]))
            : [];
        var behaviour = new PolicyBehaviour(policy.Settings.Get("time_scale", 1.0), providers, [.. policy.Rules.Select(RuleOf)])
        {
            CountsDuplicates = policy.Settings.Get("duplicates", false),
        };
        return behaviour.IsEmpty ? PolicyBehaviour.None : behaviour;
    }

    private ProviderBehaviour? ProviderOf(int entry, DomainEntry domain)
    {
        if (domain.Behaviour is not { } table)
        {
            return null;
        }

        var limits = table.Gives("limits") ? Shared(LimitsOf(table)) : null;
        var greylist = table.Gives("greylist") && table.Get("greylist.wait", TimeSpan.FromMinutes(5)) is var wait && wait > TimeSpan.Zero
            ? Shared(new GreylistRule(wait, table.Get("greylist.window", UsualWindow)))
            : null;
        var delays = table.Gives("delay")
            ? Shared(new ProviderDelays(DelayOf(table, "connect"), DelayOf(table, "ehlo"), DelayOf(table, "mail"), DelayOf(table, "rcpt"), DelayOf(table, "data")))
            : null;
        return limits is null && greylist is null && delays is null
            ? null
            : Shared(new ProviderBehaviour(MemoryOf(entry), limits, greylist, delays, rules.ThrottlesOf(domain, policy.Default)));
    }

    private ProviderLimits LimitsOf(SettingTable table) => new()
    {
        By = table.Get<List<BucketOwners>>("limits.by", [BucketOwners.Network]).Aggregate(BucketOwners.None, static (all, owner) => all | owner),
        Net4 = table.Get("limits.net4", 32),
        Net6 = table.Get("limits.net6", 64),
        Connections = table.Number<int>("limits.connections"),
        MessagesPerConnection = table.Number<int>("limits.messages_per_connection"),
        ClosesSilently = table.Get("limits.after", string.Empty) == "close",
        RecipientsPerMessage = table.Number<int>("limits.recipients_per_message"),
        Rate = table.Number<Rate>("limits.rate"),
        Burst = table.Number<int>("limits.burst"),
        Unknown = table.Number<double>("limits.unknown"),
        Block = table.TryGet<Rate>("limits.block.after", out var after) && table.TryGet<TimeSpan>("limits.block.for", out var length)
            ? new BlockRule(
                after.Count,
                after.Per,
                length,
                table.Get("limits.block.grow", UsualGrowth),
                table.TryGet<ReplyEntry>("limits.block.reply", out var reply) ? rules.ReplyOf(reply) : null)
            : null,
        Warmup = table.Get("limits.warmup", NoWarmup),
    };

    private static Delay DelayOf(SettingTable table, string stage) => table.Get<Delay>($"delay.{stage}", default);

    /// <summary>The last along <c>like</c> that gives a limit or a greylist; the last of all where only <c>[default]</c> does.</summary>
    private int MemoryOf(int entry)
    {
        IReadOnlyList<DomainEntry> chain = [_entries[entry], .. inheritance.FollowLikes(_entries[entry])];
        var last = chain.LastOrDefault(domain => domain.Behaviour is { } own && (own.Gives("limits") || own.Gives("greylist"))) ?? chain[^1];
        return last == _entries[entry] ? entry : domains.Find(last.Key).Entry;
    }

    private BehaviourRule RuleOf(RuleEntry rule)
    {
        var settings = rule.Settings;
        return new BehaviourRule
        {
            Name = settings.Get("name", string.Empty),
            Match = new RuleMatch
            {
                Domains = settings.Get<List<DomainKey>>("domain", []) is var names && names.Exists(name => name.IsFallback) ? [] : names,
                Recipient = settings.Get<string?>("match", null) ?? settings.Get<string?>("recipient", null),
                Sender = settings.Get<string?>("sender", null),
                Client = settings.Number<IPNetwork>("client"),
                Stage = settings.TryGet<string>("stage", out var stage) ? (Stage)PolicyKeys.Stages.IndexOf(stage) : null,
            },
            IsOfOverlay = rule.Place.IsInOverlay,
            Share = settings.Get("share", 100.0),
            Time = rule.Kind != RuleKind.Schedule ? RuleTime.Always : settings.Get("at", RuleTime.Always) with
            {
                For = settings.Number<TimeSpan>("for"),
                Every = settings.Number<TimeSpan>("every"),
            },
            Action = rule.Kind switch
            {
                RuleKind.Fault => new RuleAction { Fault = FaultOf(settings) },
                RuleKind.Schedule => new RuleAction { Set = OverlaysOf(rule.Set!, settings.Get<List<DomainKey>>("domain", [])) },
                _ => new RuleAction { Sequence = [.. settings.Get<List<ReplyEntry?>>("sequence", []).Select(reply => reply is null ? null : rules.ReplyOf(reply))] },
            },
        };
    }

    private static AnswerFault FaultOf(SettingTable fault)
    {
        var word = fault.Get("do", string.Empty);
        return word == PolicyKeys.AcceptThenDrop
            ? (AnswerFault)((int)AnswerFault.DropBeforeReply + PolicyKeys.DropWords.IndexOf(fault.Get("when", PolicyKeys.DropWords[0])))
            : (AnswerFault)((int)AnswerFault.Drop + PolicyKeys.FaultWords.IndexOf(word));
    }

    private Dictionary<int, DomainOverlay> OverlaysOf(DomainEntry set, List<DomainKey> names) =>
        EntriesOf(names).ToDictionary(entry => entry, entry =>
        {
            var domain = inheritance.Resolve(_entries[entry], over: set);

            // What is set goes before what is not: with all deferred, nothing is left to bounce.
            if (set.Bounce is null && set.Defer is { } defer && domain.Bounce is { } bounce)
            {
                domain.Bounce = bounce with { Value = Math.Min(bounce.Value, 100 - defer.Value) };
            }
            else if (set.Defer is null && set.Bounce is { } more && domain.Defer is { } less)
            {
                domain.Defer = less with { Value = Math.Min(less.Value, 100 - more.Value) };
            }

            return new DomainOverlay(rules.Build(domain), ProviderOf(entry, domain));
        });

    /// <summary>The entries that may hold for a domain of these names; no name is all.</summary>
    private IEnumerable<int> EntriesOf(List<DomainKey> names)
    {
        if (names.Count == 0 || names.Exists(name => name.IsFallback))
        {
            return Enumerable.Range(0, _entries.Length);
        }

        var entries = names.Where(name => !name.IsPattern).Select(name => domains.Find(name).Entry);
        var patterns = names.Where(name => name.IsPattern).ToList();
        if (patterns.Count > 0)
        {
            // A pattern covers the entries of names that fit it, and may cover some of what any other pattern holds for.
            var table = new DomainTable(patterns);
            entries = entries.Concat(Enumerable.Range(0, _entries.Length).Where(entry =>
                _entries[entry].Key is var key && (key.IsPattern || table.Find(Encoding.ASCII.GetBytes(key.Domain)).Entry > 0))).Append(0);
        }

        return entries.Distinct();
    }

    private T Shared<T>(T value)
        where T : class
    {
        if (_shared.TryGetValue(value, out var known))
        {
            return (T)known;
        }

        _shared.Add(value, value);
        return value;
    }
}
