using System.CommandLine;
using System.Globalization;
using System.Text;
using SmartSink.Hosting;
using SmartSink.Http.Api;
using SmartSink.Ledger.Report;
using SmartSink.Ledger.Rules;
using SmartSink.Shared;
using Spectre.Console;

namespace SmartSink.Commands;

/// <summary><c>smartsink report</c>: what senders did at a running sink, graded. <c>smartsink ledger</c>: whether the sink keeps it.</summary>
internal static class ReportCommand
{
    // As many as the sink tells: a rule may have failed for any of them.
    private const int MostSenders = 1_000;

    // Narrower there is no room behind the columns, and wider lines are hard to read.
    private const int LeastWidth = 72, MostWidth = 120;

    /// <summary><c>smartsink report</c>.</summary>
    public static Command CreateReport()
    {
        var run = Text("--run", "id", "Only this load-generator run");
        var client = Text("--client", "network", "Only senders with this address or in this network");
        var since = Text("--since", "time", "Only what came in during this time before now, such as 10m");
        var (format, failOn) = (Format(), FailOn());
        var classified = Text("--classified", "file", "The sender's own log, to judge how it classified refusals: lines of JSON, each with recipient and class");
        var place = Text("--output", "file", "File to write the report to; standard output unless given");
        var (url, token) = (CommandLine.Url(), OverrideCommand.Token());
        var command = new Command("report", "Grade what senders did at a running sink; exits with 1 if a rule of --fail-on failed for any sender, or the sink does not answer")
        {
            run, client, since, format, failOn, classified, place, url, token,
        };
        command.SetAction(async (line, cancellation) =>
        {
            using var api = new RunningApi(line.GetValue(url)!, OverrideCommand.TokenIn(line, token), cancellation);
            var query = new (string Name, string? Value)[]
            {
                ("run", line.GetValue(run)), ("client", line.GetValue(client)), ("since", line.GetValue(since)), ("senders", MostSenders.ToString(CultureInfo.InvariantCulture)),
            };
            var card = await AskAsync(api, query, line.GetValue(classified));
            var (output, error) = (line.InvocationConfiguration.Output, line.InvocationConfiguration.Error);
            await WriteAsync(card, line.GetValue(format), line.GetValue(place), output);
            return Conclude(card, line.GetValue(failOn) ?? [], error);
        });
        return command;
    }

    /// <summary><c>smartsink ledger</c>.</summary>
    public static Command CreateLedger()
    {
        string[] words = ["on", "off", "clear"];
        var what = new Argument<string?>("on|off|clear")
        {
            Arity = ArgumentArity.ZeroOrOne,
            Description = "Start recording, stop and forget everything, or forget everything and continue; unless given, show how much is kept",
            CustomParser = given =>
            {
                var word = given.Tokens[0].Value;
                if (!words.Contains(word))
                {
                    given.AddError($"ledger: \"{word}\" is none of on, off and clear{Suggestion.Of(word, words)}");
                }

                return word;
            },
        };
        var (url, token) = (CommandLine.Url(), OverrideCommand.Token());
        var command = new Command("ledger", "Control the ledger of a running sink, which records what senders do for their report card") { what, url, token };
        command.SetAction(async (line, cancellation) =>
        {
            using var api = new RunningApi(line.GetValue(url)!, OverrideCommand.TokenIn(line, token), cancellation);
            var status = line.GetValue(what) switch
            {
                null => await api.GetAsync("ledger", ReportApiJson.Default.LedgerReport),
                "clear" => await ClearLedgerAsync(api),
                var word => await SwitchLedgerAsync(api, word == "on"),
            };
            await line.InvocationConfiguration.Output.WriteLineAsync(Describe(status));
            return ExitCodes.Success;
        });
        return command;
    }

    /// <summary>Has the sink keep what senders do, or forget it and end.</summary>
    public static Task<LedgerReport> SwitchLedgerAsync(RunningApi api, bool on) =>
        api.AskAsync(HttpMethod.Put, "ledger", RunningApi.JsonOf(new LedgerSwitch(on), ReportApiJson.Default.LedgerSwitch), ReportApiJson.Default.LedgerReport);

    /// <summary>Has the sink forget what it kept, and go on.</summary>
    public static Task<LedgerReport> ClearLedgerAsync(RunningApi api) => api.AskAsync(HttpMethod.Delete, "ledger", null, ReportApiJson.Default.LedgerReport);

