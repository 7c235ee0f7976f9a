using System.Globalization;
using System.Net;
using SmartSink.Policy.Decisions;
using SmartSink.Policy.Files;
using SmartSink.Policy.Model;
using SmartSink.Policy.Replies;
using SmartSink.Shared;
using SmartSink.Smtp;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;

namespace SmartSink.Behaviour.Rules;

/// <summary>
/// Turns an override into a rule, or finds everything that is wrong with it. What the policy has, too, is checked in the same way.
/// </summary>
/// <param name="given">The override.</param>
/// <param name="found">Mistakes already known: values at their places were given, but cannot be read.</param>
internal sealed class OverrideReader(OverrideText given, IReadOnlyList<OverrideProblem> found)
{
    /// <summary>How long an override lasts if no lifetime is given, so that none is forgotten.</summary>
    public static readonly TimeSpan UsualLifetime = TimeSpan.FromMinutes(10);

    /// <summary>The longest lifetime.</summary>
    public static readonly TimeSpan LongestLifetime = TimeSpan.FromHours(24);

    private const int LongestName = 200;

    // RFC 5321 section 4.5.3.1: a mailbox has at most 64 and 255 octets, and the @.
    private const int LongestGlob = 320;
    private const int MostDomains = 1_000;

    private readonly List<OverrideProblem> _problems = [.. found];

    /// <summary>All mistakes.</summary>
    public IReadOnlyList<OverrideProblem> Problems => _problems;

    /// <summary>How long the override lasts.</summary>
    public TimeSpan Lifetime { get; private set; } = UsualLifetime;

    /// <summary>The rule; null when there are mistakes.</summary>
    /// <param name="seed">The seed of the random-looking numbers in its reply.</param>
    public BehaviourRule? Read(ulong seed)
    {
        var match = ReadMatch();
        var action = ReadAction(match.Stage, seed);
        CheckStage(match.Stage);
        if (given.Share is { } share && ValueForms.CheckPercent("share", share) is { } problem)
        {
            Report("/share", problem);
        }

        if (given.Times is < 1 or > int.MaxValue)
        {
            Report("/times", $"times = {given.Times} is out of range; it must be 1 to {int.MaxValue}");
        }

        ReadLifetime();
        if (given.Name is { } name)
        {
            CheckText("/name", name, LongestName, canBeEmpty: false);
        }

        return _problems.Count > 0 ? null : new BehaviourRule
        {
            Name = given.Name ?? Describe(),
            Match = match,
            Action = action,
            Share = given.Share ?? 100,
            Times = (int?)given.Times,
        };
    }

    private RuleMatch ReadMatch()
    {
        var match = given.Match;
        if (match.Recipient is { } recipient)
        {
            CheckText("/match/recipient", recipient, LongestGlob, canBeEmpty: false);
        }

        if (match.Sender is { } sender)
        {
            CheckText("/match/sender", sender, LongestGlob, canBeEmpty: true);
        }

        return new RuleMatch
        {
            Domains = ReadDomains(),
            Recipient = match.Recipient,
            Sender = match.Sender,
            Client = Parse<IPNetwork>("/match/client", match.Client, text => NetworkText.TryRead(text, out var network, out var problem) ? (network, null) : (network, problem)),
            Stage = Word("/match/stage", match.Stage, PolicyKeys.Stages) is { } stage ? (Stage)stage : null,
        };
    }

    private List<DomainKey> ReadDomains()
    {
        var names = given.Match.Domain ?? [];
        if (given.Match.Domain is { Count: 0 or > MostDomains })
        {
            Report("/match/domain", names.Count == 0 ? "domain is empty" : $"domain has {names.Count} names; it can have at most {MostDomains}");
            return [];
        }

        var keys = new List<DomainKey>();
        for (var i = 0; i < names.Count; i++)
        {
            if (Parse(names.Count == 1 ? "/match/domain" : $"/match/domain/{i}", names[i], ValueForms.Domain) is { } key)
            {
                keys.Add(key);
            }
        }

        return keys.Exists(key => key.IsFallback) ? [] : keys;
    }

