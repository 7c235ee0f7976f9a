using System.Globalization;
using System.Text.Json.Serialization;
using SmartSink.Behaviour;
using SmartSink.Behaviour.Rules;
using SmartSink.Connections;
using SmartSink.Policy;
using SmartSink.Policy.Files;
using SmartSink.Policy.Replies;
using SmartSink.Settings;
using SmartSink.Settings.Values;
using SmartSink.Shared;
using SmartSink.Smtp.Replies;
using SmartSink.Tls;
using SmartSink.Watching;

namespace SmartSink.Scenarios;

/// <summary>An overlay as somebody writes it. What is null is not given.</summary>
internal sealed record OverlayText
{
    /// <summary>What the log, events and diagnostics call it; <c>overlay</c> unless given.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Name { get; init; }

    /// <summary>TOML, as of a policy's file that includes no other.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Policy { get; init; }

    /// <summary>As SINK_TLS_FAULTS, for all connections of all listeners.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? TlsFaults { get; init; }

    /// <summary>How long it lasts, by the real clock; 10m unless given, at most 24h.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? For { get; init; }
}

/// <summary>An overlay that holds.</summary>
/// <param name="Given">As it was given, with the name that it has.</param>
/// <param name="Policy">What goes over the files.</param>
/// <param name="EndsAt">When it ends by itself.</param>
/// <param name="Warnings">What is doubtful in it.</param>
internal sealed record Overlay(OverlayText Given, PolicyOverlay Policy, Moment EndsAt, IReadOnlyList<PolicyDiagnostic> Warnings);

/// <summary>A mistake in an overlay.</summary>
/// <param name="Pointer">Where in what was sent (RFC 6901).</param>
/// <param name="Detail">One sentence without an end mark.</param>
/// <param name="Line">Of the policy's text, from 1; null for another field, and for a mistake that shows elsewhere.</param>
/// <param name="Column">Likewise.</param>
internal sealed record OverlayProblem(string Pointer, string Detail, int? Line = null, int? Column = null);

