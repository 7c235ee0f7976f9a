using System.Net;
using System.Text;
using SmartSink.Policy.Decisions;
using SmartSink.Policy.Explaining;
using SmartSink.Policy.Files;
using SmartSink.Policy.Model;
using SmartSink.Policy.Replies;
using SmartSink.Smtp;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;

namespace SmartSink.Policy;

/// <summary>
/// One revision of a policy: frozen, shared by all sessions. A decision takes no lock and allocates nothing
/// (except, with a seed, at the first recipient of a domain that no entry names exactly, or that asks for a label). Only the counters of seeded draws move;
/// they belong to the snapshot, so a new revision counts anew.
/// </summary>
public sealed class PolicySnapshot : IMailboxFilter
{
    private const string OtherName = "other";

    private static readonly Stage[] StagesBeforeRcpt = [Stage.Connect, Stage.Ehlo, Stage.Mail];

    private readonly PolicySources _sources;
    private readonly string[] _names;
    private readonly SuffixList _suffixes;
    private readonly DomainTable _domains;
    private readonly DomainRules[] _rules;
    private readonly DrawSource _draws;
    private readonly DrawSource _tempFailDraws;
    private readonly DrawSource _permFailDraws;
    private readonly DrawSource[] _labelDraws;
    private readonly MxTable _servers;
    private readonly DrawSource[] _drawsBeforeRcpt;
    private readonly ulong? _seed;

    // For draws that depend on an address alone: 0 when the policy gives none, and never the replica's, so that all replicas agree.
    private readonly ulong _addressSeed;
    private long _authentications;

    internal PolicySnapshot(MergedPolicy policy, PolicySources sources, string hash, DateTimeOffset loadedAt, string? replica)
    {
        Hash = hash;
        LoadedAt = loadedAt;
        Size = PolicySize.Of(policy);
        _sources = sources;
        _suffixes = new SuffixList(policy.DomainSuffixes?.Value ?? []);
        _names = [.. policy.Domains.Select(domain => domain.Key.ToString())];
        _domains = new DomainTable([.. policy.Domains.Select(domain => domain.Key)]);
        var inheritance = new Inheritance(policy);
        _addressSeed = (ulong?)policy.Seed?.Value ?? 0;
        var seed = Draw.SeedOf((ulong?)policy.Seed?.Value, replica);
        var builder = new RulesBuilder(seed ?? Draw.Random(), policy.Settings.Get("ses", false));
        DomainEntry[] resolved = [.. policy.Domains.Prepend(policy.Default).Select(domain => inheritance.Resolve(domain))];
        _rules = Array.ConvertAll(resolved, builder.Build);
        Behaviour = new BehaviourBuilder(policy, inheritance, builder, _domains).Build(resolved);
        _seed = seed;
        _draws = new DrawSource(seed, _rules.Length);
        _tempFailDraws = new DrawSource(Draw.SeedOf(seed, Trigger.TempFail), _rules.Length);
        _permFailDraws = new DrawSource(Draw.SeedOf(seed, Trigger.PermFail), _rules.Length);
        _labelDraws = [.. Enum.GetValues<ReplyLabel>().Select(label => new DrawSource(Draw.SeedOf(seed, label), entryCount: 1))];
        _servers = MxTable.Build(policy, _domains, resolved);
        _drawsBeforeRcpt = _servers.IsEmpty ? [] : [.. StagesBeforeRcpt.Select(stage => new DrawSource(Draw.SeedOf(seed, stage), _rules.Length))];
    }

    /// <summary>The first 16 hexadecimal digits of a SHA-256 over the content of all files: equal on every replica that runs the same policy.</summary>
    public string Hash { get; }

    /// <summary>When the files were read.</summary>
    public DateTimeOffset LoadedAt { get; }

    /// <summary>What goes over its files for a while; null for nothing.</summary>
    public PolicyOverlay? Overlay => _sources.Overlay;

    /// <summary>Its files, to be kept: the included ones, built-in ones too, then the main one.</summary>
    public IReadOnlyList<PolicyText> Texts => _sources.Texts;

    /// <summary>How much its files say.</summary>
    public PolicySize Size { get; }

