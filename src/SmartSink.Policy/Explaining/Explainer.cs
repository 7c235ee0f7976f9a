using System.Globalization;
using System.Net;
using System.Text;
using SmartSink.Policy.Decisions;
using SmartSink.Policy.Files;
using SmartSink.Policy.Model;
using SmartSink.Policy.Replies;
using SmartSink.Shared;
using SmartSink.Smtp;
using SmartSink.Smtp.Replies;

namespace SmartSink.Policy.Explaining;

internal sealed class Explainer(MergedPolicy policy, SuffixList suffixes, DomainTable domains, DomainRules[] rules, PolicyBehaviour behaviour, ulong seed, Func<int, string> entryName)
{
    public PolicyExplanation Explain(string address)
    {
        var path = address is ['<', .. var inner, '>'] ? inner : address;
        var isAlone = IsLocalPartAlone(address, path);
        var at = isAlone ? path.Length : path.LastIndexOf('@');
        var localPart = at < 0 ? string.Empty : Unquote(path[..at]);
        var key = DomainKey.Fallback;
        if (at == 0 || (!isAlone && (!DomainKey.TryRead(path[(at + 1)..], out key) || key.IsPattern || key.IsFallback)))
        {
            return new PolicyExplanation { Address = address, Problem = "is neither a mailbox nor a domain" };
        }

        var asked = Encoding.ASCII.GetBytes(key.Domain);
        var domain = suffixes.Cut(asked).ToArray();
        var match = domains.Find(domain);
        var bytes = Encoding.UTF8.GetBytes(localPart);
        var trigger = TriggerReader.Read(bytes, rules[match.Entry].Triggers);
        var entry = Explain(match.Entry);
        return entry with
        {
            Address = address,
            LocalPart = localPart,
            Domain = Encoding.ASCII.GetString(domain),
            SuffixCut = domain.Length < asked.Length ? key.Domain[(domain.Length + 1)..] : null,
            Match = match.Entry == 0 ? MatchKind.Default : match.IsExact ? MatchKind.Exact : MatchKind.Pattern,
            AlwaysBounces = entry.Sticky && at > 0
                ? Draw.ForRate(Draw.Sticky(seed, bytes, match.Hash)) < Threshold.Of(entry.Bounce.Percent, 100)
                : null,
            Trigger = trigger.Trigger,
            TriggerWord = localPart[..trigger.Length],
            TriggerCode = trigger.Code,
            TriggerLabel = trigger.Trigger == Trigger.Label ? ExplainLabel(trigger, localPart, match.Entry) : null,
            TriggerStage = trigger.Stage,
            Rules = [.. policy.Rules.Where(rule => MayMeet(rule, bytes, domain)).Select(Describe)],
        };
    }

