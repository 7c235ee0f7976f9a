using System.Text.Json.Serialization;
using SmartSink.Policy;
using SmartSink.Watching;

namespace SmartSink.Http;

/// <summary>/livez and /readyz.</summary>
internal static class HealthEndpoints
{
    public static void MapHealth(this IEndpointRouteBuilder routes, SinkState state, Reloader<PolicySnapshot> policy)
    {
        routes.MapRead("/livez", context =>
        {
            context.Response.ContentType = "text/plain; charset=utf-8";
            return context.Response.WriteAsync("ok\n", context.RequestAborted);
        });
        routes.MapRead("/readyz", context => AnswerReadyAsync(context, state, policy));
    }

    /// <summary>How the sink is, in a word: as /readyz says it.</summary>
    public static string StatusOf(SinkState state, Reloader<PolicySnapshot> policy) => StatusOf(state.Phase, policy);

    private static string StatusOf(SinkPhase phase, Reloader<PolicySnapshot> policy) => phase == SinkPhase.Ready && policy.IsKept ? "degraded" : Word(phase);

    private static async Task AnswerReadyAsync(HttpContext context, SinkState state, Reloader<PolicySnapshot> policy)
    {
        var phase = state.Phase;
        context.Response.StatusCode = phase == SinkPhase.Ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        await context.Response.WriteAsJsonAsync(Report(phase, state, policy), SinkPages.Json.ReadinessReport, cancellationToken: context.RequestAborted);
        await context.Response.WriteAsync("\n", context.RequestAborted);
    }

    private static ReadinessReport Report(SinkPhase phase, SinkState state, Reloader<PolicySnapshot> policy)
    {
        var snapshot = policy.Current;
        return new ReadinessReport(
            StatusOf(phase, policy),
            [.. state.Listeners.Select(listener => new ListenerReport(listener.Settings.Name, listener.Address, Word(listener.Settings.Protocol), Word(listener.Settings.Tls)))],
            PolicyReport.Of(snapshot),
            LastReloadReport.Of(policy.LastReload));
    }

    private static string Word<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}

/// <summary>The body of /readyz; its words are the enums' in lower case.</summary>
/// <param name="Status">ready, starting, stopping or failed; degraded when mail is answered by a policy that was kept, as the files had a mistake at the start.</param>
/// <param name="Listeners">Where SMTP listens; empty before it does.</param>
/// <param name="Policy">The policy in force.</param>
/// <param name="LastReload">The last reload of its files; null before the first.</param>
internal sealed record ReadinessReport(string Status, IReadOnlyList<ListenerReport> Listeners, PolicyReport Policy, LastReloadReport? LastReload);

internal sealed record ListenerReport(string Name, string Address, string Protocol, string Tls);

internal sealed record PolicyReport(string Hash, DateTimeOffset LoadedAt, int Domains)
{
    /// <summary>The name of what goes over its files for a while; null for nothing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Overlay { get; init; }

    public static PolicyReport Of(PolicySnapshot policy) => new(policy.Hash, policy.LoadedAt, policy.DomainCount) { Overlay = policy.Overlay?.Name };
}

/// <summary>The last reload of the policy: applied, rejected or unchanged, and what was found, each as <c>file(line,col): error: message</c>.</summary>
internal sealed record LastReloadReport(string Result, DateTimeOffset At, IReadOnlyList<string> Diagnostics)
{
    /// <summary>Null before the first.</summary>
    public static LastReloadReport? Of(ReloadReport? report) => report is null ? null : new(report.Result.ToString().ToLowerInvariant(), report.At, report.Diagnostics);
}
