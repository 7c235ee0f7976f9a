using System.CommandLine;
using SmartSink.TrafficGen.Options.Values;

namespace SmartSink.TrafficGen.Options;

/// <summary>Where the mail goes: a host and port, or with --http a base address.</summary>
internal sealed class TargetFlag : Flag
{
    private Option<string>? _option;

    /// <inheritdoc/>
    public override Option Option => _option ??= new Option<string>(Name) { Description = Description, HelpName = "HOST:PORT" };

    /// <inheritdoc/>
    public override TrafficOptions Apply(TrafficOptions options, ParseResult line, ICollection<string> errors)
    {
        if (!IsGiven(line))
        {
            return options;
        }

        var text = line.GetValue((Option<string>)Option)!;
        switch (options.Http)
        {
            case { } http when AddressText.TryParseHttp(text, out var address):
                return options with { Http = http with { BaseAddress = address } };
            case null when AddressText.TryParseEndPoint(text, out var target):
                return options with { Target = target };
            default:
                errors.Add(Wrong(text, options.Http is null ? AddressText.ExpectedEndPoint : AddressText.ExpectedHttp));
                return options;
        }
    }
}