    /// <summary>What holds for an entry, whoever of its domains is written to.</summary>
    public PolicyExplanation Explain(int index)
    {
        var entry = index == 0 ? policy.Default : policy.Domains[index - 1];
        var inheritance = new Inheritance(policy);
        var resolved = inheritance.Resolve(entry);
        var (bounce, defer) = (Inheritance.PercentOf(resolved.Bounce), Inheritance.PercentOf(resolved.Defer));
        var requiresTls = resolved.RequiresTls is { Value: true };
        return new PolicyExplanation
        {
            Address = entryName(index),
            Domain = entryName(index),
            Match = index == 0 ? MatchKind.Default : entry.Key.IsPattern ? MatchKind.Pattern : MatchKind.Exact,
            Entry = entryName(index),
            EntryIndex = index,
            LikeChain = [.. inheritance.FollowLikes(entry).Select(like => like.Key.ToString())],
            Bounce = new ExplainedRate(bounce, OriginOf(inheritance.OwnerOf(entry, owner => owner.Bounce is not null), resolved.Bounce?.Place)),
            Defer = new ExplainedRate(defer, OriginOf(inheritance.OwnerOf(entry, owner => owner.Defer is not null), resolved.Defer?.Place)),
            TlsRequiredBy = requiresTls ? OriginOf(inheritance.OwnerOf(entry, owner => owner.RequiresTls is not null || owner.Behaviour?["habits.tls"]?.Place == resolved.RequiresTls?.Place), resolved.RequiresTls?.Place) : null,
            StrictBy = resolved.Strict is { Value: true } ? OriginOf(inheritance.OwnerOf(entry, owner => owner.Strict is not null), resolved.Strict?.Place) : null,
            Sticky = resolved.Sticky is { Value: true },
            Triggers = [.. PolicyKeys.TriggerWords.Where((_, i) => rules[index].Triggers.HasFlag((TriggerKinds)(1 << i)))],
            TriggersBy = resolved.Triggers is { } given ? OriginOf(inheritance.OwnerOf(entry, owner => owner.Triggers is not null), given.Place, "the top level") : null,
            Replies =
            [
                .. ExplainReplies(ReplyKind.Bounce, resolved.Bounces, bounce),
                .. ExplainReplies(ReplyKind.Defer, resolved.Defers, defer),
                .. requiresTls ? ExplainReplies(ReplyKind.Tls, resolved.TlsReplies, 100) : [],
                .. resolved.Behaviour is { } limits && limits.Gives("limits") ? ExplainThrottles(resolved, index) : [],
            ],
            Mode = (inheritance.ModeOf(entry) ?? policy.Settings[SettingTable.Mode]) is { } mode
                ? new ExplainedSetting(SettingTable.Mode, ShownValue.Of(SettingTable.Mode, mode.Value), OriginOf(inheritance.OwnerOf(entry, owner => owner.Behaviour?[SettingTable.Mode] is not null), mode.Place, "the top level"))
                : null,
            Behaviour =
            [
                .. (resolved.Behaviour?.All ?? []).Select(setting => new ExplainedSetting(
                    setting.Key,
                    ShownValue.Of(setting.Key, setting.Value.Value),
                    OriginOf(inheritance.OwnerOf(entry, owner => owner.Behaviour?[setting.Key]?.Place == setting.Value.Place), setting.Value.Place))),
            ],
            Memory = behaviour.Providers is { Length: > 0 } providers && providers[index] is { Provider: var provider } and not { Limits: null, Greylist: null } ? entryName(provider) : string.Empty,
        };
    }

    /// <summary>What holds for all entries.</summary>
    public PolicyOverview ExplainWhole() => new(
        policy.Settings.Get(SettingTable.Mode, "dice"),
        behaviour.TimeScale,
        policy.Seed?.Value,
        policy.DomainSuffixes?.Value ?? [],
        [.. policy.Rules.Select(Describe)]);

    /// <summary>Tells which server of <c>[[mx]]</c> stands for an address, and whether it serves an entry.</summary>
    public ExplainedServer ExplainServer(MxTable servers, IPAddress destination, int entry)
    {
        var address = destination.IsIPv4MappedToIPv6 ? destination.MapToIPv4() : destination;
        if (servers.Find(address) is not ({ } network, { } server))
        {
            return new ExplainedServer(address, Network: null, string.Empty, string.Empty, ServesDomain: false);
        }

        return new ExplainedServer(address, network, server.Identity.Hostname, policy.Networks[network].Place.ToString(), server.Serves(entry));
    }

    private ExplainedLabel ExplainLabel(in TriggerMatch trigger, string localPart, int entry)
    {
        var label = trigger.Label;
        var owner = rules[entry].ReplyOf(label, draw: 0) is not null ? LabelOwner.Domain : rules[0].ReplyOf(label, draw: 0) is not null ? LabelOwner.Fallback : LabelOwner.BuiltIn;
        var (code, text, _) = BuiltInReplies.ContentOf(label);
        return new ExplainedLabel(localPart[..trigger.Length], label, owner, owner == LabelOwner.BuiltIn ? $"{code} {text}" : null);
    }

    private static ExplainedSetting Describe(RuleEntry rule) => new(rule.Settings.Get("name", string.Empty), rule.Kind.ToString().ToLowerInvariant(), rule.Place.ToString());

