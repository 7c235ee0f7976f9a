using System.CommandLine;

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

    /// <summary>The flag for the parser.</summary>
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
