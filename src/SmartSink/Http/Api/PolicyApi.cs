using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using SmartSink.Behaviour;
using SmartSink.Connections;
using SmartSink.Policy;
using SmartSink.Policy.Decisions;
using SmartSink.Policy.Explaining;
using SmartSink.Smtp.Replies;
using SmartSink.Watching;

namespace SmartSink.Http.Api;

/// <summary>What the policy says, what comes of it for an address, whether a file could be one, and its reload.</summary>
internal sealed class PolicyApi
{
    /// <summary>How a text that was sent is called in diagnostics.</summary>
    public const string PostedName = "responses.toml";

    private const string Toml = "application/toml";
    private const string Text = "text/plain";

    private static readonly ApiParameter<string> Domain = ApiParameter.Text("domain", "A domain, to show the entry that applies to it, or an entry's name");
    private static readonly ApiParameter<string> Recipient = ApiParameter.Text("recipient", "A mailbox or a domain", isRequired: true);
    private static readonly ApiParameter<IPAddress?> Client = ApiParameter.Address("client", "A client: shows what providers remember of its network, and which overrides affect it");
    private static readonly ApiParameter<IPAddress?> Destination = ApiParameter.Address("destination", "Where the client meant to connect to, for the entries of [[mx]]");
    private static readonly ApiParameter<string> Sender = ApiParameter.Text("sender", "The sender's mailbox, for greylists, limits by sender domain and overrides");
    private static readonly ApiParameter<string> User = ApiParameter.Text("user", "The user that the client logs in as, for limits by user");

    // Texts are read one after the other: whoever sends many of them takes one processor at most.
    private static readonly SemaphoreSlim Checking = new(1);

    private readonly Reloader<PolicySnapshot> _policy;
    private readonly BehaviourFilters _behaviour;
    private readonly Reloaders _reloaders;
    private readonly Func<Moment> _clock;

    private PolicyApi(IServiceProvider services)
    {
        _policy = services.GetRequiredService<Reloader<PolicySnapshot>>();
        _behaviour = services.GetRequiredService<BehaviourFilters>();
        _reloaders = services.GetRequiredService<Reloaders>();
        _clock = services.GetRequiredService<TimeProvider>().ReadMoment;
    }

    public static void Map(IEndpointRouteBuilder api, IServiceProvider services)
    {
        var policy = new PolicyApi(services);
        api.MapMethods("/policy", SinkPages.ReadMethods, (HttpContext context) => policy.Show(context))
            .Describe("policy", "The policy in force, by entry: rates, replies, behaviour").Takes(Domain, ApiPaging.From, ApiPaging.Count);
        api.MapMethods("/explain", SinkPages.ReadMethods, (HttpContext context) => policy.Explain(context))
            .Describe("explain", "What happens to mail for an address, and why").Takes(Recipient, Client, Destination, Sender, User);
        api.MapPost("/check", (HttpContext context, CancellationToken cancellation) => CheckAsync(context, cancellation))
            .Describe("check", "Every mistake in a policy file that is sent; changes nothing").TakesBody<string>(Text, Toml).WithMetadata(ApiReading.Metadata);
        api.MapPost("/reload", (HttpContext context) => policy.Reload(context))
            .Describe("reload", "Rereads the policy, certificates and users from their files immediately, like SIGHUP");
    }

    private Results<Ok<PolicyAnswer>, ApiProblem> Show(HttpContext context)
    {
        var query = new ApiQuery(context);
        var (domain, from, count) = (query.Read(Domain), query.Read(ApiPaging.From), query.Read(ApiPaging.Count));
        var (snapshot, filter) = InForce();
        IReadOnlyList<int> entries = [.. Enumerable.Range(0, snapshot.EntryCount).Skip(from).Take(count)];
        if (domain.Length > 0)
        {
            if (snapshot.FindEntry(domain) is { } found)
            {
                entries = [found];
            }
            else
            {
                query.Add(Domain, "is neither a domain nor the name of an entry");
            }
        }

        if (query.Problem is { } problem)
        {
            return problem;
        }

        var whole = snapshot.ExplainWhole();
        return TypedResults.Ok(new PolicyAnswer(
            snapshot.Hash,
            snapshot.LoadedAt,
            whole.Mode,
            whole.TimeScale,
            whole.Seed,
            whole.DomainSuffixes,
            LastReloadReport.Of(_policy.LastReload),
            [.. whole.Rules.Select(RuleReport.Of)],
            snapshot.EntryCount,
            [.. snapshot.ExplainEntries(entries).Select(entry => EntryReport.Of(entry, SharesReport.Expected(filter, entry.EntryIndex)))],
            domain.Length == 0 && from + count < snapshot.EntryCount ? from + count : null));
    }