    private RuleAction ReadAction(Stage? stage, ulong seed)
    {
        var action = given.Do;
        (string Word, bool IsGiven)[] forms =
        [
            ("defer and bounce", action.Defer is not null || action.Bounce is not null || IsWrong("/do/defer") || IsWrong("/do/bounce")),
            ("reply", action.Reply is not null || IsWrong("/do/reply")),
            ("accept", action.Accept is not null || IsWrong("/do/accept")),
            ("delay", action.Delay is not null || IsWrong("/do/delay")),
            ("fault", action.Fault is not null || IsWrong("/do/fault")),
        ];
        var words = forms.Where(form => form.IsGiven).Select(form => form.Word).ToList();
        if (words.Count != 1 && !(words.Count == 0 && IsWrong("/do")))
        {
            Report("/do", words.Count == 0
                ? "do must be one of defer and bounce, reply, accept, delay or fault"
                : $"do mixes {string.Join(" with ", words)}; an override does one thing, but several can be in force at once");
        }

        CheckRates();
        if (action.Accept is false)
        {
            Report("/do/accept", "accept can only be true; to refuse, give a reply or rates");
        }

        var delay = Parse("/do/delay", action.Delay, text => ValueForms.Delay("delay", text) is var (value, problem) && problem is null && value.Kind == DelayKind.None
            ? (value, "delay = \"0\" has no effect; it must be more than 0")
            : (value, problem));
        return new RuleAction
        {
            Rates = _problems.Count == 0 ? RateChange.Of(action.Bounce, action.Defer) : default,
            Reply = action.Reply is { } reply ? ReadReply(reply, stage, seed) : null,
            Delay = delay.GetValueOrDefault(),
            Fault = ReadFault(),
        };
    }

    private void CheckRates()
    {
        var action = given.Do;
        var isGood = true;
        foreach (var (pointer, rate) in new[] { ("/do/bounce", action.Bounce), ("/do/defer", action.Defer) })
        {
            if (rate is { } percent && percent is not (>= 0 and <= 100))
            {
                isGood = false;
                Report(pointer, FormattableString.Invariant($"{pointer[4..]} = {percent} is out of range; it must be 0 to 100"));
            }
        }

        if (isGood && action.Bounce is { } bounce && action.Defer is { } defer && (decimal)bounce + (decimal)defer > 100)
        {
            Report("/do", FormattableString.Invariant($"bounce = {bounce} and defer = {defer} add up to more than 100"));
        }
    }

    // Checked like the policy's own lists; the location of a mistake is the JSON Pointer to it.
    private PolicyReply? ReadReply(OverrideReply reply, Stage? stage, ulong seed)
    {
        const string Pointer = "/do/reply";
        foreach (var (key, isGiven) in new[] { ("code", reply.Code is not null), ("msg", reply.Msg is not null) })
        {
            if (!isGiven && !IsWrong($"{Pointer}/{key}"))
            {
                Report(Pointer, $"the reply has no {key}");
            }
        }

        var entry = new ReplyEntry(At(Pointer))
        {
            Code = reply.Code is { } code ? new Setting<long>(code, At($"{Pointer}/code")) : null,
            Text = reply.Msg is { } text ? new Setting<string>(text, At($"{Pointer}/msg")) : null,
            Label = Word($"{Pointer}/label", reply.Label, ReplyLabels.Words) is { } label ? new Setting<ReplyLabel>((ReplyLabel)label, At($"{Pointer}/label")) : null,
            Close = reply.Close is { } close ? new Setting<bool>(close, At($"{Pointer}/close")) : null,
            Stage = new Setting<Stage>(stage ?? Stage.Rcpt, At("/match/stage")),
        };
        var kind = reply.Code < 500 ? ReplyKind.Defer : ReplyKind.Bounce;
        var document = new PolicyDocument { ReplyLists = { new ReplyList(kind, new Setting<DomainKey>(DomainKey.Fallback, At(Pointer)), [entry]) } };
        var diagnostics = new DiagnosticBag();
        ReplyListChecks.Check(document, diagnostics);
        ReplyTextChecks.Check(document, diagnostics);
        foreach (var finding in diagnostics.Sorted().Where(finding => finding.IsError))
        {
            Report(finding.Place.File, finding.Message);
        }

        return _problems.Count > 0 ? null : RulesBuilder.ReplyOf(ReplyContent.Of(kind, entry), seed);

        static Place At(string pointer) => new(pointer, 0, 0);
    }

    private AnswerFault ReadFault()
    {
        var action = given.Do;
        var fault = Word("/do/fault", action.Fault, PolicyKeys.FaultWords);
        var when = Word("/do/when", action.When, PolicyKeys.DropWords);
        if (action.Fault == PolicyKeys.AcceptThenDrop)
        {
            return (AnswerFault)((int)AnswerFault.DropBeforeReply + (when ?? 0));
        }

        if (action.When is not null && !IsWrong("/do/fault"))
        {
            Report("/do/when", $"when belongs to the fault {PolicyKeys.AcceptThenDrop}");
        }

        return fault is { } index ? (AnswerFault)((int)AnswerFault.Drop + index) : AnswerFault.None;
    }