    /// <summary>Asks for a report.</summary>
    /// <param name="api">The sink.</param>
    /// <param name="query">Parameters of the call; those without a value are left out.</param>
    /// <param name="classified">The file of the sender's log; null for none.</param>
    public static async Task<ReportCard> AskAsync(RunningApi api, IEnumerable<(string Name, string? Value)> query, string? classified = null)
    {
        var path = "report?" + string.Join('&', query.Where(pair => pair.Value is not null).Select(pair => $"{pair.Name}={Uri.EscapeDataString(pair.Value!)}"));
        if (classified is null)
        {
            return await api.GetAsync(path, ReportJson.Default.ReportCard);
        }

        try
        {
            var content = new ByteArrayContent(RegularFile.ReadAllBytes(classified, ReportApi.MostClassifiedBytes));
            content.Headers.ContentType = new("application/x-ndjson");
            return await api.AskAsync(HttpMethod.Post, path, content, ReportJson.Default.ReportCard);
        }
        catch (FileException exception)
        {
            throw new StartException(ExitCodes.Usage, [$"--classified: {classified} cannot be read: {exception.Message}"], exception);
        }
    }

    /// <summary>Writes a report to a file, or else where the command's output goes.</summary>
    public static async Task WriteAsync(ReportCard card, ReportFormat format, string? file, TextWriter output)
    {
        if (file is null)
        {
            await output.WriteAsync(TerminalOf(output) is { } terminal
                ? ReportFormats.Write(card, format, Math.Clamp(terminal.Width - 1, LeastWidth, MostWidth), terminal.Capabilities is { Ansi: true, ColorSystem: not ColorSystem.NoColors })
                : ReportFormats.Write(card, format));
            return;
        }

        try
        {
            await File.WriteAllTextAsync(file, ReportFormats.Write(card, format), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or ArgumentException or IOException)
        {
            throw new StartException(ExitCodes.Failure, [$"--output: {OneLine.Escape(file)} cannot be written: {exception.Message}"], exception);
        }
    }

    /// <summary>Says which of some rules failed for whom, and which nothing was seen of.</summary>
    /// <returns>1 if one failed, else 0: what was not seen is no failure.</returns>
    public static int Conclude(ReportCard card, IReadOnlyList<string> rules, TextWriter error)
    {
        var isFailed = false;
        foreach (var name in rules)
        {
            var found = card.Senders.Select(sender => (Sender: sender, Rule: sender.Rules.FirstOrDefault(rule => rule.Rule == name))).Where(pair => pair.Rule is not null).ToList();
            foreach (var (sender, rule) in found.Where(pair => pair.Rule!.Verdict == Verdict.Fail))
            {
                isFailed = true;
                error.WriteLine(OneLine.Escape($"{name} failed for {ReportFormats.NameOf(sender)}: {rule!.Finding}"));
            }

            if (found.All(pair => pair.Rule!.Verdict == Verdict.NotSeen))
            {
                error.WriteLine($"{name} was not seen: nothing happened that it could be judged by, which is not a failure");
            }
        }

        return isFailed ? ExitCodes.Failure : ExitCodes.Success;
    }

    /// <summary>In which form a report is wanted.</summary>
    public static Option<ReportFormat> Format() => new("--format")
    {
        HelpName = string.Join('|', ReportFormats.Names),
        Description = "Format of the report; text unless given",
        CustomParser = given =>
        {
            var word = given.Tokens[0].Value;
            var index = Array.IndexOf(ReportFormats.Names, word);
            if (index < 0)
            {
                given.AddError($"--format: \"{word}\" is none of {string.Join(", ", ReportFormats.Names)}{Suggestion.Of(word, ReportFormats.Names)}");
            }

            return (ReportFormat)Math.Max(0, index);
        },
    };

    /// <summary>Rules by which a build fails.</summary>
    public static Option<string[]?> FailOn() => new("--fail-on")
    {
        HelpName = "rule,…",
        Description = "Rules that must not fail, separated by commas; docs/report-card.md lists them",
        CustomParser = given =>
        {
            var names = given.Tokens.SelectMany(token => token.Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).Distinct().ToArray();
            foreach (var name in names.Where(name => SenderRules.Find(name) is null))
            {
                given.AddError($"--fail-on: there is no rule \"{name}\"{Suggestion.Of(name, SenderRules.All.Select(rule => rule.Name))}");
            }

            return names;
        },
    };

    private static Option<string?> Text(string name, string help, string description) => new(name) { HelpName = help, Description = description };

    /// <summary>The terminal that the command writes to; null where it is none.</summary>
    private static Profile? TerminalOf(TextWriter output) => ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected
        ? AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) }).Profile
        : null;

    private static string Describe(LedgerReport status) => !status.On
        ? "The ledger is off: what senders do is not recorded"
        : string.Create(
            CultureInfo.InvariantCulture,
            $"The ledger is on: senders {status.Senders:N0}, runs {status.Runs:N0}, memory {status.Bytes / 1048576.0:0.0} of {status.Limit / 1048576.0:0} MB, facts forgotten {status.Forgotten:N0}, events dropped {status.Dropped:N0}{(status.Since is { } since ? $"; since {since.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC" : "")}");
}
