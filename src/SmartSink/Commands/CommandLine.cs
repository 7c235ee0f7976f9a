using System.CommandLine;
using System.Net;
using SmartSink.Hosting;
using SmartSink.Settings;

namespace SmartSink.Commands;

/// <summary>The program as it is called from a shell.</summary>
internal static class CommandLine
{
    /// <summary>Runs it to its end and returns the exit code.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, TextWriter output, TextWriter error)
    {
        var root = CreateRoot();
        var line = root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (line.Errors.Count > 0)
        {
            foreach (var mistake in line.Errors)
            {
                await error.WriteLineAsync(mistake.Message);
            }

            return ExitCodes.Usage;
        }

        // Signals belong to the host, and a defect is to be seen with its whole stack.
        var invocation = new InvocationConfiguration
        {
            Output = output,
            Error = error,
            ProcessTerminationTimeout = null,
            EnableDefaultExceptionHandler = false,
        };
        try
        {
            return await line.InvokeAsync(invocation);
        }
        catch (StartException exception)
        {
            foreach (var text in exception.Lines)
            {
                await error.WriteLineAsync(text);
            }

            return exception.ExitCode;
        }
        catch (IOException exception) when (line.Action != root.Action)
        {
            // A report that cannot be written, on a full disk for example, is nobody's defect.
            await error.WriteLineAsync(exception.Message);
            return ExitCodes.Failure;
        }
    }

    private static RootCommand CreateRoot()
    {
        var all = new SettingOptions(SettingCatalog.All);
        var root = new RootCommand(
            "SmartSink, a mail sink that answers like the internet. Settings come from appsettings.json, the environment and the command line; later sources override earlier ones.");
        all.AddTo(root);
        root.SetAction((line, _) => ServeAsync(SettingsReader.ReadProcess(all.GivenIn(line))));
        root.Add(Check());
        root.Add(Explain());
        root.Add(Health());
        root.Add(Init());
        root.Add(OverrideCommand.CreateOverride());
        root.Add(OverrideCommand.CreateCalm());
        root.Add(ReportCommand.CreateLedger());
        root.Add(ReportCommand.CreateReport());
        root.Add(ScenarioCommand.Create());
        root.Add(TryCommand.Create());
        root.Add(WatchCommand.Create());
        return root;
    }

    private static Command Check()
    {
        var files = new Argument<string[]>("FILE") { Arity = ArgumentArity.OneOrMore, Description = "Policy files, or a report.toml" };
        files.Validators.Add(given =>
        {
            if (given.Tokens.Any(token => token.Value.Length == 0))
            {
                given.AddError("FILE: the name is empty");
            }
        });
        var command = new Command("check", "Check policy files and scenarios and report every mistake in them") { files };
        command.SetAction(line => CheckCommand.Run(line.GetRequiredValue(files), line.InvocationConfiguration.Output, line.InvocationConfiguration.Error));
        return command;
    }

    private static Command Explain()
    {
        var addresses = new Argument<string[]>("ADDRESS") { Arity = ArgumentArity.OneOrMore, Description = "Mailboxes or domains" };
        var options = new SettingOptions(SettingCatalog.All.Where(setting => setting.Key is "Data" or "DefaultBounce" or "DefaultDefer"));
        var destination = Address("--destination", "Address that the client was trying to reach, for the [[mx]] entries");
        var client = Address("--client", "Address of a client: shows what a running sink remembers of its network, and the overrides that may affect the address");
        var sender = new Option<string?>("--sender") { HelpName = "mailbox", Description = "Sender of that client, for greylists, limits by sender domain and overrides" };
        var user = new Option<string>("--user") { HelpName = "name", Description = "User that the client logs in as, for limits by user", DefaultValueFactory = _ => string.Empty };
        var url = Url();
        var command = new Command("explain", "Explain what happens to mail for an address, and why") { addresses, destination, client, sender, user, url };
        options.AddTo(command);
        command.SetAction((line, cancellation) => ExplainCommand.RunAsync(
            new ExplainQuestion(
                line.GetResult(client) is not null || line.GetResult(url) is { Implicit: false },
                line.GetRequiredValue(addresses), line.GetValue(destination), line.GetValue(client), line.GetValue(sender), line.GetValue(user)!, line.GetValue(url)!),
            Settings(line, options).Settings!,
            line.InvocationConfiguration.Output,
            cancellation));
        return command;
    }