    // Whether the conditions can be known at a stage.
    private void CheckStage(Stage? asked)
    {
        if (asked is not { } stage)
        {
            return;
        }

        var word = PolicyKeys.Stages[(int)stage];
        var (match, action) = (given.Match, given.Do);
        (string Pointer, bool IsWrong, string Problem)[] checks =
        [
            ("/match/domain", stage < Stage.Rcpt && match.Domain?.Contains("*") is false, $"no recipient is known at stage {word}, so no domain can be matched"),
            ("/match/recipient", stage < Stage.Rcpt && match.Recipient is not null, $"no recipient is known at stage {word}"),
            ("/match/sender", stage < Stage.Mail && match.Sender is not null, $"no sender is known at stage {word}"),
            ("/match/stage", stage != Stage.Rcpt && (action.Defer ?? action.Bounce) is not null, $"rates are drawn at stage rcpt, not {word}; each of the domain's replies is given at its own stage"),
            ("/match/stage", stage == Stage.Data && action.Accept is true, "recipients are accepted at stage rcpt"),
            ("/match/stage", stage != Stage.Data && action.Fault == PolicyKeys.AcceptThenDrop, $"a message is accepted at stage data, not {word}"),
        ];
        foreach (var (pointer, _, problem) in checks.Where(check => check.IsWrong))
        {
            Report(pointer, problem);
        }
    }

    private void ReadLifetime()
    {
        if (Parse("/for", given.For, text => ValueForms.Time("for", text)) is not { } lifetime)
        {
            return;
        }

        Lifetime = lifetime;
        if (lifetime > LongestLifetime)
        {
            Report("/for", $"for = \"{given.For}\" is longer than {Times.Write(LongestLifetime)}; a permanent change belongs in the policy's file");
        }
    }

    private string Describe()
    {
        var (action, match) = (given.Do, given.Match);
        string?[] words =
        [
            action.Bounce is { } bounce ? string.Create(CultureInfo.InvariantCulture, $"bounce {bounce}") : null,
            action.Defer is { } defer ? string.Create(CultureInfo.InvariantCulture, $"defer {defer}") : null,
            action.Reply is { } reply ? string.Create(CultureInfo.InvariantCulture, $"reply {reply.Code}") : null,
            action.Accept is true ? "accept" : null,
            action.Delay is { } delay ? $"delay {delay}" : null,
            action.Fault,
        ];
        string?[] whom =
        [
            match.Domain is { } domains ? $"for {string.Join(", ", domains)}" : null,
            match.Recipient is { } recipient ? $"to {recipient}" : null,
            match.Sender is { } sender ? $"from <{sender}>" : null,
            match.Client is { } client ? $"by {client}" : null,
            match.Stage is { } stage ? $"at {stage}" : null,
        ];
        var name = $"{string.Join(", ", words.OfType<string>())} {(Array.TrueForAll(whom, word => word is null) ? "for all" : string.Join(' ', whom.OfType<string>()))}";
        return name.Length <= LongestName ? name : name[..(LongestName - 1)] + "…";
    }

    private void CheckText(string pointer, string text, int longest, bool canBeEmpty)
    {
        var key = pointer[(pointer.LastIndexOf('/') + 1)..];
        if (text.Length == 0 && !canBeEmpty)
        {
            Report(pointer, $"{key} is empty");
        }
        else if (text.Length > longest)
        {
            Report(pointer, $"{key} has {text.Length} characters; it can have at most {longest}");
        }
        else if (ControlCharacters.IsIn(text))
        {
            Report(pointer, $"{key} contains control characters");
        }
    }

    private int? Word(string pointer, string? word, IReadOnlyList<string> words)
    {
        if (word is null)
        {
            return null;
        }

        for (var i = 0; i < words.Count; i++)
        {
            if (words[i] == word)
            {
                return i;
            }
        }

        Report(pointer, $"unknown {pointer[(pointer.LastIndexOf('/') + 1)..]} \"{word}\"{ValueReader.Hint(word, words)}");
        return null;
    }

    private T? Parse<T>(string pointer, string? text, Func<string, (T Value, string? Problem)> parse)
        where T : struct
    {
        if (text is null)
        {
            return null;
        }

        var (value, problem) = parse(text);
        if (problem is null)
        {
            return value;
        }

        Report(pointer, problem);
        return null;
    }

    private bool IsWrong(string pointer) => _problems.Exists(problem => problem.Pointer == pointer || problem.Pointer.StartsWith(pointer + "/", StringComparison.Ordinal));

    // A mistake quotes what the user has written, which may be long.
    private void Report(string pointer, string detail) => _problems.Add(new OverrideProblem(pointer, OneLine.Escape(detail.Length <= 1_000 ? detail : detail[..1_000] + "…")));
}