    /// <summary>How its providers behave towards senders: for who remembers them. The snapshot's own answers do not look at it.</summary>
    internal PolicyBehaviour Behaviour { get; }

    /// <inheritdoc/>
    public int EntryCount => _rules.Length;

    /// <summary>How many domains and patterns there are: the entries, without the one of all that is none of them.</summary>
    public int DomainCount => EntryCount - 1;

    /// <inheritdoc/>
    public string EntryName(int entry)
    {
        if (entry == 0)
        {
            return OtherName;
        }

        // A domain of that very name gets its absolute form, so that no two entries are called the same.
        var name = _names[entry - 1];
        return name == OtherName ? OtherName + "." : name;
    }

    /// <inheritdoc/>
    public int EntryOf(ReadOnlySpan<byte> domain) => _domains.Find(_suffixes.Cut(domain)).Entry;

    /// <inheritdoc/>
    public bool WantsDestination => !_servers.IsEmpty;

    /// <inheritdoc/>
    public ServerIdentity? IdentityAt(IPAddress destination) => _servers.Find(destination)?.Server.Identity;

    /// <summary>
    /// Decides at <see cref="Stage.Rcpt"/>, once for each recipient, and lets every other stage pass, unless the client meant to connect to
    /// a server of <c>[[mx]]</c>: there the replies of earlier stages are drawn at their own. A recipient takes one draw of its
    /// domain, also when a rate of 0 makes it needless, so the k-th always has the k-th draw. Who is decided without, by a trigger or
    /// by a sticky bounce, or because TLS is required and missing or the address is wrong in a strict domain, which come before all else, takes none: so totals do not hang on the
    /// order in which the recipients of many connections come.
    /// </summary>
    public FilterAnswer Answer(in SessionFacts facts)
    {
        if (facts.Stage != Stage.Rcpt)
        {
            return facts.Stage < Stage.Rcpt ? AnswerBeforeRcpt(facts.Stage, facts.Destination) : default;
        }

        var domain = _suffixes.Cut(facts.Domain);
        var match = _domains.Find(domain);
        return Answer(facts, domain, match, _rules[match.Entry]);
    }

    /// <summary>A recipient's domain without the suffix, and its entry.</summary>
    internal DomainMatch Find(ReadOnlySpan<byte> given, out ReadOnlySpan<byte> domain) => _domains.Find(domain = _suffixes.Cut(given));

    /// <summary>What holds for an entry when nothing else has a say.</summary>
    internal ref readonly DomainRules RulesOf(int entry) => ref _rules[entry];

    /// <summary>The server at which a client arrived, if <c>[[mx]]</c> names one there.</summary>
    internal MxServer? ServerAt(IPAddress? destination) => _servers.Find(destination)?.Server;

    /// <summary>One of a domain's replies of a label, else of <c>"*"</c>, else the built-in one.</summary>
    internal PolicyReply ReplyOf(ReplyLabel label, in DomainRules rules, ulong draw) =>
        rules.ReplyOf(label, draw) ?? _rules[0].ReplyOf(label, draw) ?? BuiltInReplies.Of(label);

    /// <summary>What makes draws repeat; null when nothing does.</summary>
    internal ulong? Seed => _seed;

    /// <summary>Draws for what a provider does beside its answers, which leave those of the recipients what they are.</summary>
    internal DrawSource DrawsOf(DrawKind kind) => new(Draw.SeedOf(_seed, kind), _rules.Length);

    /// <summary>The answer at RCPT, with rules that may stand in the place of the entry's own.</summary>
    internal FilterAnswer Answer(in SessionFacts facts, ReadOnlySpan<byte> domain, in DomainMatch match, in DomainRules rules) =>
        TryAnswerByAddress(facts, domain, match, rules, tries: null, out var answer) ? answer : AnswerByRates(facts, domain, match, rules, rules.Rates);

