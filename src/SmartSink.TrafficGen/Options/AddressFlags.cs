namespace SmartSink.TrafficGen.Options;

/// <summary>From whom and to whom.</summary>
internal static class AddressFlags
{
    /// <summary>Makes them, in the order of the help.</summary>
    public static IEnumerable<Flag> Create(TrafficOptions defaults) =>
    [
        new ListFlag<WeightedDomain>
        {
            Name = FlagNames.Domain,
            Placeholder = "NAME[:WEIGHT]",
            Description = "Draw recipients of this domain, by weight (1 when none is given); repeatable "
                + $"[default: {string.Join(", ", defaults.Domains.Select(domain => domain.Name))}]",
            Expected = DomainText.ExpectedWeighted,
            Read = DomainText.TryParseWeighted,
            Set = (options, domains) => options with { Domains = DomainText.Merge(domains) },
        },
        new ValueFlag<string>
        {
            Name = FlagNames.DomainSuffix,
            Placeholder = "DOMAIN",
            Description = "Put after the domains of senders, recipients and EHLO: aol.com becomes aol.com.DOMAIN. It should be one whose mail "
                + "can only reach the sink, and the sink's policy cuts it off with the key of the same name",
            Expected = DomainText.Expected,
            Read = DomainText.TryParse,
            Set = (options, suffix) => options with { DomainSuffix = suffix },
        },
        new ValueFlag<string>
        {
            Name = FlagNames.Recipients,
            Placeholder = "FILE",
            Description = "Take recipients in turn from a file with an address a line, instead of drawing them",
            Expected = PlainText.ExpectedPath,
            Read = PlainText.TryParsePath,
            Set = (options, file) => options with { RecipientsFile = file },
        },
        new ValueFlag<string>
        {
            Name = FlagNames.SenderDomain,
            Placeholder = "DOMAIN",
            Description = "The sender's domain, before the suffix [default: one of the recipients']",
            Expected = DomainText.Expected,
            Read = DomainText.TryParse,
            Set = (options, domain) => options with { SenderDomain = domain },
        },
        new ValueFlag<double>
        {
            Name = FlagNames.TempFailPercent,
            Placeholder = "PERCENT",
            Description = "The share of recipients that ask the sink for a 4xx by their local part, 0 to 100 [default: 0]",
            Expected = PlainText.ExpectedPercent,
            Read = PlainText.TryParsePercent,
            Set = (options, percent) => options with { TempFailPercent = percent },
        },
        new ValueFlag<double>
        {
            Name = FlagNames.PermFailPercent,
            Placeholder = "PERCENT",
            Description = "The share of recipients that ask the sink for a 5xx by their local part, 0 to 100 [default: 0]",
            Expected = PlainText.ExpectedPercent,
            Read = PlainText.TryParsePercent,
            Set = (options, percent) => options with { PermFailPercent = percent },
        },
    ];
}
