using System.Text;
using SmartSink.Policy.Decisions;
using SmartSink.Policy.Documents;
using SmartSink.Policy.Matching;
using SmartSink.Policy.Merging;
using SmartSink.Policy.Replies;
using SmartSink.Smtp;

namespace SmartSink.Policy.Explaining;

/// <summary>Walks the way of a decision and notes each step.</summary>
/// <param name="policy">The merged files.</param>
/// <param name="suffixes">The snapshot's suffixes.</param>
/// <param name="domains">The snapshot's names.</param>
/// <param name="seed">For sticky draws.</param>
/// <param name="entryName">The name of an entry by its number.</param>
internal sealed class Explainer(MergedPolicy policy, SuffixList suffixes, DomainTable domains, ulong seed, Func<int, string> entryName)
{
    /// <summary>Explains an address or a domain.</summary>
    public PolicyExplanation Explain(string address)
    {
        var at = address.LastIndexOf('@');
        var localPart = at < 0 ? string.Empty : Unquote(address[..at]);
        if (at == 0 || !DomainKeyReader.TryRead(address[(at + 1)..], out var key) || key.IsPattern || key.IsFallback)
        {
            return new PolicyExplanation { Address = address, Problem = "is neither a mailbox nor a domain" };
        }

        var asked = Encoding.ASCII.GetBytes(key.Domain);
        var domain = suffixes.Cut(asked).ToArray();
        var match = domains.Find(domain);
        var resolved = new DomainResolver(policy).Resolve(match.Entry == 0 ? policy.Default : policy.Domains[match.Entry - 1]);
        var bytes = Encoding.UTF8.GetBytes(localPart);
        return new PolicyExplanation
        {
            Address = address,
            LocalPart = localPart,
            Domain = Encoding.ASCII.GetString(domain),
            SuffixCut = domain.Length < asked.Length ? key.Domain[(domain.Length + 1)..] : null,
            Match = match.Entry == 0 ? MatchKind.Default : match.IsExact ? MatchKind.Exact : MatchKind.Pattern,
            Entry = entryName(match.Entry),
            EntryIndex = match.Entry,
            LikeChain = [.. resolved.LikeChain.Select(like => like.Key.ToString())],
            Bounce = ExplainRate(resolved.Bounce),
            Defer = ExplainRate(resolved.Defer),
            TlsRequiredBy = resolved.RequiresTls is { IsRequired: true, Owner: { } owner, Place: var place } ? OriginOf(owner, place) : null,
            Sticky = resolved.Sticky,
            AlwaysBounces = resolved.Sticky && at > 0
                ? Draw.ForRate(Draw.Sticky(seed, bytes, match.Hash)) < Threshold.Of(resolved.Bounce.Percent, 100)
                : null,
            Trigger = TriggerReader.Read(bytes, out var code),
            TriggerCode = code,
            Replies =
            [
                .. ExplainReplies(ReplyKind.Bounce, resolved.Bounces, resolved.Bounce.Percent),
                .. ExplainReplies(ReplyKind.Defer, resolved.Defers, resolved.Defer.Percent),
                .. resolved.RequiresTls.IsRequired ? ExplainReplies(ReplyKind.Tls, resolved.TlsReplies, 100) : [],
            ],
        };
    }

    private static ExplainedRate ExplainRate(ResolvedRate rate)
    {
        if (rate.Owner is not { } owner)
        {
            return new ExplainedRate(rate.Percent, "built in");
        }

        return new ExplainedRate(rate.Percent, OriginOf(owner, rate.Place));
    }

    private static string OriginOf(MergedDomain owner, Place? place) =>
        $"{(owner.Key.IsFallback ? "[default]" : $"[domain.\"{owner.Key}\"]")} at {place}";

    private static IEnumerable<ExplainedReply> ExplainReplies(ReplyKind kind, ReplyListSection? list, decimal percent)
    {
        if (list is null)
        {
            var (code, text) = kind switch
            {
                ReplyKind.Bounce => (550, StandardTexts.Bounce),
                ReplyKind.Defer => (451, StandardTexts.Defer),
                _ => (530, StandardTexts.TlsRequired),
            };
            yield return new ExplainedReply(kind, code, Stage.Rcpt, Closes: false, percent, text, "built in");
            yield break;
        }

        var total = list.Replies.Sum(RulesBuilder.WeightOf);
        foreach (var section in list.Replies)
        {
            var (reply, stage) = RulesBuilder.ReplyOf(ReplyContent.Of(section));
            var first = ReplyTextNormaliser.Normalise(reply.Code, section.Text!.Value.Value)[0];
            yield return new ExplainedReply(
                kind,
                reply.Code,
                stage,
                reply.Closes,
                percent * RulesBuilder.WeightOf(section) / total,
                first.EnhancedCode.Length == 0 ? first.Text : $"{first.EnhancedCode} {first.Text}",
                section.Place.ToString());
        }
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