    /// <summary>The answer at RCPT where TLS is missing, the address is wrong, or the local part asks for one; false to leave it to chance.</summary>
    internal bool TryAnswerByAddress(
        in SessionFacts facts, ReadOnlySpan<byte> domain, in DomainMatch match, in DomainRules rules, ITryCounter? tries, out FilterAnswer answer)
    {
        if (rules.TlsReplies is { } refusals && !facts.IsTls)
        {
            // By the address, so that no draw of anybody else is used up.
            answer = Give(refusals.Pick(DrawOf(facts.LocalPart, match)), match.Entry);
            return true;
        }

        if (rules.StrictReplies is { } mistakes && facts.IsLoose)
        {
            answer = Give(mistakes.Pick(DrawOf(facts.LocalPart, match)), match.Entry);
            return true;
        }

        var trigger = TriggerReader.Read(facts.LocalPart, rules.Triggers);
        if (trigger.Trigger == Trigger.None)
        {
            answer = default;
            return false;
        }

        if (trigger.Trigger == Trigger.Sequence && tries?.CountTry(facts, domain, match.Entry) >= trigger.Amount)
        {
            trigger = new TriggerMatch(Trigger.Accept);
        }

        answer = AnswerTrigger(trigger, facts.LocalPart, match, domain, rules);
        return true;
    }

    /// <summary>The answer at RCPT that rates draw: the rules' own, or others in their place.</summary>
    internal FilterAnswer AnswerByRates(in SessionFacts facts, ReadOnlySpan<byte> domain, in DomainMatch match, in DomainRules rules, in RateThresholds rates)
    {
        if (rules.Sticky)
        {
            return Decide(rules.BounceOf(DrawOf(facts.LocalPart, match), rates) ?? rules.DeferOf(_draws.Next(match, domain), rates), match.Entry, facts.Destination);
        }

        var draw = _draws.Next(match, domain);
        return Decide(rules.BounceOf(draw, rates) ?? rules.DeferOf(draw, rates), match.Entry, facts.Destination);
    }

    /// <summary>
    /// The next draw for attempts to authenticate: 63 bits, to be compared with a <see cref="Threshold"/>. With a seed it is the k-th of a
    /// sequence of their own, so that those of recipients stay what they are.
    /// </summary>
    public ulong DrawForAuthentication() =>
        Draw.ForRate(_seed is { } seed ? Draw.ForAuthentication(seed, (ulong)(Interlocked.Increment(ref _authentications) - 1)) : Draw.Random());

    /// <summary>What happens to mail for an address, and why. Takes no draw.</summary>
    /// <param name="address">A mailbox, or a domain alone.</param>
    /// <param name="destination">Where the client meant to connect to; null to leave that aside.</param>
    public PolicyExplanation Explain(string address, IPAddress? destination = null)
    {
        ArgumentNullException.ThrowIfNull(address);
        var explainer = ReadExplainer();
        var explanation = explainer.Explain(address);
        return destination is null || explanation.Problem is not null
            ? explanation
            : explanation with { Server = explainer.ExplainServer(_servers, destination, explanation.EntryIndex) };
    }

    /// <summary>What holds for entries, whoever of their domains is written to: address and domain are the entry's name, and there are no rules and no trigger.</summary>
    /// <param name="entries">Each 0 to <see cref="EntryCount"/> - 1.</param>
    public IReadOnlyList<PolicyExplanation> ExplainEntries(IEnumerable<int> entries)
    {
        var explainer = ReadExplainer();
        return [.. entries.Select(explainer.Explain)];
    }

    /// <summary>The entry of that name, or the one that holds for the domain of that name; null when it is neither.</summary>
    public int? FindEntry(string name)
    {
        for (var entry = 0; entry < EntryCount; entry++)
        {
            if (EntryName(entry).Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return entry;
            }
        }

        return DomainKey.TryRead(name, out var key) && !key.IsPattern ? EntryOf(Encoding.ASCII.GetBytes(key.Domain)) : null;
    }

    /// <summary>What holds for all mail.</summary>
    public PolicyOverview ExplainWhole() => ReadExplainer().ExplainWhole();

    private Explainer ReadExplainer() => new(_sources.Read(), _suffixes, _domains, _rules, Behaviour, _addressSeed, EntryName);

