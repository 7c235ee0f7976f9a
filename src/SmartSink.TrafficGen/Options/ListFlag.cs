using System.CommandLine;

namespace SmartSink.TrafficGen.Options;

/// <summary>A flag that may be given several times.</summary>
internal sealed class ListFlag<T> : Flag
{
    private Option<string[]>? _option;

    /// <summary>For the help: what stands for the value.</summary>
    public required string Placeholder { get; init; }

    /// <summary>For an error: what each value must be, with its article.</summary>
    public required string Expected { get; init; }

    /// <summary>Reads one value.</summary>
    public required TryRead<T> Read { get; init; }

    /// <summary>What all of them say of the run; called when there is at least one.</summary>
    public required Func<TrafficOptions, IReadOnlyList<T>, TrafficOptions> Set { get; init; }

    /// <inheritdoc/>
    public override Option Option => _option ??= new Option<string[]>(Name)
    {
        Description = Description,
        HelpName = Placeholder,
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
    };

    /// <inheritdoc/>
    public override TrafficOptions Apply(TrafficOptions options, ParseResult line, ICollection<string> errors)
    {
        if (!IsGiven(line))
        {
            return options;
        }

        var values = new List<T>();
        foreach (var text in line.GetValue((Option<string[]>)Option)!)
        {
            if (Read(text, out var value))
            {
                values.Add(value);
            }
            else
            {
                errors.Add(Wrong(text, Expected));
            }
        }

        return values.Count > 0 ? Set(options, values) : options;
    }
}
