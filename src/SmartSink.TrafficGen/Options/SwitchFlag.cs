using System.CommandLine;

namespace SmartSink.TrafficGen.Options;

/// <summary>A flag without a value.</summary>
internal sealed class SwitchFlag : Flag
{
    private Option<bool>? _option;

    /// <summary>What it says of the run.</summary>
    public required Func<TrafficOptions, TrafficOptions> Set { get; init; }

    /// <inheritdoc/>
    public override Option Option => _option ??= new Option<bool>(Name) { Description = Description, Arity = ArgumentArity.Zero };

    /// <inheritdoc/>
    public override TrafficOptions Apply(TrafficOptions options, ParseResult line, ICollection<string> errors) =>
        IsGiven(line) ? Set(options) : options;
}
