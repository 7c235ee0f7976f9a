using SmartSink.TrafficGen.Options.Values;

namespace SmartSink.TrafficGen.Options.Flags;

/// <summary>How messages are injected by HTTP.</summary>
internal static class InjectFlags
{
    /// <summary>Makes them, in the order of the help.</summary>
    public static IEnumerable<Flag> Create() =>
    [
        new ValueFlag<Uri>
        {
            Name = FlagNames.Http,
            Placeholder = "URL",
            Description = "Inject messages by KumoMTA's HTTP API instead of SMTP: its address, such as http://127.0.0.1:8000, to which /api/inject/v1 is added. "
                + "A certificate is not checked",
            Expected = AddressText.ExpectedHttp,
            Read = AddressText.TryParseHttp,
            Set = (options, address) => options with { Http = address },
        },
        new ValueFlag<int>
        {
            Name = FlagNames.HttpBatchSize,
            Placeholder = "N",
            Description = "Recipients in a request; KumoMTA makes a message for each [default: 1]",
            Needs = FlagNames.Http,
            Expected = PlainText.ExpectedCountTo(TrafficOptions.MostRecipients),
            Read = PlainText.CountTo(TrafficOptions.MostRecipients),
            Set = (options, count) => options with { RecipientsPerMessage = count },
        },
        new SwitchFlag
        {
            Name = FlagNames.HttpDeferSpool,
            Description = "Ask KumoMTA not to write messages to its spool before their first temporary failure (deferred_spool)",
            Needs = FlagNames.Http,
            Set = options => options with { HttpDeferSpool = true },
        },
        new SwitchFlag
        {
            Name = FlagNames.HttpDeferGeneration,
            Description = "Ask KumoMTA to answer before it makes the messages (deferred_generation); an answer without failed recipients then counts all as accepted",
            Needs = FlagNames.Http,
            Set = options => options with { HttpDeferGeneration = true },
        },
    ];
}