    private static string OriginOf(DomainEntry owner, Place? place, string shared = "[default]") =>
        place is null ? "built in" : $"{(owner.Key.IsFallback ? shared : $"[domain.\"{owner.Key}\"]")} at {place}";

    private static bool MayMeet(RuleEntry rule, byte[] localPart, byte[] domain)
    {
        var names = rule.Settings.Get<List<DomainKey>>("domain", []);
        return (names.Count == 0 || names.Exists(name => name.IsFallback) || new DomainTable(names).Find(domain).Entry > 0)
            && ((rule.Settings.Get<string?>("match", null) ?? rule.Settings.Get<string?>("recipient", null)) is not { } glob || localPart.Length == 0 || new Glob(glob).Fits(localPart, domain));
    }

    private IEnumerable<ExplainedReply> ExplainThrottles(DomainEntry domain, int entry) =>
        domain.Throttles is null && rules[entry].Defers.WeightOf(ReplyLabel.RateLimit) > 0
            ? ExplainReplies(ReplyKind.Throttle, domain.Defers! with { Replies = [.. domain.Defers!.Replies.Where(reply => RulesBuilder.ReplyOf(ReplyContent.Of(ReplyKind.Defer, reply)).Reply.Label == ReplyLabel.RateLimit)] }, 100)
            : ExplainReplies(ReplyKind.Throttle, domain.Throttles, 100);

    private static IEnumerable<ExplainedReply> ExplainReplies(ReplyKind kind, ReplyList? list, decimal percent)
    {
        if (list is null)
        {
            var label = kind switch { ReplyKind.Bounce => ReplyLabel.UnknownUser, ReplyKind.Defer => ReplyLabel.System, ReplyKind.Throttle => ReplyLabel.RateLimit, _ => ReplyLabel.Tls };
            var (code, text, _) = kind == ReplyKind.Throttle ? (421, BuiltInReplies.ThrottleText, Stage.Rcpt) : BuiltInReplies.ContentOf(label);
            yield return new ExplainedReply(kind, code, Stage.Rcpt, Closes: code == 421, label, IsLabelInferred: false, percent, text, "built in") { Text = text };
            yield break;
        }

        var total = list.Replies.Sum(RulesBuilder.WeightOf);
        foreach (var section in list.Replies)
        {
            var (reply, stage) = RulesBuilder.ReplyOf(ReplyContent.Of(kind, section));
            var lines = ReplyTextNormaliser.Normalise(reply.Code, section.SentText).Select(line => line.EnhancedCode.Length == 0 ? line.Text : $"{line.EnhancedCode} {line.Text}".TrimEnd()).ToList();
            yield return new ExplainedReply(
                kind,
                reply.Code,
                stage,
                reply.Closes,
                reply.Label,
                section.Label is null,
                percent * RulesBuilder.WeightOf(section) / total,
                lines[0],
                section.Place.ToString())
            {
                Text = string.Join('\n', lines),
                Weight = RulesBuilder.WeightOf(section),
                Limit = section.Limit?.Value,
                Encoding = TextEncodings.Words[(int)(section.Encoding?.Value ?? TextEncoding.Utf8)],
            };
        }
    }

    // What a client may say in place of a mailbox (SINK_STRICT): in angle brackets always, else a word without a dot that is no domain of the policy.
    private bool IsLocalPartAlone(string address, string path)
    {
        if (path.Length == 0 || path.AsSpan().ContainsAny("@*<> ") || path.Any(char.IsControl))
        {
            return false;
        }

        var isNamed = DomainKey.TryRead(path, out var name) && domains.Find(suffixes.Cut(Encoding.ASCII.GetBytes(name.Domain))).Entry > 0;
        return path.Length < address.Length || !(isNamed || path.Contains('.', StringComparison.Ordinal) || path[0] == '[');
    }

    // RFC 5321 section 4.1.2: the quotes and backslashes are not part of the name.
    private static string Unquote(string localPart)
    {
        if (localPart is not ['"', .., '"'])
        {
            return localPart;
        }

        var name = new StringBuilder(localPart.Length);
        for (var i = 1; i < localPart.Length - 1; i++)
        {
            i += localPart[i] == '\\' && i < localPart.Length - 2 ? 1 : 0;
            name.Append(localPart[i]);
        }

        return name.ToString();
    }
}

/// <summary>Shows values as a file could have them.</summary>
internal static class ShownValue
{
    public static string Of(string path, object value) => value switch
    {
        Rate rate when path.EndsWith(".block.after", StringComparison.Ordinal) => rate.ToString().Replace("/", " throttled/", StringComparison.Ordinal),
        double percent when path.EndsWith(".unknown", StringComparison.Ordinal) => string.Create(CultureInfo.InvariantCulture, $"{percent} %"),
        TimeSpan time => Times.Write(time),
        List<Rate> rates => string.Join(", ", rates),
        List<BucketOwners> owners => string.Join(", ", owners.Select(owner => PolicyKeys.OwnerWords[int.Log2((int)owner)])),
        ReplyEntry reply => $"{reply.Code!.Value.Value} {reply.SentText}",
        _ => string.Create(CultureInfo.InvariantCulture, $"{value}"),
    };
}
