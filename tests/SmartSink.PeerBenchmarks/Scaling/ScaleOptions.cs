using System.CommandLine;

namespace SmartSink.PeerBenchmarks.Scaling;

/// <summary>What the command line says of how much to measure.</summary>
/// <param name="Rounds">Runs of each sink that count.</param>
/// <param name="Share">What part of a full run's messages to send.</param>
internal sealed record ScaleOptions(int Rounds, double Share)
{
    private static readonly Option<int> RoundsOption = new("--rounds") { Description = "Runs of each sink at each size", DefaultValueFactory = _ => 3 };

    private static readonly QuickOption Quick = new("messages");

    /// <summary>Gives a command the options that are read here.</summary>
    public static void AddTo(Command command)
    {
        command.Add(RoundsOption);
        command.Add(Quick);
    }

    /// <summary>Reads them.</summary>
    public static ScaleOptions Read(ParseResult line) => new(line.GetRequiredValue(RoundsOption), Quick.Share(line));
}