    private FilterAnswer AnswerTrigger(in TriggerMatch trigger, ReadOnlySpan<byte> localPart, in DomainMatch match, ReadOnlySpan<byte> domain, in DomainRules rules)
    {
        switch (trigger.Trigger)
        {
            case Trigger.TempFail:
                return Give(rules.Defers.Pick(_tempFailDraws.Next(match, domain)), match.Entry, trigger.Stage);
            case Trigger.PermFail:
                var choice = rules.Sticky ? DrawOf(localPart, match) : _permFailDraws.Next(match, domain);
                return Give(rules.Bounces.Pick(choice), match.Entry, trigger.Stage);
            case Trigger.Code:
                return new FilterAnswer { Reply = EchoReply.Of(trigger.Code), ReplyStage = trigger.Stage ?? Stage.Rcpt, Entry = match.Entry };
            case Trigger.Label:
                // Counted by the domain's name alone: an entry's own counter for each label would be too many.
                var place = rules.Sticky ? DrawOf(localPart, match) : _labelDraws[(int)trigger.Label].Next(match with { Entry = 0, IsExact = false }, domain);
                return Give(ReplyOf(trigger.Label, rules, place), match.Entry, trigger.Stage);
            case Trigger.Delay:
                return trigger.Stage == Stage.Data
                    ? new FilterAnswer { ReplyStage = Stage.Rcpt, Entry = match.Entry, EndDelay = trigger.Amount }
                    : new FilterAnswer { ReplyStage = Stage.Rcpt, Entry = match.Entry, Delay = trigger.Amount };
            case Trigger.Fault:
                return trigger.Stage == Stage.Data
                    ? new FilterAnswer { ReplyStage = Stage.Rcpt, Entry = match.Entry, EndFault = trigger.Fault }
                    : new FilterAnswer { ReplyStage = Stage.Rcpt, Entry = match.Entry, Fault = trigger.Fault };
            case Trigger.Sequence:
                return Give(BuiltInReplies.Of(ReplyLabel.System), match.Entry, trigger.Stage);
            case Trigger.SesBounce:
                return Give(BuiltInReplies.Of(ReplyLabel.UnknownUser), match.Entry, trigger.Stage);
            case Trigger.SesSuppressed:
                return Give(BuiltInReplies.Suppressed, match.Entry, trigger.Stage);
            default:
                return new FilterAnswer { ReplyStage = Stage.Rcpt, Entry = match.Entry };
        }
    }

    private FilterAnswer AnswerBeforeRcpt(Stage stage, IPAddress? destination) =>
        ServerAt(destination) is { KnowsProvider: true } server ? AnswerBeforeRcpt(stage, server, _rules[server.Provider.Entry], _rules[server.Provider.Entry].Rates) : default;

    /// <summary>The answer before RCPT at a server whose provider is known, with rules and rates that may stand in the place of its own.</summary>
    internal FilterAnswer AnswerBeforeRcpt(Stage stage, MxServer server, in DomainRules rules, in RateThresholds rates)
    {
        var draws = _drawsBeforeRcpt[(int)stage];
        var draw = draws.Next(server.Provider, server.ProviderDomain);
        var reply = rules.BounceOf(draw, rates) ?? rules.DeferOf(rules.Sticky ? draws.Next(server.Provider, server.ProviderDomain) : draw, rates);
        return reply?.Stage == stage ? new FilterAnswer { Reply = reply.Reply, ReplyStage = stage, Entry = server.Provider.Entry } : default;
    }

    /// <summary>What the rates decided for a recipient. A reply of an earlier stage had its chance there, if the provider was known: another here would make them too many.</summary>
    private FilterAnswer Decide(PolicyReply? reply, int entry, IPAddress? destination)
    {
        var given = reply is { Stage: < Stage.Rcpt } && _servers.Find(destination) is { } network && network.Server.Serves(entry) ? null : reply;
        return new FilterAnswer
        {
            Reply = given?.Reply,
            ReplyStage = given?.GivenAt ?? Stage.Rcpt,
            Entry = entry,
            Drawn = reply?.Reply.Outcome ?? Outcome.Accepted,
        };
    }

    private ulong DrawOf(ReadOnlySpan<byte> localPart, in DomainMatch match) => Draw.Sticky(_addressSeed, localPart, match.Hash);

    private static FilterAnswer Give(PolicyReply reply, int entry, Stage? stage = null) =>
        new() { Reply = reply.Reply, ReplyStage = stage ?? reply.GivenAt, Entry = entry };
}