    private Results<Ok<ExplainReport>, ApiProblem> Explain(HttpContext context)
    {
        var query = new ApiQuery(context);
        var (recipient, client, destination, sender, user) = (query.Read(Recipient), query.Read(Client), query.Read(Destination), query.Read(Sender), query.Read(User));
        if (query.Problem is { } problem)
        {
            return problem;
        }

        var (snapshot, filter) = InForce();
        var now = _clock();
        var explanation = snapshot.Explain(recipient, destination);
        var memory = client is null || explanation.Problem is not null ? null : _behaviour.Recall(recipient, client, sender, user, now);
        if (explanation.Problem is not null || (client is not null && memory is null))
        {
            query.Add(Recipient, explanation.Problem ?? "has no domain, so nothing is remembered about it");
            return query.Problem!;
        }

        // The null sender is one, too.
        var overrides = _behaviour.OverridesMeeting(recipient, client, context.Request.Query.ContainsKey(Sender.Name) ? sender : null, now) ?? [];
        return TypedResults.Ok(ExplainReport.Of(explanation, SharesReport.Expected(filter, explanation.EntryIndex, explanation.Domain), [.. overrides.Select(OverrideReport.Of)], memory));
    }

    private static async Task<Results<Ok<CheckReport>, ApiProblem>> CheckAsync(HttpContext context, CancellationToken cancellation)
    {
        var (body, refusal) = await ApiBody.ReadAsync(context, new ApiQuery(context));
        if (refusal is not null)
        {
            return refusal;
        }

        await Checking.WaitAsync(cancellation);
        try
        {
            var found = PolicyLoader.Check(PostedName, body);
            var errors = found.Count(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);
            return TypedResults.Ok(new CheckReport(errors == 0, errors, found.Count - errors, [.. found.Select(DiagnosticReport.Of)]));
        }
        finally
        {
            Checking.Release();
        }
    }

    private Results<Ok<ReloadAnswer>, ApiProblem> Reload(HttpContext context)
    {
        var query = new ApiQuery(context);
        return query.Problem is { } problem
            ? problem
            : TypedResults.Ok(new ReloadAnswer([.. _reloaders.ReadAll().Select(read => ReloadedReport.Of(read.Name, read.Report))]));
    }

    /// <summary>A policy and the filter over it.</summary>
    private (PolicySnapshot Policy, Smtp.Server.IMailboxFilter Filter) InForce()
    {
        while (true)
        {
            var (policy, filter) = (_policy.Current, _behaviour.Current);
            if (ReferenceEquals(policy, _policy.Current))
            {
                return (policy, filter);
            }
        }
    }
}

/// <summary>The policy in force.</summary>
/// <param name="Hash">Equal on every sink that runs the same files.</param>
/// <param name="LoadedAt">When they were read.</param>
/// <param name="Behaviour">dice or provider.</param>
/// <param name="TimeScale">How many seconds of limits, blocks, greylists and schedules pass in one of the clock.</param>
/// <param name="Seed">What makes draws repeat; null when nothing does.</param>
/// <param name="DomainSuffix">Cut off before domains are looked up.</param>
/// <param name="LastReload">Null before the first.</param>
/// <param name="Rules">The file's answers, faults and schedules, in the order in which they are looked at.</param>
/// <param name="Total">How many entries there are.</param>
/// <param name="Entries">A page of them.</param>
/// <param name="Next">The next page's <c>from</c>; null at the end.</param>
internal sealed record PolicyAnswer(
    string Hash,
    DateTimeOffset LoadedAt,
    string Behaviour,
    double TimeScale,
    long? Seed,
    IReadOnlyList<string> DomainSuffix,
    LastReloadReport? LastReload,
    IReadOnlyList<RuleReport> Rules,
    int Total,
    IReadOnlyList<EntryReport> Entries,
    int? Next);

