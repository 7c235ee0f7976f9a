using System.Collections.Concurrent;
using SmartSink.Engines;
using SmartSink.Testing;
using SmartSink.Testing.Transcripts;
using SmartSink.Tests.Connections;
using SmartSink.Tests.Transcripts;

namespace SmartSink.Tests.Engines;

/// <summary>The dialogs of the own engine, led by the SmtpServer package. Those that go another way are known, each with its reason.</summary>
public class EngineTranscriptTests
{
    private static readonly (string Reason, string[] Names)[] Known =
    [
        ("The package has no BDAT.",
        [
            "bdat", "bdat-big", "bdat-flood", "bdat-pipelined", "bdat-policy-answers-at-data", "bdat-refused", "bdat-refused-in-the-pipeline",
            "bdat-refused-takes-too-long", "bdat-refused-too-slow", "bdat-rset", "bdat-silence", "bdat-size-beyond-all-bounds",
            "bdat-then-other-commands", "bdat-too-big", "bdat-too-slow", "bdat-without-a-size", "bdat-zero", "binarymime",
        ]),
        ("The package does not speak LMTP.",
        [
            "bare-lf-client-lmtp", "fault-lmtp-drop", "fault-lmtp-dropped-after", "fault-lmtp-dropped-before", "fault-lmtp-slow-reply", "lmtp", "lmtp-chunks", "lmtp-each-recipient", "lmtp-loose", "lmtp-refuses-ehlo", "lmtp-without-valid-recipients", "reply-fault-lmtp",
        ]),
        ("The package takes any parameter of MAIL and RCPT, and any value.",
        [
            "auth-off", "auth-required", "extensions-not-offered", "extensions-on-request", "helo-takes-no-parameters", "hidden-8bitmime",
            "hidden-auth", "hidden-chunking", "hidden-extensions", "mail-body", "mail-dsn", "mail-size", "mail-size-syntax", "rcpt-dsn",
            "rcpt-dsn-utf8", "requiretls", "smtputf8-after-helo", "unknown-parameters",
        ]),
        ("The package has no XCLIENT.",
        [
            "xclient", "xclient-destination", "xclient-login", "xclient-not-allowed",
        ]),
        ("The package does not know HTTP when it hears it.",
        [
            "http-host-line", "http-post", "http-request",
        ]),
        ("The package puts up with any octet in a line, waits for CRLF, and knows no limit of a line's length.",
        [
            "auth-lines", "bare-cr-client", "bare-cr-in-command", "bare-lf-client", "bare-lf-client-tls", "bare-lf-in-command", "binary-garbage",
            "control-characters", "endless-line", "tls-hello-in-the-clear",
        ]),
        ("A response that is no base64 is an exception to the package, which gives up the session.",
        [
            "auth-cancelled",
        ]),
        ("The package has PLAIN and LOGIN alone, and calls any other a mistake of grammar.",
        [
            "auth-cram-md5", "auth-errors", "auth-oauthbearer", "auth-over-tls", "auth-xoauth2",
        ]),
        ("The package takes a name, address or domain for wrong that the own engine takes, or the other way round.",
        [
            "ehlo-needs-a-name", "mail-lengths", "mail-loose", "mail-syntax", "rcpt-address-literal", "rcpt-lengths", "rcpt-loose", "rcpt-postmaster-without-domain",
            "rcpt-quoted-local-part", "rcpt-source-route", "rcpt-syntax", "rcpt-underscore-in-domain",
        ]),
        ("The package minds the order of commands less, or minds it before anything else.",
        [
            "ehlo-again-resets", "starttls", "starttls-needs-ehlo", "tls-required", "mail-refused-in-the-pipeline",
        ]),
        ("The package has no VRFY, EXPN and HELP, and NOOP takes no argument.",
        [
            "hidden-ehlo-help", "mail-before-ehlo", "noop-vrfy-expn-help", "line-too-long", "unknown-command",
        ]),
        ("The package reads a domain as ASCII and does not mind whether SMTPUTF8 was said.",
        [
            "smtputf8", "smtputf8-bad-octets", "smtputf8-missing",
        ]),
    ];

