using System.Text.Json;
using System.Text.Json.Nodes;
using SmartSink.Ledger.Report;
using SmartSink.Testing;

namespace SmartSink.Page.Tests;

/// <summary>A sink's answers in the middle of a load test, the same at every run but for the time of day.</summary>
internal static class Samples
{
    private static readonly (string Domain, double Offered, double Tempfail, double Permfail, double Expected, int Code, string Label, string Text)[] Domains =
    [
        ("gmail.com", 812, 11.9, 3.1, 12, 421, "throttled", "421 4.7.28 Our system has detected an unusual rate of unsolicited mail originating from your IP address."),
        ("yahoo.com", 204, 19.6, 5.2, 20, 421, "throttled", "421 4.7.0 [TSS04] Messages from 192.0.2.10 temporarily deferred due to unexpected volume or user complaints"),
        ("hotmail.com", 171, 7.8, 8.3, 8, 550, "blocked", "550 5.7.1 Unfortunately, messages from [192.0.2.10] weren't sent. Please contact your Internet service provider"),
        ("aol.com", 44.2, 20.4, 4.7, 20, 421, "throttled", "421 4.7.0 [TSS04] Messages from 192.0.2.10 temporarily deferred"),
        ("icloud.com", 39.5, 4.8, 6.1, 5, 550, "unknown_user", "550 5.1.1 <user@icloud.com>: user does not exist"),
        ("gmx.de", 21.3, 10.4, 2.2, 10, 421, "throttled", "421 gmx.net (mxgmx110) Nemesis ESMTP Service not available"),
        ("other", 12.8, 5.1, 5.0, 5, 550, "unknown_user", "550 5.1.1 No such user here"),
    ];

    /// <summary>/stats with these domains, or the usual ones.</summary>
    public static JsonObject Stats(JsonArray? domains = null) => new()
    {
        ["at"] = DateTimeOffset.UtcNow,
        ["status"] = "ready",
        ["started_at"] = DateTimeOffset.UtcNow.AddMinutes(-42),
        ["policy"] = new JsonObject { ["hash"] = "8f3a91c2d07b44e1", ["loaded_at"] = DateTimeOffset.UtcNow.AddMinutes(-12), ["domains"] = 7 },
        ["warnings"] = new JsonArray(),
        ["connections"] = new JsonObject { ["open"] = 50, ["limit"] = 32768, ["total"] = 1204 },
        ["messages"] = new JsonObject { ["total"] = 2_930_114, ["per_second"] = PerSecond(1204) },
        ["recipients"] = new JsonObject { ["accepted"] = Outcome(2_410_882, 1060.4), ["tempfail"] = Outcome(371_204, 170.2), ["permfail"] = Outcome(148_028, 74.2), ["abandoned"] = 0 },
        ["domains"] = domains ?? new JsonArray([.. Domains.Select(each => Domain(each.Domain, each.Offered, each.Tempfail, each.Permfail, each.Expected, (each.Code, each.Label, each.Text)))]),
        ["domains_left_out"] = 0,
    };

    public static JsonObject Domain(string name, double offered, double tempfail, double permfail, double expected, (int Code, string Label, string Text)? top = null) => new()
    {
        ["domain"] = name,
        ["recipients"] = (long)(offered * 2520),
        ["per_second"] = PerSecond(offered),
        ["observed"] = Shares(tempfail, permfail),
        ["expected"] = Shares(expected, 5),
        ["top_reply"] = top is null ? null : new JsonObject { ["code"] = top.Value.Code, ["label"] = top.Value.Label, ["text"] = top.Value.Text[4..], ["count"] = (long)(offered * 60) },
    };

