using System.CommandLine;

namespace SmartSink.PeerBenchmarks.Scaling;

/// <summary>What the command line says of how much to measure.</summary>
/// <param name="Rounds">Runs of each sink that count.</param>
/// <param name="Share">What part of a full run's messages to send.</param>
internal sealed record ScaleOptions(int Rounds, double Share)
{
    private static readonly Option<int> RoundsOption = new("--rounds") { Description = "Runs of each sink at each size", DefaultValueFactory = _ => 3 };

    private static readonly Option<bool> QuickOption = new("--quick")
    {
        Description = "A tenth of the messages: shows that it works, the figures are rough",
    };

    /// <summary>Gives a command the options that are read here.</summary>
    public static void AddTo(Command command)
    {
        command.Add(RoundsOption);
        command.Add(QuickOption);
    }

    /// <summary>Reads them.</summary>
    public static ScaleOptions Read(ParseResult line) => new(line.GetRequiredValue(RoundsOption), line.GetValue(QuickOption) ? 0.1 : 1);
}