/// <summary>One entry of the policy with all that it inherits.</summary>
/// <param name="Domain">Its name, as in metrics: other for all that no entry names.</param>
/// <param name="Bounce">Percent.</param>
/// <param name="Defer">Percent.</param>
/// <param name="Like">The entries that it is like, nearest first.</param>
/// <param name="Expected">What the rates make of recipients now, schedules and overrides included.</param>
/// <param name="Sticky">Whether bounces are drawn from addresses.</param>
/// <param name="TlsRequired">Whether clients without TLS are refused.</param>
/// <param name="Limits">Keys and values as the file writes them.</param>
/// <param name="Greylist">Likewise.</param>
/// <param name="Delay">Likewise.</param>
/// <param name="Habits">Likewise.</param>
/// <param name="Replies">What it may say.</param>
internal sealed record EntryReport(
    string Domain,
    decimal Bounce,
    decimal Defer,
    IReadOnlyList<string> Like,
    SharesReport Expected,
    bool Sticky,
    bool TlsRequired,
    IReadOnlyDictionary<string, string> Limits,
    IReadOnlyDictionary<string, string> Greylist,
    IReadOnlyDictionary<string, string> Delay,
    IReadOnlyDictionary<string, string> Habits,
    IReadOnlyList<ReplyReport> Replies)
{
    public static EntryReport Of(PolicyExplanation entry, SharesReport expected)
    {
        return new EntryReport(
            entry.Entry,
            entry.Bounce.Percent,
            entry.Defer.Percent,
            entry.LikeChain,
            expected,
            entry.Sticky,
            entry.TlsRequiredBy is not null,
            Table("limits."),
            Table("greylist."),
            Table("delay."),
            Table("habits."),
            [.. entry.Replies.Select(ReplyReport.Of)]);

        Dictionary<string, string> Table(string prefix) => entry.Behaviour
            .Where(setting => setting.Name.StartsWith(prefix, StringComparison.Ordinal))
            .ToDictionary(setting => setting.Name[prefix.Length..], setting => setting.Value, StringComparer.Ordinal);
    }
}

/// <summary>One reply that an entry may give.</summary>
/// <param name="Kind">bounce, defer, tls or throttle.</param>
/// <param name="Code">400 to 599.</param>
/// <param name="Text">All lines with their enhanced codes, placeholders in braces; empty when the code is sent alone.</param>
/// <param name="Label">Why it refuses.</param>
/// <param name="Stage">At which it is given.</param>
/// <param name="Weight">Beside the others of its list.</param>
/// <param name="Percent">Its share of the entry's recipients; of tls, of those of clients without TLS; of throttle, of those over a limit.</param>
/// <param name="Closes">Whether the connection ends after it.</param>
/// <param name="Limit">Of throttle: the limit that it is for; null for all that no other is for.</param>
/// <param name="Encoding">What it is written in.</param>
/// <param name="Origin">Where it stands.</param>
internal sealed record ReplyReport(
    string Kind, int Code, string Text, string Label, string Stage, decimal Weight, decimal Percent, bool Closes, string? Limit, string Encoding, string Origin)
{
    public static ReplyReport Of(ExplainedReply reply) => new(
        ApiWords.Of(reply.Kind),
        reply.Code,
        reply.Text,
        ReplyLabels.Words[(int)reply.Label],
        ApiWords.Of(reply.Stage),
        reply.Weight,
        Math.Round(reply.Percent, 6),
        reply.Closes,
        reply.Limit,
        reply.Encoding,
        reply.Origin);
}

