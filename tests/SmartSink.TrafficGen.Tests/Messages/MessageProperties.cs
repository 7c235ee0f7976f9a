using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using SmartSink.TrafficGen.Messages;
using SmartSink.TrafficGen.Options;

namespace SmartSink.TrafficGen.Tests.Messages;

/// <summary>What is true of every generated message, whatever the options.</summary>
public sealed class MessageProperties
{
    private static readonly string[] Once = ["From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type", "X-SmartSink-Run"];

    private static readonly Gen<IReadOnlyList<WeightedDomain>> Domains =
        Gen.Elements("a.example", "xn--bcher-kva.example", new string('l', 63) + ".example", "b")
            .SelectMany(_ => Gen.Choose(1, 9), (name, weight) => new WeightedDomain(name, weight))
            .NonEmptyListOf().Select(list => (IReadOnlyList<WeightedDomain>)[.. list]);

    private static readonly Gen<SizeDistribution?> Sizes = Gen.Elements<SizeDistribution?>(
        null, null, new SizeDistribution { Sizes = [new(10, 1), new(500, 2)] }, new SizeDistribution { Median = 300, Sigma = 1 });

    private static readonly Gen<IReadOnlyList<string>> Headers =
        Gen.Elements("X-A: 1", "Subject: mine", "FROM: <me@my.example>", "content-type: text/html", "Date: Fri, 02 Jan 2026 03:04:05 +0000", "X-Long: " + new string('x', 990), "Message-ID: <mine@my.example>")
            .ArrayOf().Select(fields => (IReadOnlyList<string>)[.. fields.DistinctBy(field => field.Split(':')[0])]);

    private static readonly Gen<TrafficOptions> Addresses =
        from domains in Domains
        from suffix in Gen.Elements(null, string.Empty, "sink.test", ".sink.test")
        from sender in Gen.Elements(null, "sender.example")
        from recipients in Gen.Choose(1, 40)
        from tempFail in Gen.Choose(0, 50)
        from permFail in Gen.Choose(0, 50)
        select new TrafficOptions
        {
            Domains = domains,
            DomainSuffix = suffix,
            SenderDomain = sender,
            RecipientsPerMessage = recipients,
            TempFailPercent = tempFail,
            PermFailPercent = permFail,
        };

    private static readonly Gen<TrafficOptions> Options =
        from options in Addresses
        from size in Gen.Choose(0, 3000)
        from sizes in Sizes
        from headers in Headers
        from seed in Gen.Choose(0, int.MaxValue)
        from run in Gen.Elements("r", "nightly-7.b", new string('R', 64))
        from utf8 in Gen.Elements(false, true)
        select options with { BodySize = size, Sizes = sizes, Headers = headers, Seed = (ulong)seed, RunId = run, SmtpUtf8 = utf8 };

    [Fact]
    public void Any_message_is_valid() =>
        Prop.ForAll(Arb.From(Options), Arb.From(Gen.Choose(0, 1_000_000)), (options, number) => Check(options, number)).QuickCheckThrowOnFailure(1_000);

    private static void Check(TrafficOptions options, int number)
    {
        var (draft, wire) = Make(options, number);
        var bytes = Wire.Message(wire);
        draft.Envelope.Size.ShouldBe(bytes.Length);
        var lines = bytes.Split("\r\n");
        lines.ShouldAllBe(line => line.Length <= 998 && !line.StartsWith('.') && !line.Contains('\r') && !line.Contains('\n'));
        lines[^1].ShouldBeEmpty();

        var message = new HeardMessage(string.Empty, string.Empty, [], bytes);
        foreach (var name in Once)
        {
            message.Field(name).ShouldNotBeEmpty(name);
        }

        var length = message.Text.Length;
        (length == 0 || message.Text.EndsWith("\r\n", StringComparison.Ordinal)).ShouldBeTrue();
        if (options.Sizes is null)
        {
            // A text cannot be a part of a line end.
            length.ShouldBe(options.BodySize == 1 ? 2 : options.BodySize);
        }

        message.Field("X-SmartSink-Run").ShouldBe($"{options.RunId}/{number}");
        message.Field("Message-ID").ShouldMatch("^<[^<>@\\s]+@[^<>@\\s]+>$");
        DateTimeOffset.TryParseExact(message.Field("Date"), "ddd, dd MMM yyyy HH:mm:ss zzz", CultureInfo.InvariantCulture, DateTimeStyles.None, out _).ShouldBeTrue();
        draft.Envelope.RecipientCount.ShouldBe(options.RecipientsPerMessage);
        draft.Envelope.EightBit.ShouldBe(options.SmtpUtf8);
        (bytes.Any(octet => octet > '\x7f') && !options.SmtpUtf8).ShouldBeFalse();
    }

    private static (Draft Draft, byte[] Wire) Make(TrafficOptions options, int number)
    {
        var generator = new MessageGenerator(options, TimeProvider.System);
        var draft = new Draft();
        generator.Make(number, draft);
        return (draft, Wire.Of(generator, draft));
    }
}
