using SmartSink.EndToEnd.Tests.Compatibility;
using SmartSink.EndToEnd.Tests.Compatibility.Relays;
using SmartSink.EndToEnd.Tests.Redirect;
using SmartSink.Testing.Processes;

namespace SmartSink.EndToEnd.Tests.ReportCard;

/// <summary>A sender that scenarios are run on, as docs/report-card.md names it.</summary>
/// <param name="Name">Its name there.</param>
/// <param name="VersionAsync">Its version, as its authors count; null for the project's own.</param>
/// <param name="StartAsync">Starts the MTA by the speed of its clock; null for a client that sends to the sink itself.</param>
/// <param name="SendAsync">Sends the mail: an MTA's is handed to it by traffic-gen.</param>
internal sealed record ScenarioSender(string Name, Func<Task<string>>? VersionAsync, Func<int, Task<Relay>>? StartAsync, Func<MailToSend, Task> SendAsync)
{
    private static readonly IReadOnlyList<string> TrafficGen = BuiltProgram.Command("traffic-gen");

    public static ScenarioSender WellBehaved { get; } = new("traffic-gen, well", null, null, mail => BehaveAsync(mail, "well"));

    public static ScenarioSender BadlyBehaved { get; } = new("traffic-gen, badly", null, null, mail => BehaveAsync(mail, "badly"));

    /// <summary>All of the page, in its order.</summary>
    public static IReadOnlyList<ScenarioSender> All { get; } =
    [
        new("Postfix", () => DebianPackages.InstalledVersionAsync("postfix"), speed => PostfixRelay.StartAsync(speed, MailServers.ForPostfix), SubmitAsync),
        new(
            "Postfix, tuned",
            () => DebianPackages.InstalledVersionAsync("postfix"),
            speed => PostfixRelay.StartAsync(speed, $"{MailServers.ForPostfix}\n{PageText.ReportCard.Block("smtp_tls_connection_reuse")}"),
            SubmitAsync),
        new("Exim", () => Task.FromResult(DebianPackages.VersionOf("exim4-daemon-light")), speed => EximRelay.StartAsync(speed, MailServers.ForExim), SubmitAsync),
        new("OpenSMTPD", () => Task.FromResult(DebianPackages.VersionOf("opensmtpd")), speed => OpenSmtpdRelay.StartAsync(speed, MailServers.ForOpenSmtpd), SubmitAsync),
        WellBehaved,
        BadlyBehaved,
        new("swaks in a loop", () => DebianPackages.InstalledVersionAsync("swaks"), null, SwaksAsync),
    ];

    /// <summary>Hands all messages to an MTA, which is to have none of them refused. Exim leaves what comes after ten on one connection to its next queue run.</summary>
    private static Task SubmitAsync(MailToSend mail) => RunAsync(mail, TrafficGen, [.. TrafficGenFlags(mail), "--concurrency", "2", "--messages-per-connection", "10", "--verp"], mustSucceed: true);

    // What waits when it ends, or is refused, is told by its exit code; here the sink judges.
    private static Task BehaveAsync(MailToSend mail, string manners) =>
        RunAsync(mail, TrafficGen, [.. TrafficGenFlags(mail), "--keep-going", "--behave", manners, "--time-scale", $"{mail.TimeScale}"], mustSucceed: false);

    private static IReadOnlyList<string> TrafficGenFlags(MailToSend mail) =>
    [
        "--target", $"127.0.0.1:{mail.Port}", "--run-id", mail.Run, "--message-count", $"{mail.Messages}", "--duration", $"{mail.Ends.TotalSeconds:F0}", "--throttle", $"{mail.PerMinute}/min,max_burst=1",
        "--sender-domain", "client.example", "--body-size", "2kb", .. MailServers.Domains.SelectMany((domain, at) => new[] { "--domain", at == 0 ? $"{domain}:2" : domain }),
    ];

    private static async Task SwaksAsync(MailToSend mail)
    {
        const int Messages = 60;
        for (var number = 0; number < Messages; number++)
        {
            var pause = Task.Delay(TimeSpan.FromMinutes((double)mail.Messages / mail.PerMinute / Messages), TestContext.Current.CancellationToken);
            await RunAsync(
                mail,
                ["swaks"],
                [
                    "--server", $"127.0.0.1:{mail.Port}", "--helo", "mta.client.example", "--from", $"swaks+{mail.Run}/{number}@client.example", "--to", $"user{number}@{MailServers.Domains[number % MailServers.Domains.Count]}",
                    "--header", $"X-SmartSink-Run: {mail.Run}/{number}", "--suppress-data", "--timeout", "20s",
                ],
                mustSucceed: false);
            await pause;
        }
    }

    private static async Task RunAsync(MailToSend mail, IReadOnlyList<string> program, IEnumerable<string> arguments, bool mustSucceed)
    {
        var command = mail.Network?.Inside([.. program, .. arguments]) ?? [.. program, .. arguments];
        var result = await Tool.RunAsync(command[0], command.Skip(1), timeout: TimeSpan.FromMinutes(15));
        (result.ExitCode == 0 || !mustSucceed).ShouldBeTrue(result.ToString());
    }
}

/// <summary>What a sender has to send.</summary>
/// <param name="Network">Where the programs run; null for the machine itself.</param>
/// <param name="Port">Where the mail is taken, on loopback.</param>
/// <param name="Run">The run that each message names.</param>
/// <param name="Messages">How many.</param>
/// <param name="PerMinute">The pace, in the machine's minutes.</param>
/// <param name="Ends">When a sender with a queue of its own has to end.</param>
/// <param name="TimeScale">How fast the providers' time passes.</param>
internal sealed record MailToSend(NetworkNamespace? Network, int Port, string Run, int Messages, int PerMinute, TimeSpan Ends, int TimeScale);