/// <summary>A rule of the file.</summary>
/// <param name="Kind">answers, fault or schedule.</param>
/// <param name="Name">Its name.</param>
/// <param name="Origin">Where it stands.</param>
internal sealed record RuleReport(string Kind, string Name, string Origin)
{
    public static RuleReport Of(ExplainedSetting rule) => new(rule.Value, rule.Name, rule.Origin);
}

/// <summary>What becomes of mail to an address.</summary>
/// <param name="Recipient">As asked.</param>
/// <param name="Text">All of it in lines for people, as <c>smartsink explain</c> prints them.</param>
/// <param name="LocalPart">Empty when only a domain was asked for.</param>
/// <param name="Domain">As it is looked up: without suffix.</param>
/// <param name="SuffixCut">The suffix; null when none was cut off.</param>
/// <param name="Match">exact, pattern, or default when no entry names the domain.</param>
/// <param name="Entry">The entry's name, as in metrics.</param>
/// <param name="Like">The entries that it is like, nearest first.</param>
/// <param name="Bounce">The share that bounces.</param>
/// <param name="Defer">The share that is deferred.</param>
/// <param name="Expected">What the rates make of recipients now, schedules and overrides included.</param>
/// <param name="Sticky">Whether bounces are drawn from addresses.</param>
/// <param name="AlwaysBounces">Whether this address does; null when not sticky, and of a domain.</param>
/// <param name="TlsRequiredBy">Where that stands; null when it is not.</param>
/// <param name="StrictBy">Where it stands that addresses are judged by RFC 5321; null when they are not.</param>
/// <param name="Triggers">Those that hold.</param>
/// <param name="Trigger">What the local part asks for; null for nothing.</param>
/// <param name="Settings">Limits, greylist, delay and habits that hold, by path.</param>
/// <param name="RememberedUnder">The entry under which senders are remembered; null when they are not.</param>
/// <param name="Rules">The file's rules that may meet the address.</param>
/// <param name="Server">What the destination makes of it; null when none was asked for.</param>
/// <param name="Replies">What may be said.</param>
/// <param name="Overrides">Those in force that may meet it, the newest first: they go before all else.</param>
/// <param name="Memory">What the provider remembers of the client; null when none was asked for.</param>
internal sealed record ExplainReport(
    string Recipient,
    string Text,
    string LocalPart,
    string Domain,
    string? SuffixCut,
    string Match,
    string Entry,
    IReadOnlyList<string> Like,
    ExplainedRate Bounce,
    ExplainedRate Defer,
    SharesReport Expected,
    bool Sticky,
    bool? AlwaysBounces,
    string? TlsRequiredBy,
    string? StrictBy,
    IReadOnlyList<string> Triggers,
    TriggerReport? Trigger,
    IReadOnlyList<ExplainedSetting> Settings,
    string? RememberedUnder,
    IReadOnlyList<RuleReport> Rules,
    ServerReport? Server,
    IReadOnlyList<ReplyReport> Replies,
    IReadOnlyList<OverrideReport> Overrides,
    SenderRecall? Memory)
{
    public static ExplainReport Of(PolicyExplanation explanation, SharesReport expected, IReadOnlyList<OverrideReport> overrides, SenderRecall? memory) => new(
        explanation.Address,
        explanation.ToText(),
        explanation.LocalPart,
        explanation.Domain,
        explanation.SuffixCut,
        ApiWords.Of(explanation.Match),
        explanation.Entry,
        explanation.LikeChain,
        explanation.Bounce,
        explanation.Defer,
        expected,
        explanation.Sticky,
        explanation.AlwaysBounces,
        explanation.TlsRequiredBy,
        explanation.StrictBy,
        explanation.Triggers,
        TriggerReport.Of(explanation),
        [.. explanation.Behaviour.Prepend(explanation.Mode).OfType<ExplainedSetting>()],
        explanation.Memory.Length == 0 ? null : explanation.Memory,
        [.. explanation.Rules.Select(RuleReport.Of)],
        explanation.Server is { } server ? ServerReport.Of(server) : null,
        [.. explanation.Replies.Select(ReplyReport.Of)],
        overrides,
        memory);
}

