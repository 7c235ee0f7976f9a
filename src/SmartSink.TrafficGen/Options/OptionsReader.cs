using System.CommandLine;

namespace SmartSink.TrafficGen.Options;

/// <summary>Makes options of a command line.</summary>
internal static class OptionsReader
{
    /// <summary>Reads and checks all flags.</summary>
    /// <param name="flags">The flags that the line was parsed with.</param>
    /// <param name="line">The command line.</param>
    /// <param name="errors">Gets a line for each mistake, which names the flag.</param>
    /// <returns>Good only when there is no mistake.</returns>
    public static TrafficOptions Read(IReadOnlyList<Flag> flags, ParseResult line, ICollection<string> errors)
    {
        foreach (var error in FlagRules.Check(flags, line))
        {
            errors.Add(error);
        }

        var options = new TrafficOptions();
        if (errors.Count > 0)
        {
            return options;
        }

        options = WithEnd(flags.Where(flag => flag.IsGiven(line)).Aggregate(options, (sum, flag) => flag.Apply(sum, line, errors)), flags.First(flag => flag.Name == FlagNames.Duration).IsGiven(line));
        if (options.RecipientsFile is { } file && errors.Count == 0)
        {
            options = WithRecipients(options, file, errors);
        }

        if (errors.Count == 0)
        {
            foreach (var error in FlagRules.Check(options))
            {
                errors.Add(error);
            }
        }

        return options;
    }

    /// <summary>Neither end cuts the other off unless both were given.</summary>
    private static TrafficOptions WithEnd(TrafficOptions options, bool hasDuration)
    {
        if (hasDuration)
        {
            return options;
        }

        return options.RateProfile.Count > 0
            ? options with { Duration = options.RateProfile.Aggregate(TimeSpan.Zero, (sum, stage) => sum + stage.Duration) }
            : options.MessageCount is null ? options : options with { Duration = null };
    }

    private static TrafficOptions WithRecipients(TrafficOptions options, string file, ICollection<string> errors)
    {
        try
        {
            var recipients = RecipientsFile.Read(file, utf8: options.SmtpUtf8 || options.Http is not null, options.SuffixWithDot);
            return options with
            {
                Recipients = recipients,
                Domains = [.. recipients.Select(recipient => recipient.Domain).Distinct(StringComparer.Ordinal).Select(domain => new WeightedDomain(domain, 1))],
            };
        }
        catch (FormatException exception)
        {
            errors.Add($"{FlagNames.Recipients}: {exception.Message}");
            return options;
        }
    }
}