    /// <summary>/stats/history: a wave, with a provider that was down for a minute.</summary>
    public static JsonObject History(int seconds)
    {
        var until = DateTimeOffset.UtcNow.ToUnixTimeSeconds() - 1;
        var all = Enumerable.Range(0, seconds).Select(index => until - seconds + 1 + index).ToList();
        var offered = all.Select(at => Math.Round(1150 + (180 * Math.Sin(at / 47.0)) + (at * 7919 % 61))).ToList();
        var down = all.Select(at => until - at is > 200 and < 290 ? 0.17 : 0).ToList();
        JsonArray Series(Func<int, double> value) => [.. all.Select((_, index) => (JsonNode)Math.Round(value(index)))];
        return new JsonObject
        {
            ["until"] = until,
            ["step"] = 1,
            ["accepted"] = Series(index => offered[index] * (0.81 - down[index])),
            ["tempfail"] = Series(index => offered[index] * (0.13 + down[index])),
            ["permfail"] = Series(index => offered[index] * 0.06),
            ["messages"] = Series(index => offered[index]),
            ["connections"] = Series(_ => 50),
        };
    }

    /// <summary>A refusal, as an event tells it.</summary>
    public static JsonObject Refusal(string recipient, string client = "192.0.2.10", int code = 550, string label = "unknown_user", string? reply = null, string sender = "news@shop.example") => new()
    {
        ["at"] = DateTimeOffset.UtcNow,
        ["client"] = client,
        ["stage"] = "rcpt",
        ["sender"] = sender,
        ["recipient"] = recipient,
        ["domain"] = recipient[(recipient.LastIndexOf('@') + 1)..],
        ["outcome"] = code < 500 ? "tempfail" : "permfail",
        ["code"] = code,
        ["label"] = label,
        ["reply"] = reply ?? $"{code} 5.1.1 <{recipient}>: user does not exist",
    };

    /// <summary>So many refusals of the usual domains.</summary>
    public static IEnumerable<JsonObject> Refusals(int number) => Enumerable.Range(0, number).Select(index =>
    {
        var (domain, _, _, _, _, code, label, text) = Domains[index * 5 % Domains.Length];
        return Refusal($"user{index * 37 % 1000}@{(domain == "other" ? "example.net" : domain)}", $"192.0.2.{10 + (index % 4)}", code, label, text);
    });

    public static JsonObject Senders() => new()
    {
        ["senders"] = new JsonArray(
            Sender("192.0.2.10", 40, 1_800_200, 260_113, (61, 124, 905)),
            Sender("192.0.2.11", 10, 612_844, 91_006, (300, 310, 1_840)),
            Sender("2001:db8:7::/64", 0, 12_400, 0, null)),
        ["left_out"] = 0,
    };

    /// <summary>A report of two senders.</summary>
    /// <param name="text">What a client could have sent, in all places where its texts stand.</param>
    public static ReportCard Report(string text = "")
    {
        var at = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
        RuleReport Rule(string name, string title, Verdict verdict, double? number, string unit, string finding) => new(
            name, title, verdict, RuleWeight.Major, number, unit, finding + text,
            verdict == Verdict.Fail ? [new ReportExample(at.AddMinutes(-5), $"tried again 12 s after the refusal{text}", $"550 5.1.1 no such user{text}")] : [], "It costs reputation.", ["RFC 5321 section 4.2.1"],
            name == "classification" ? [["label", "hard", "soft"], ["unknown_user" + text, "12", "1"]] : null);
        SenderReport Sender(string client, string user, string grade, Verdict first, ReportChart chart) => new(
            client, user + text, grade, 1_204_331, 12_044, 3_020, 412,
            [
                Rule("no-retry-after-5xx", "Never retries after a 5xx", first, first == Verdict.Fail ? 3.25 : 0, "%", "Tried again after a permanent refusal: 3 of 92 recipients (3.3 %)."),
                Rule("backs-off", "Waits before it retries, and longer each time", Verdict.Warn, 0.8, "ratio", "Gaps do not grow."),
                Rule("tls", "Uses TLS as it should", Verdict.NotSeen, null, string.Empty, "STARTTLS was not offered."),
                Rule("classification", "Classifies replies rightly", Verdict.Pass, 97, "%", "Most classes are right."),
            ],
            chart);
        ReportChart PerSecond() => new(
            at.AddMinutes(-10), 1, [.. Enumerable.Range(0, 600).Select(index => 100L + (index % 40))], new long[600], [.. Enumerable.Range(0, 600).Select(index => index is > 200 and < 260 ? 40L : 3)]);
        return new ReportCard(
            at,
            at.AddMinutes(-10),
            [
                Sender("192.0.2.10/32", "news", "F", Verdict.Fail, PerSecond()),
                Sender("192.0.2.11/32", string.Empty, "A", Verdict.Pass, new ReportChart(at.AddMinutes(-4), 60, [5, 1, 0, 7], [1, 0, 2, 0], new long[4])),
            ],
            Forgotten: 0,
            TimeScale: 60);
    }