    /// <summary>Where a running sink is asked.</summary>
    public static Option<Uri> Url() => new("--url")
    {
        HelpName = "url",
        Description = "URL of a running sink's HTTP listener",
        DefaultValueFactory = _ => new Uri("http://127.0.0.1:8000/"),
        CustomParser = given =>
        {
            if (Uri.TryCreate(given.Tokens[0].Value.TrimEnd('/') + "/", UriKind.Absolute, out var place) && place.Scheme is "http" or "https")
            {
                return place;
            }

            given.AddError("--url: not an http URL");
            return null;
        },
    };

    private static Option<IPAddress?> Address(string name, string description) => new(name)
    {
        HelpName = "ip",
        Description = description,
        CustomParser = given =>
        {
            if (!IPAddress.TryParse(given.Tokens[0].Value, out var address))
            {
                given.AddError($"{name}: not an IP address");
            }

            return address;
        },
    };

    private static Command Health()
    {
        var options = new SettingOptions(SettingCatalog.All);
        var command = new Command("health", "Ask the sink on this machine whether it is ready; exits with 0 if it is, else with 1");
        options.AddTo(command);
        command.SetAction((line, cancellation) => HealthCommand.RunAsync(
            Settings(line, options).Settings!, line.InvocationConfiguration.Output, line.InvocationConfiguration.Error, cancellation));
        return command;
    }

    private static Command Init()
    {
        var folder = new Argument<string>("FOLDER") { Description = "Folder to write to", DefaultValueFactory = _ => Path.GetDirectoryName(SinkSettings.DefaultPolicyFile)! };
        folder.Validators.Add(given =>
        {
            if (given.Tokens is [{ Value.Length: 0 }])
            {
                given.AddError("FOLDER: the name is empty");
            }
        });
        var command = new Command("init", "Write the built-in policy and its catalogue of replies to files that can be edited") { folder };
        command.SetAction(line => InitCommand.Run(line.GetRequiredValue(folder), line.InvocationConfiguration.Output, line.InvocationConfiguration.Error));
        return command;
    }

    private static async Task<int> ServeAsync(SettingsResult settings)
    {
        try
        {
            return await ServeCommand.RunAsync(Good(settings));
        }
        catch (StartException exception) when (settings.LogJson)
        {
            throw exception.ToJson();
        }
    }

    /// <summary>The settings that a command line gives, with those from elsewhere.</summary>
    public static SettingsResult Settings(ParseResult line, SettingOptions options) => Good(SettingsReader.ReadProcess(options.GivenIn(line)));

    private static SettingsResult Good(SettingsResult result) => result.Settings is null ? throw new StartException(ExitCodes.Usage, result.Errors) : result;
}

/// <summary>The settings as options of the command line.</summary>
internal sealed class SettingOptions
{
    private readonly List<(Setting Setting, Option<string> Option)> _options;

    public SettingOptions(IEnumerable<Setting> settings) => _options = [.. settings.Select(setting => (setting, ToOption(setting)))];

    public void AddTo(Command command)
    {
        foreach (var (_, option) in _options)
        {
            command.Add(option);
        }
    }

    /// <summary>What was given, by the options' names.</summary>
    public IReadOnlyDictionary<string, string> GivenIn(ParseResult line) => _options
        .Where(pair => line.GetResult(pair.Option) is { Implicit: false })
        .ToDictionary(pair => pair.Setting.Option, pair => line.GetValue(pair.Option)!, StringComparer.Ordinal);

    private static Option<string> ToOption(Setting setting)
    {
        var defaultText = setting.Default.Length > 0 ? $", default: {setting.Default}" : string.Empty;
        return new Option<string>(setting.Option)
        {
            Description = $"{setting.Description} [{setting.Environment}{defaultText}]",
            HelpName = setting.Placeholder,
        };
    }
}
