using System.CommandLine;

namespace SmartSink.TrafficGen.Options;

/// <summary>A flag with one value.</summary>
internal sealed class ValueFlag<T> : Flag
{
    private Option<string>? _option;

    /// <summary>For the help: what stands for the value.</summary>
    public required string Placeholder { get; init; }

    /// <summary>For an error: what the value must be, with its article.</summary>
    public required string Expected { get; init; }

    /// <summary>Reads the value.</summary>
    public required TryRead<T> Read { get; init; }

    /// <summary>What it says of the run.</summary>
    public required Func<TrafficOptions, T, TrafficOptions> Set { get; init; }

    /// <inheritdoc/>
    public override Option Option => _option ??= new Option<string>(Name) { Description = Description, HelpName = Placeholder };

    /// <inheritdoc/>
    public override TrafficOptions Apply(TrafficOptions options, ParseResult line, ICollection<string> errors)
    {
        if (!IsGiven(line))
        {
            return options;
        }

        var text = line.GetValue((Option<string>)Option)!;
        if (Read(text, out var value))
        {
            return Set(options, value);
        }

        errors.Add(Wrong(text, Expected));
        return options;
    }
}
