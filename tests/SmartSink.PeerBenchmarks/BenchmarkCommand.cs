using System.CommandLine;
using SmartSink.PeerBenchmarks.Reporting;
using SmartSink.PeerBenchmarks.Sinks;

namespace SmartSink.PeerBenchmarks;

/// <summary>What all sub-commands have in common.</summary>
internal static class BenchmarkCommand
{
    /// <summary>Makes a sub-command with its own options, and those that choose the server and the folder of the tables.</summary>
    public static Command Create(string name, string description, Func<ParseResult, CancellationToken, Task> run, params ReadOnlySpan<Option> options)
    {
        var command = new Command(name, description);
        foreach (var option in options)
        {
            command.Add(option);
        }

        ServerCommand.AddTo(command);
        Report.AddTo(command);
        command.SetAction(run);
        return command;
    }
}