/// <summary>What a local part asks for.</summary>
/// <param name="Kind">temp_fail, perm_fail, accept, code, label, delay, fault, sequence, or one of ses_…</param>
/// <param name="Code">Of code: 400 to 599; else null.</param>
/// <param name="Label">Of label: which; else null.</param>
/// <param name="Stage">At which it is given; null when each reply goes out at its own.</param>
internal sealed record TriggerReport(string Kind, int? Code, string? Label, string? Stage)
{
    public static TriggerReport? Of(PolicyExplanation explanation) => explanation.Trigger == Trigger.None
        ? null
        : new TriggerReport(
            ApiWords.Of(explanation.Trigger),
            explanation.TriggerCode == 0 ? null : explanation.TriggerCode,
            explanation.TriggerLabel is { } label ? ReplyLabels.Words[(int)label.Label] : null,
            explanation.TriggerStage is { } stage ? ApiWords.Of(stage) : null);
}

/// <summary>What the client's destination makes of it.</summary>
/// <param name="Destination">As asked.</param>
/// <param name="Network">Of <c>[[mx]]</c>; null when none holds it.</param>
/// <param name="Hostname">What the sink answers as; null likewise.</param>
/// <param name="ServesDomain">Whether replies before RCPT are given at their own stage.</param>
/// <param name="Origin">Where the network stands; null likewise.</param>
internal sealed record ServerReport(string Destination, string? Network, string? Hostname, bool ServesDomain, string? Origin)
{
    public static ServerReport Of(ExplainedServer server) => server.Network is { } network
        ? new(server.Destination.ToString(), network.ToString(), server.Hostname, server.ServesDomain, server.Origin)
        : new(server.Destination.ToString(), null, null, ServesDomain: false, null);
}

/// <summary>What is wrong in a text.</summary>
/// <param name="Valid">Whether it could be a policy.</param>
/// <param name="Errors">How many there are.</param>
/// <param name="Warnings">How many there are.</param>
/// <param name="Diagnostics">All of them, by place; of very many the first thousand.</param>
internal sealed record CheckReport(bool Valid, int Errors, int Warnings, IReadOnlyList<DiagnosticReport> Diagnostics);

/// <summary>One mistake, or one doubt.</summary>
/// <param name="File">responses.toml, or a built-in one.</param>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1.</param>
/// <param name="Severity">error or warning.</param>
/// <param name="Message">A sentence without an end mark.</param>
internal sealed record DiagnosticReport(string File, int Line, int Column, string Severity, string Message)
{
    public static DiagnosticReport Of(PolicyDiagnostic diagnostic) =>
        new(diagnostic.File, diagnostic.Line, diagnostic.Column, ApiWords.Of(diagnostic.Severity), diagnostic.Message);
}

/// <summary>What came of reading all files.</summary>
internal sealed record ReloadAnswer(IReadOnlyList<ReloadedReport> Results);

/// <summary>What came of reading one kind of them.</summary>
/// <param name="Name">policy, certificates or users.</param>
/// <param name="Result">applied, rejected, unchanged, or skipped when there are none, or a reading under way does not end.</param>
/// <param name="Diagnostics">Each as <c>file(line,col): error: message</c>.</param>
internal sealed record ReloadedReport(string Name, string Result, IReadOnlyList<string> Diagnostics)
{
    public static ReloadedReport Of(string name, ReloadReport? report) => new(name, report is null ? "skipped" : ApiWords.Of(report.Result), report?.Diagnostics ?? []);
}

/// <summary>Pages of lists.</summary>
internal static class ApiPaging
{
    public static readonly ApiParameter<int> From = ApiParameter.Number("from", "How many to skip", 0, int.MaxValue / 2, 0);
    public static readonly ApiParameter<int> Count = ApiParameter.Number("count", "How many to list; 100 unless given", 1, 1000, 100);
}

/// <summary>How the words of the program stand in the API.</summary>
internal static class ApiWords
{
    public static string Of<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(PolicyAnswer))]
[JsonSerializable(typeof(ExplainReport))]
[JsonSerializable(typeof(CheckReport))]
[JsonSerializable(typeof(ReloadAnswer))]
internal sealed partial class PolicyJson : JsonSerializerContext;
