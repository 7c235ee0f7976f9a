using System.CommandLine;
using System.Diagnostics.CodeAnalysis;

namespace SmartSink.TrafficGen.Options;

/// <summary>
/// A flag of the command line, and what it says of the run. Of the derived flags' words, placeholder and description are for the help, and
/// expected is for errors: what the value must be, with its article.
/// </summary>
/// <param name="option">The flag as the parser knows it; its description tells units, range and default.</param>
/// <param name="needs">The flag without which this one means nothing.</param>
internal abstract class Flag(Option option, string? needs)
{
    /// <summary>The flag as it is written, <c>--target</c>.</summary>
    public string Name => Option.Name;

    public Option Option { get; } = option;

    public string? Needs { get; } = needs;

    /// <summary>Takes over what was given; called only when it was.</summary>
    /// <param name="options">What the flags before it made.</param>
    /// <param name="line">The command line.</param>
    /// <param name="errors">Gets a line that names the flag for each value that is wrong.</param>
    public abstract TrafficOptions Apply(TrafficOptions options, ParseResult line, ICollection<string> errors);

    public bool IsGiven(ParseResult line) => line.GetResult(Option) is { Implicit: false };
}

/// <summary>A flag that is there or not.</summary>
internal sealed class SwitchFlag(string name, Func<TrafficOptions, TrafficOptions> set, string description, string? needs = null)
    : Flag(new Option<bool>(name) { Description = description, Arity = ArgumentArity.Zero }, needs)
{
    public override TrafficOptions Apply(TrafficOptions options, ParseResult line, ICollection<string> errors) => set(options);
}

/// <summary>A flag that may be given several times.</summary>
internal abstract class RepeatableFlag(string name, string placeholder, string description) : Flag(
    new Option<string[]>(name) { Description = description, HelpName = placeholder, Arity = ArgumentArity.OneOrMore, AllowMultipleArgumentsPerToken = false },
    needs: null)
{
    public sealed override TrafficOptions Apply(TrafficOptions options, ParseResult line, ICollection<string> errors) =>
        Apply(options, line.GetValue((Option<string[]>)Option)!, errors);

    /// <summary>Takes over all values.</summary>
    protected abstract TrafficOptions Apply(TrafficOptions options, IReadOnlyList<string> texts, ICollection<string> errors);
}

/// <summary>A flag with one value.</summary>
internal sealed class ValueFlag<T>(
    string name, string placeholder, string expected, TryRead<T> read, Func<TrafficOptions, T, TrafficOptions> set, string description, string? needs = null)
    : Flag(new Option<string>(name) { Description = description, HelpName = placeholder }, needs)
{
    public override TrafficOptions Apply(TrafficOptions options, ParseResult line, ICollection<string> errors)
    {
        var text = line.GetValue((Option<string>)Option)!;
        if (read(text, out var value))
        {
            return set(options, value);
        }

        errors.Add($"{Name}: \"{text}\" is not {expected}");
        return options;
    }
}

/// <summary>A flag whose values are one list.</summary>
internal sealed class ListFlag<T>(
    string name, string placeholder, string expected, TryRead<T> read, Func<TrafficOptions, IReadOnlyList<T>, TrafficOptions> set, string description)
    : RepeatableFlag(name, placeholder, description)
{
    protected override TrafficOptions Apply(TrafficOptions options, IReadOnlyList<string> texts, ICollection<string> errors)
    {
        var values = new List<T>();
        foreach (var text in texts)
        {
            if (read(text, out var value))
            {
                values.Add(value);
            }
            else
            {
                errors.Add($"{Name}: \"{text}\" is not {expected}");
            }
        }

        return values.Count > 0 ? set(options, values) : options;
    }
}

/// <summary>Conditions under which the run has failed: lists with commas between, and the flag may be given several times.</summary>
internal sealed class FailIfFlag(KnownFigures figures)
    : RepeatableFlag(FlagNames.FailIf, "LIST", $"Exit with 1 if any of these holds: \"p99>200ms,io_errors>0\"; repeatable. Figures: {figures.Summary}")
{
    protected override TrafficOptions Apply(TrafficOptions options, IReadOnlyList<string> texts, ICollection<string> errors)
    {
        var conditions = new List<FailCondition>();
        foreach (var text in texts.SelectMany(list => list.Split(',')))
        {
            if (FailCondition.Parse(text, figures, out var problem) is { } condition)
            {
                conditions.Add(condition);
            }
            else
            {
                errors.Add($"{Name}: \"{text}\" {problem}");
            }
        }

        return options with { FailIf = conditions };
    }
}

/// <summary>Reads the text of a value; false when it is none.</summary>
internal delegate bool TryRead<T>(string text, [MaybeNullWhen(false)] out T value);
