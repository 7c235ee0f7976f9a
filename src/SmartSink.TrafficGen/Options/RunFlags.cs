using System.Net;

namespace SmartSink.TrafficGen.Options;

/// <summary>Where a run goes to, how much of it at once, and when it ends.</summary>
internal static class RunFlags
{
    /// <summary>Several times what one address has ports for; each takes some kilobytes before anything is sent.</summary>
    private const int MostConnections = 250_000;

    public static IEnumerable<Flag> Create(TrafficOptions defaults) =>
    [
        new ValueFlag<DnsEndPoint>
        {
            Name = FlagNames.Target,
            Placeholder = "HOST:PORT",
            Description = $"The SMTP server to send to [default: {defaults.Target.Host}:{defaults.Target.Port}]",
            Expected = AddressText.ExpectedEndPoint,
            Read = AddressText.TryParseEndPoint,
            Set = (options, target) => options with { Target = target },
        },
        new SwitchFlag
        {
            Name = FlagNames.KnowsWhereItGoes,
            Description = "Required when the target is not this machine and there is no --domain-suffix: mail to real domains then leaves it, and an MTA "
                + "other than the one under test, or one relay rule too many, delivers it to people who never asked for it",
            Set = options => options with { KnowsWhereItGoes = true },
        },
        new ValueFlag<int>
        {
            Name = FlagNames.Concurrency,
            Placeholder = "N",
            Description = $"Concurrent connections, or requests with --http [default: ten per processor, here {defaults.Concurrency}]",
            Expected = PlainText.ExpectedCountTo(MostConnections),
            Read = PlainText.CountTo(MostConnections),
            Set = (options, count) => options with { Concurrency = count },
        },
        new ValueFlag<TimeSpan>
        {
            Name = FlagNames.Duration,
            Placeholder = "TIME",
            Description = "Begin no message after this time: seconds, or 90s, 10m, 2h [default: 60s, or none with --message-count, or the length of --rate-profile]",
            Expected = PlainText.ExpectedTime,
            Read = PlainText.TryParseTime,
            Set = (options, time) => options with { Duration = time },
        },
        new ValueFlag<long>
        {
            Name = FlagNames.MessageCount,
            Placeholder = "N",
            Description = "Send this many messages, whether they succeed or not [default: no limit]",
            Expected = PlainText.ExpectedCount,
            Read = PlainText.TryParseCount,
            Set = (options, count) => options with { MessageCount = count },
        },
        new ValueFlag<Throttle>
        {
            Name = FlagNames.Throttle,
            Placeholder = "RATE",
            Description = "Never send faster: 1000/s, 1,000/hr, 10/5s (ten in five seconds), 100/s,max_burst=1; without max_burst the whole amount may go out at once",
            Expected = ThrottleText.Expected,
            Read = ThrottleText.TryParse,
            Set = (options, throttle) => options with { Throttle = throttle },
        },
        new ValueFlag<IReadOnlyList<RateStage>>
        {
            Name = FlagNames.RateProfile,
            Placeholder = "LIST",
            Description = "Send by the clock: 0..5000/s:2m,5000/s:10m ramps up to 5,000 per second over two minutes and stays there for ten. "
                + "Latency counts from the time a message was due, so that waiting is not hidden",
            Expected = RateProfileText.Expected,
            Read = RateProfileText.TryParse,
            Set = (options, stages) => options with { RateProfile = stages },
        },
        new SwitchFlag
        {
            Name = FlagNames.KeepGoing,
            Description = "Do not end the run when a message fails, and retry after a lost connection, a 421 or an HTTP error, for those recipients "
                + "that have no answer yet; what the server does not offer, or refuses for good, still ends the run",
            Set = options => options with { KeepGoing = true },
        },
    ];
}
