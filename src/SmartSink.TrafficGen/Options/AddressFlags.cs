namespace SmartSink.TrafficGen.Options;

internal static class AddressFlags
{
    public static IEnumerable<Flag> Create(TrafficOptions defaults) =>
    [
        new ListFlag<WeightedDomain>
        {
            Name = FlagNames.Domain,
            Placeholder = "NAME[:WEIGHT]",
            Description = "Draw recipients from this domain, by weight (1 unless given); repeatable "
                + $"[default: {string.Join(", ", defaults.Domains.Select(domain => domain.Name))}]",
            Expected = DomainText.ExpectedWeighted,
            Read = DomainText.TryParseWeighted,
            Set = (options, domains) => options with { Domains = DomainText.Merge(domains) },
        },
        new ValueFlag<string>
        {
            Name = FlagNames.DomainSuffix,
            Placeholder = "DOMAIN",
            Description = "Append this to the domains of senders, recipients and EHLO: aol.com becomes aol.com.DOMAIN. Use a domain whose mail "
                + "can only reach the sink; the key of the same name in the sink's policy strips it again",
            Expected = DomainText.Expected,
            Read = DomainText.TryParse,
            Set = (options, suffix) => options with { DomainSuffix = suffix },
        },
        new ValueFlag<string>
        {
            Name = FlagNames.Recipients,
            Placeholder = "FILE",
            Description = "Take recipients in turn from a file with one address per line, instead of drawing them",
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
            Description = "Percentage of recipients whose local part asks the sink for a 4xx, 0 to 100 [default: 0]",
            Expected = PlainText.ExpectedPercent,
            Read = PlainText.TryParsePercent,
            Set = (options, percent) => options with { TempFailPercent = percent },
        },
        new ValueFlag<double>
        {
            Name = FlagNames.PermFailPercent,
            Placeholder = "PERCENT",
            Description = "Percentage of recipients whose local part asks the sink for a 5xx, 0 to 100 [default: 0]",
            Expected = PlainText.ExpectedPercent,
            Read = PlainText.TryParsePercent,
            Set = (options, percent) => options with { PermFailPercent = percent },
        },
    ];
}
