namespace SmartSink.TrafficGen.Options;

internal static class MessageFlags
{
    public static IEnumerable<Flag> Create(TrafficOptions defaults) =>
    [
        new ValueFlag<int>
        {
            Name = FlagNames.BodySize,
            Placeholder = "SIZE",
            Description = $"Bytes of text in a message, not counting the header: 100kb is 100,000, 1MiB is 1,048,576; 1 becomes 2, since a line ends with CRLF [default: {defaults.BodySize}]",
            Expected = PlainText.ExpectedSize,
            Read = PlainText.TryParseSize,
            Set = (options, size) => options with { BodySize = size },
        },
        new ValueFlag<SizeDistribution>
        {
            Name = FlagNames.SizeDistribution,
            Placeholder = "LIST",
            Description = "Draw each message's size: 2kb:60,20kb:30,1mb:10 by weight, or lognormal:20kb:1.2 by median and sigma",
            Expected = SizeDistributionText.Expected,
            Read = SizeDistributionText.TryParse,
            Set = (options, sizes) => options with { Sizes = sizes },
        },
        new ValueFlag<string>
        {
            Name = FlagNames.BodyFile,
            Placeholder = "FILE",
            Description = "Send this file as every message, header included; only its line endings become CRLF",
            Expected = PlainText.ExpectedPath,
            Read = PlainText.TryParsePath,
            Set = (options, file) => options with { BodyFile = file },
        },
        new ValueFlag<string>
        {
            Name = FlagNames.Replay,
            Placeholder = "FILE.mbox|DIR",
            Description = "Send the messages of an mbox file, or of a directory with one message or mbox per file, in turn and with their own headers",
            Expected = PlainText.ExpectedPath,
            Read = PlainText.TryParsePath,
            Set = (options, source) => options with { Replay = source },
        },
        new ListFlag<string>
        {
            Name = FlagNames.Header,
            Placeholder = "\"K: V\"",
            Description = "Add a header field to each message, replacing the generated one of that name; repeatable",
            Expected = HeaderText.Expected,
            Read = HeaderText.TryParse,
            Set = (options, fields) => options with { Headers = fields },
        },
        new ValueFlag<ulong>
        {
            Name = FlagNames.Seed,
            Placeholder = "N",
            Description = "Recipients, sizes and texts depend only on this and on the message's number, so that a run can be repeated [default: 0]",
            Expected = PlainText.ExpectedSeed,
            Read = PlainText.TryParseSeed,
            Set = (options, seed) => options with { Seed = seed },
        },
        new ValueFlag<string>
        {
            Name = FlagNames.RunId,
            Placeholder = "ID",
            Description = "Identifies the run in each message's X-SmartSink-Run header: 1 to 64 letters, digits, dots, hyphens [default: random]",
            Expected = PlainText.ExpectedRunId,
            Read = PlainText.TryParseRunId,
            Set = (options, id) => options with { RunId = id },
        },
    ];
}