/// <summary>
/// Temporarily applies a piece of policy over the files, one at a time: it ends by itself, outlives reloads, and is kept nowhere. What providers
/// remember of senders goes on across its beginning and end, as across a reload. For any number of threads.
/// </summary>
/// <param name="policy">What is in force.</param>
/// <param name="lay">Lays an overlay over a policy, or takes it away.</param>
/// <param name="behaviour">Has schedules that begin with it.</param>
/// <param name="server">Has connections on which TLS goes wrong.</param>
/// <param name="certificates">Those of the server; null when it speaks no TLS.</param>
/// <param name="tell">Is told what becomes of it (<c>added</c>, <c>ended</c>, <c>removed</c>), and its name; null for nobody.</param>
/// <param name="clock">Tells when it is over.</param>
/// <param name="log">Told of each.</param>
internal sealed partial class OverlayKeeper(
    Reloader<PolicySnapshot> policy,
    Func<PolicySnapshot, PolicyOverlay?, PolicyLoadResult> lay,
    BehaviourFilters behaviour,
    SmtpHost server,
    Reloader<CertificateSet>? certificates,
    Action<string, string>? tell,
    TimeProvider clock,
    ILogger<OverlayKeeper> log) : IDisposable
{
    private const string UsualName = "overlay";
    private const int LongestName = 100;

    private readonly Lock _gate = new();
    private ITimer? _end;
    private volatile Overlay? _current;

    /// <summary>The one that holds; null for none.</summary>
    public Overlay? Current => _current;

    /// <summary>Begins one, unless another holds, which is given back then.</summary>
    /// <param name="given">What somebody has written.</param>
    /// <param name="problems">Takes what is wrong with it; with anything in it, none begins.</param>
    /// <returns>The overlay that holds now; null for none.</returns>
    public (Overlay? Holds, bool HasBegun) Begin(OverlayText given, List<OverlayProblem> problems)
    {
        var lifetime = Check(given, problems, out var faults);
        lock (_gate)
        {
            if (problems.Count > 0 || _current is not null)
            {
                return (_current, false);
            }

            var now = clock.ReadMoment();
            var over = new PolicyOverlay(given.Name ?? UsualName, given.Policy ?? string.Empty, now);
            IReadOnlyList<PolicyDiagnostic> found = [];
            policy.Replace(inForce =>
            {
                var result = lay(inForce, over);
                found = result.Diagnostics;
                return result.Snapshot;
            });
            problems.AddRange(found.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).Select(diagnostic => ProblemOf(diagnostic, over)));
            if (problems.Count > 0)
            {
                return (null, false);
            }

            if (faults is not null)
            {
                server.OverrideTlsFaults(faults);
            }

            // Its schedules and its time begin with it, not with the next mail.
            behaviour.Refresh(now);
            var overlay = new Overlay(
                given with { Name = over.Name },
                over,
                new Moment(now.Milliseconds + (long)lifetime.TotalMilliseconds, now.Utc + lifetime),
                [.. found.Where(diagnostic => diagnostic.File == over.Source)]);
            _current = overlay;
            _end = clock.CreateTimer(_ => End(overlay, byItself: true), null, lifetime, Timeout.InfiniteTimeSpan);
            tell?.Invoke("added", over.Name);
            Began(log, over.Name, overlay.EndsAt.Utc.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
            return (overlay, true);
        }
    }

    /// <summary>Takes the one that holds back; false for none.</summary>
    public bool TakeBack() => _current is { } overlay && End(overlay, byItself: false);

    public void Dispose() => _end?.Dispose();

    private bool End(Overlay overlay, bool byItself)
    {
        lock (_gate)
        {
            if (_current != overlay)
            {
                return false;
            }

            policy.Replace(inForce => lay(inForce, null).Snapshot);
            server.OverrideTlsFaults(null);
            behaviour.Refresh(clock.ReadMoment());
            _current = null;
            _end?.Dispose();
            _end = null;
            tell?.Invoke(byItself ? "ended" : "removed", overlay.Policy.Name);
            if (byItself)
            {
                Ended(log, overlay.Policy.Name);
            }
            else
            {
                Removed(log, overlay.Policy.Name);
            }

            return true;
        }
    }

    private TimeSpan Check(OverlayText given, List<OverlayProblem> problems, out TlsFaultRates? faults)
    {
        if (given.Name is { } name && (name.Length is 0 or > LongestName || ControlCharacters.IsIn(name)))
        {
            problems.Add(new OverlayProblem("/name", $"name is empty, longer than {LongestName} characters, or contains control characters"));
        }

        if (given is { Policy: null, TlsFaults: null } && problems.Count == 0)
        {
            problems.Add(new OverlayProblem("/policy", "an overlay needs policy, tls_faults, or both"));
        }

        faults = null;
        if (given.TlsFaults is { } text)
        {
            var problem = ProblemOf(text, out faults)
                ?? (certificates is null ? "no listener uses TLS, so TLS faults would have no effect: start the sink with SINK_STARTTLS=on" : null);
            if (problem is not null)
            {
                problems.Add(new OverlayProblem("/tls_faults", problem));
            }
            else if (faults.Faults.Any(TlsFaults.NeedsCertificate))
            {
                _ = certificates!.Current.Faulty.Value;
            }
        }

        var lifetime = OverrideReader.UsualLifetime;
        if (given.For is { } length)
        {
            (lifetime, var problem) = ValueForms.Time("for", length);
            problem ??= lifetime > OverrideReader.LongestLifetime ? $"for = \"{length}\" is longer than {Times.Write(OverrideReader.LongestLifetime)}; a permanent change belongs in the policy's file" : null;
            if (problem is not null)
            {
                problems.Add(new OverlayProblem("/for", OneLine.Escape(problem)));
            }
        }

        return lifetime;
    }

    /// <summary>What is wrong with TLS faults, as a sentence; null for nothing. The certificates of faults bear the names that were known when they were made.</summary>
    public static string? ProblemOf(string text, out TlsFaultRates faults) =>
        !TlsFaultRates.TryParse(text, out faults) || !faults.Faults.Any() ? $"tls_faults is not {SettingKinds.TlsFaults.Expected}"
        : faults.Names.Count > 0 ? "tls_faults of an overlay apply to all connections and cannot name a server"
        : null;

    private static OverlayProblem ProblemOf(PolicyDiagnostic diagnostic, PolicyOverlay overlay) => diagnostic.File == overlay.Source
        ? new OverlayProblem("/policy", diagnostic.Message, diagnostic.Line, diagnostic.Column)
        : new OverlayProblem("/policy", $"with the overlay applied, there is a mistake at {diagnostic}");

    [LoggerMessage(231, LogLevel.Information, "Overlay \"{Name}\" is now applied over the policy files; it ends at {End}")]
    private static partial void Began(ILogger log, string name, string end);

    [LoggerMessage(232, LogLevel.Information, "Overlay \"{Name}\" has ended; the policy files alone apply again")]
    private static partial void Ended(ILogger log, string name);

    [LoggerMessage(233, LogLevel.Information, "Overlay \"{Name}\" was removed; the policy files alone apply again")]
    private static partial void Removed(ILogger log, string name);
}
