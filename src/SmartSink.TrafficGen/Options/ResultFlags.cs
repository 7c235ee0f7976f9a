using System.CommandLine;

namespace SmartSink.TrafficGen.Options;

/// <summary>What is made of a run's figures.</summary>
internal static class ResultFlags
{
    public static IEnumerable<Flag> Create(KnownFigures figures) =>
    [
        new ValueFlag<string>
        {
            Name = FlagNames.Report,
            Placeholder = "FILE.json",
            Description = "Also write the report as JSON",
            Expected = PlainText.ExpectedPath,
            Read = PlainText.TryParsePath,
            Set = (options, file) => options with { ReportFile = file },
        },
        new FailIfFlag(figures) { Name = FlagNames.FailIf, Description = $"Exit with 1 if any of these holds: \"p99>200ms,io_errors>0\"; repeatable. Figures: {figures.Summary}" },
        new ValueFlag<Uri>
        {
            Name = FlagNames.Verify,
            Placeholder = "URL",
            Description = "The sink's HTTP address, such as http://localhost:8000: compare its counts, by domain, with the answers received here, and exit with 1 if they differ",
            Expected = AddressText.ExpectedHttp,
            Read = AddressText.TryParseHttp,
            Set = (options, address) => options with { Verify = address },
        },
        new SwitchFlag
        {
            Name = FlagNames.VerifyRelayed,
            Description = "The target is an MTA that relays to the sink: every recipient that it accepted must have reached the sink, accepted or refused for good; missing ones are reported",
            Needs = FlagNames.Verify,
            Set = options => options with { VerifyRelayed = true },
        },
        new ValueFlag<TimeSpan>
        {
            Name = FlagNames.VerifyWait,
            Placeholder = "TIME",
            Description = "How long both sides may take to agree after the run: seconds, or 90s, 10m [default: 5s]",
            Needs = FlagNames.Verify,
            Expected = PlainText.ExpectedTime,
            Read = PlainText.TryParseTime,
            Set = (options, time) => options with { VerifyWait = time },
        },
    ];
}

/// <summary>Conditions under which the run has failed: lists with commas between, and the flag may be given several times.</summary>
internal sealed class FailIfFlag(KnownFigures figures) : Flag
{
    private Option<string[]>? _option;

    public override Option Option => _option ??= new Option<string[]>(Name)
    {
        Description = Description,
        HelpName = "LIST",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
    };

    public override TrafficOptions Apply(TrafficOptions options, ParseResult line, ICollection<string> errors)
    {
        if (!IsGiven(line))
        {
            return options;
        }

        var conditions = new List<FailCondition>();
        foreach (var text in line.GetValue((Option<string[]>)Option)!.SelectMany(list => list.Split(',')))
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