    /// <summary>What a sink said of <c>traffic-gen --behave badly</c> and <c>--behave well</c> in the scenario <c>everything</c>.</summary>
    public static ReportCard RecordedReport() =>
        JsonSerializer.Deserialize(File.ReadAllBytes(RepositoryRoot.Combine("tests", "SmartSink.Page.Tests", "report.json")), ReportJson.Default.ReportCard)!;

    public static JsonObject Policy(string? domain) => new()
    {
        ["hash"] = "8f3a91c2d07b44e1",
        ["loaded_at"] = DateTimeOffset.UtcNow.AddMinutes(-12),
        ["last_reload"] = new JsonObject
        {
            ["result"] = "rejected",
            ["at"] = DateTimeOffset.UtcNow.AddMinutes(-2),
            ["diagnostics"] = new JsonArray("policy/responses.toml(12,10): error: bounce: 101 is not a percentage from 0 to 100"),
        },
        ["total"] = 7,
        ["entries"] = domain is null ? [] : new JsonArray(new JsonObject
        {
            ["domain"] = domain,
            ["replies"] = domain == "gmail.com"
                ? new JsonArray(new JsonObject { ["kind"] = "throttle", ["code"] = 421, ["text"] = "4.7.28 Our system has detected an unusual rate" })
                : [],
        }),
    };

    /// <summary>/check: a mistake in each line that says so.</summary>
    public static JsonObject Check(string text)
    {
        var mistakes = text.Split('\n').Select((line, index) => (line, index)).Where(each => each.line.Contains("wrong", StringComparison.Ordinal))
            .Select(each => new JsonObject
            {
                ["file"] = "text",
                ["line"] = each.index + 1,
                ["column"] = each.line.IndexOf("wrong", StringComparison.Ordinal) + 1,
                ["severity"] = "error",
                ["message"] = $"unknown key {each.line}",
            }).ToArray();
        return new JsonObject { ["valid"] = mistakes.Length == 0, ["errors"] = mistakes.Length, ["warnings"] = 0, ["diagnostics"] = new JsonArray(mistakes) };
    }

    private static JsonObject Sender(string client, int open, long messages, long refused, (double P50, double P90, double Max)? gaps) => new()
    {
        ["client"] = client,
        ["connections_open"] = open,
        ["connections"] = messages / 1000,
        ["messages"] = messages,
        ["recipients"] = messages,
        ["refused"] = refused,
        ["first_seen"] = DateTimeOffset.UtcNow.AddMinutes(-40),
        ["last_seen"] = DateTimeOffset.UtcNow,
        ["retries"] = refused / 3,
        ["retry_gap_seconds"] = gaps is { } gap ? new JsonObject { ["p50"] = gap.P50, ["p90"] = gap.P90, ["max"] = gap.Max } : null,
    };

    private static JsonObject PerSecond(double rate) => new() { ["1"] = rate, ["10"] = rate, ["60"] = rate };

    private static JsonObject Outcome(long total, double rate) => new() { ["total"] = total, ["per_second"] = PerSecond(rate) };

    private static JsonObject Shares(double tempfail, double permfail) =>
        new() { ["accepted"] = Math.Round(100 - tempfail - permfail, 1), ["tempfail"] = tempfail, ["permfail"] = permfail };
}
