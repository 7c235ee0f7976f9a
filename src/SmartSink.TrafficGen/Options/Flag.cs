using System.CommandLine;
using System.Diagnostics.CodeAnalysis;

namespace SmartSink.TrafficGen.Options;

/// <summary>A flag of the command line, and what it says of the run.</summary>
internal abstract class Flag
{
    /// <summary>The flag as it is written, <c>--target</c>.</summary>
    public required string Name { get; init; }

    /// <summary>For the help: what it means, with units, range and default.</summary>
    public required string Description { get; init; }

    /// <summary>The flag without which this one means nothing.</summary>
    public string? Needs { get; init; }

    public abstract Option Option { get; }

    /// <summary>Takes over what was given.</summary>
    /// <param name="options">What the flags before it made.</param>
    /// <param name="line">The command line.</param>
    /// <param name="errors">Gets a line that names the flag when its value is wrong.</param>
    public abstract TrafficOptions Apply(TrafficOptions options, ParseResult line, ICollection<string> errors);

    /// <summary>Whether the command line has it.</summary>
    public bool IsGiven(ParseResult line) => line.GetResult(Option) is { Implicit: false };

    /// <summary>The line that says that a value is wrong.</summary>
    protected string Wrong(string text, string expected) => $"{Name}: \"{text}\" is not {expected}";
}

internal sealed class ValueFlag<T> : Flag
{
    private Option<string>? _option;

    /// <summary>For the help: what stands for the value.</summary>
    public required string Placeholder { get; init; }

    /// <summary>For an error: what the value must be, with its article.</summary>
    public required string Expected { get; init; }

    public required TryRead<T> Read { get; init; }

    /// <summary>What it says of the run.</summary>
    public required Func<TrafficOptions, T, TrafficOptions> Set { get; init; }

    public override Option Option => _option ??= new Option<string>(Name) { Description = Description, HelpName = Placeholder };

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

/// <summary>A flag that may be given several times.</summary>
internal sealed class ListFlag<T> : Flag
{
    private Option<string[]>? _option;

    /// <summary>For the help: what stands for the value.</summary>
    public required string Placeholder { get; init; }

    /// <summary>For an error: what each value must be, with its article.</summary>
    public required string Expected { get; init; }

    public required TryRead<T> Read { get; init; }

    /// <summary>What all of them say of the run; called when there is at least one.</summary>
    public required Func<TrafficOptions, IReadOnlyList<T>, TrafficOptions> Set { get; init; }

    public override Option Option => _option ??= new Option<string[]>(Name)
    {
        Description = Description,
        HelpName = Placeholder,
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
    };

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

internal sealed class SwitchFlag : Flag
{
    private Option<bool>? _option;

    /// <summary>What it says of the run.</summary>
    public required Func<TrafficOptions, TrafficOptions> Set { get; init; }

    public override Option Option => _option ??= new Option<bool>(Name) { Description = Description, Arity = ArgumentArity.Zero };

    public override TrafficOptions Apply(TrafficOptions options, ParseResult line, ICollection<string> errors) =>
        IsGiven(line) ? Set(options) : options;
}

/// <summary>Reads the text of a value; false when it is none.</summary>
internal delegate bool TryRead<T>(string text, [MaybeNullWhen(false)] out T value);
