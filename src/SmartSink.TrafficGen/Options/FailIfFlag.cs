using System.CommandLine;
using SmartSink.TrafficGen.Reporting.FailIf;

namespace SmartSink.TrafficGen.Options;

/// <summary>Conditions under which the run has failed: lists with commas between, and the flag may be given several times.</summary>
internal sealed class FailIfFlag : Flag
{
    private Option<string[]>? _option;

    /// <inheritdoc/>
    public override Option Option => _option ??= new Option<string[]>(Name)
    {
        Description = Description,
        HelpName = "LIST",
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

        var conditions = new List<FailCondition>();
        foreach (var text in line.GetValue((Option<string[]>)Option)!.SelectMany(list => list.Split(',')))
        {
            if (FailCondition.Parse(text, out var problem) is { } condition)
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
