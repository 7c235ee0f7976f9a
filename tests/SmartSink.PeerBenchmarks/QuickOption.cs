using System.CommandLine;

namespace SmartSink.PeerBenchmarks;

/// <summary><c>--quick</c>: a tenth of the usual, to see that a sub-command works.</summary>
internal sealed class QuickOption : Option<bool>
{
    /// <summary>Makes one.</summary>
    /// <param name="of">What a tenth is taken of, for the help.</param>
    public QuickOption(string of)
        : base("--quick") =>
        Description = $"A tenth of the {of}: shows that it works, the figures are rough";

    /// <summary>What part of the usual to take: 1, or a tenth.</summary>
    public double Share(ParseResult line) => line.GetValue(this) ? 0.1 : 1;
}