    private static readonly Dictionary<string, string> Differences =
        Known.SelectMany(known => known.Names.Select(name => (name, known.Reason))).ToDictionary(known => known.name, known => known.Reason, StringComparer.Ordinal);

    /// <summary>How long a dialog that is said to differ may take before it is believed; any other has as long as whatever else a test waits for.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(10);

    /// <summary>Most of those that differ have to be waited for, so many are.</summary>
    private const int AtOnce = 32;

    /// <summary>The extensions that the package has not: their lines of EHLO are left out of what is expected.</summary>
    private static readonly string[] Missing = ["DSN", "CHUNKING", "BINARYMIME", "HELP", "XCLIENT", "LIMITS", "REQUIRETLS", "DELIVERBY", "FUTURERELEASE", "MT-PRIORITY"];

    [Fact]
    public Task Dialogs_go_the_same_way_but_for_those_on_the_list() => CompareAsync(TranscriptFiles.Names);

    [Fact]
    public void The_page_of_the_engines_counts_them()
    {
        var all = TranscriptFiles.Names.Count;
        File.ReadAllText(RepositoryRoot.Combine("docs", "engines.md")).ShouldContain($"| {all} of {all} | {all - Differences.Count} of {all}, ");
    }

    [Theory]
    [InlineData("epoll")]
    [InlineData("sockets")]
    [InlineData(RunningServer.Memory)]
    public Task Those_not_on_the_list_go_the_same_way_over_every_transport(string transport)
    {
        RunningServer.Over = transport;
        return CompareAsync(TranscriptFiles.Names.Except(Differences.Keys));
    }

    [Fact]
    public void The_list_names_dialogs_that_there_are() => Differences.Keys.Except(TranscriptFiles.Names).ShouldBeEmpty();

    private static async Task CompareAsync(IEnumerable<string> names)
    {
        var surprises = new ConcurrentBag<string>();
        await Parallel.ForEachAsync(names, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (name, _) =>
        {
            var transcript = TranscriptFiles.Load(name, PackageEngine.Extensions, PackageEngine.Mechanisms);
            var isKnown = Differences.TryGetValue(name, out var reason);
            var difference = await DifferenceAsync(transcript with { Steps = WithoutMissing(transcript.Steps) }, isKnown ? Silence : Patience.Limit);
            if (isKnown != (difference is not null))
            {
                surprises.Add(difference is null ? $"{name} goes the same way now, so it has to leave the list ({reason})" : $"{name} differs: {difference}");
            }
        });

        surprises.Order(StringComparer.Ordinal).ShouldBeEmpty();
    }

    private static async Task<string?> DifferenceAsync(Transcript transcript, TimeSpan patience)
    {
        await using var peer = new ServerPeer(transcript, PackageServer.Engine);
        var playing = TranscriptPlayer.PlayAsync(transcript, peer, TranscriptSplit.Whole);
        if (await Task.WhenAny(playing, Task.Delay(patience)) != playing)
        {
            return "nothing more came";
        }

        try
        {
            await playing;
            return null;
        }
        catch (Exception error) when (error is TranscriptException or IOException or OperationCanceledException)
        {
            return error.Message;
        }
    }

    private static List<TranscriptStep> WithoutMissing(IReadOnlyList<TranscriptStep> steps)
    {
        var result = new List<TranscriptStep>();
        foreach (var step in steps)
        {
            if (step is ExpectStep { Expected: var line } expect && line.StartsWith("250", StringComparison.Ordinal) && line.Length > 4 && Missing.Contains(line[4..].Split(' ')[0]))
            {
                if (line[3] == ' ' && result[^1] is ExpectStep last)
                {
                    result[^1] = last with { Expected = string.Concat("250 ", last.Expected.AsSpan(4)) };
                }

                continue;
            }

            result.Add(step is ExpectStep { Expected: ['2', '5', '0', _, 'A', 'U', 'T', 'H', ..] } auth
                ? auth with { Expected = string.Join(' ', auth.Expected.Split(' ').Except(["CRAM-MD5", "XOAUTH2", "OAUTHBEARER"])) }
                : step);
        }

        return result;
    }
}
