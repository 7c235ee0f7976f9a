using System.CommandLine;
using SmartSink.Testing.Processes;

namespace SmartSink.PeerBenchmarks.Sinks;

/// <summary>Which build of the server is measured, and how it is started.</summary>
internal sealed record ServerCommand(IReadOnlyList<string> Command, IReadOnlyDictionary<string, string> Environment)
{
    /// <summary>A policy that refuses nobody.</summary>
    public const string AcceptAllPolicy = "[default]\nbounce = 0\ndefer = 0\n";

    private static readonly Option<string?> ServerOption = new("--server")
    {
        Description = "smartsink.dll or a published smartsink; the one that was built with the benchmark unless told",
    };

    private static readonly Option<string[]> EnvironmentOption = new("--env")
    {
        Description = "NAME=VALUE for the server, such as DOTNET_TieredPGO=0; may be repeated",
        DefaultValueFactory = _ => [],
    };

    private static readonly Option<string[]> BesideOption = new("--beside")
    {
        Description = "NAME=PATH of another build of smartsink, measured beside it in the same rounds; may be repeated",
        DefaultValueFactory = _ => [],
    };

    /// <summary>Gives a command the options that are read here.</summary>
    public static void AddTo(Command command)
    {
        command.Add(ServerOption);
        command.Add(EnvironmentOption);
    }

    /// <summary>Gives a command the option of <see cref="ReadBeside"/>.</summary>
    public static void AddBesideTo(Command command) => command.Add(BesideOption);

    /// <summary>Reads which other builds are to be measured, with their names in tables.</summary>
    /// <exception cref="FormatException">One has no name.</exception>
    public static IReadOnlyList<(string Name, ServerCommand Server)> ReadBeside(ParseResult line)
    {
        var environment = Read(line).Environment;
        return [.. line.GetRequiredValue(BesideOption).Select(text => text.Split('=', 2) is [var name, var path]
            ? (name, new ServerCommand(BuiltProgram.CommandOf(path), environment))
            : throw new FormatException($"--beside {text}: NAME=PATH is wanted"))];
    }

    /// <summary>Reads them.</summary>
    /// <exception cref="FormatException">A variable has no equals sign.</exception>
    public static ServerCommand Read(ParseResult line)
    {
        var command = line.GetValue(ServerOption) is { } path ? BuiltProgram.CommandOf(path) : SinkProcess.OwnCommand;
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var variable in line.GetRequiredValue(EnvironmentOption))
        {
            var parts = variable.Split('=', 2);
            variables[parts[0]] = parts.Length == 2 ? parts[1] : throw new FormatException($"--env {variable}: NAME=VALUE is wanted");
        }

        return new ServerCommand(command, variables);
    }

    /// <summary>The same with one more setting.</summary>
    public ServerCommand With(string name, string value) =>
        this with { Environment = new Dictionary<string, string>(Environment, StringComparer.Ordinal) { [name] = value } };

    /// <summary>Starts the server and waits until it answers.</summary>
    /// <param name="policy">The text of its responses.toml.</param>
    /// <param name="settings">Settings beside those given on the benchmark's command line.</param>
    public Task<SinkProcess> StartAsync(string policy, params ReadOnlySpan<(string Name, string Value)> settings)
    {
        var variables = new Dictionary<string, string>(Environment, StringComparer.Ordinal);
        foreach (var (name, value) in settings)
        {
            variables[name] = value;
        }

        return SinkProcess.StartAsync(policy, variables, Command);
    }

    /// <summary>Runs one of the program's other commands to its end.</summary>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public async Task RunAsync(params string[] arguments)
    {
        var result = await Tool.RunAsync(Command[0], [.. Command.Skip(1), .. arguments], environment: Environment);
        if (result.ExitCode != 0)
        {
            throw new InvalidOperationException($"smartsink {string.Join(' ', arguments)}: {result}");
        }
    }
}
