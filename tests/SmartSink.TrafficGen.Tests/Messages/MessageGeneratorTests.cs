using System.Text;
using SmartSink.TrafficGen.Messages;
using SmartSink.TrafficGen.Options;

namespace SmartSink.TrafficGen.Tests.Messages;

public sealed class MessageGeneratorTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(77)]
    [InlineData(78)]
    [InlineData(79)]
    [InlineData(1024)]
    [InlineData(300_000)]
    public void A_message_is_valid_and_of_the_size_asked_for(int size)
    {
        var generator = new MessageGenerator(new TrafficOptions { BodySize = size, RunId = "run", Headers = ["X-Extra: 1"] }, TimeProvider.System);
        for (var number = 0L; number < 100; number++)
        {
            var draft = Make(generator, number);
            var message = Wire.Message(Wire.Of(generator, draft));

            var split = message.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4;
            (message.Length - split).ShouldBe(size);
            draft.Envelope.Size.ShouldBe(message.Length);
            message.Replace("\r\n", string.Empty, StringComparison.Ordinal).ShouldNotContain(letter => letter == '\r' || letter == '\n');
            message.ShouldEndWith("\r\n");
            var lines = message.Split("\r\n");
            lines.ShouldAllBe(line => line.Length <= 998 && !line.StartsWith('.'));
            foreach (var field in new[] { "From: <noreply@", "To: <user-", "Subject: ", "Date: ", $"Message-ID: <run.{number}@", $"X-SmartSink-Run: run/{number}", "MIME-Version: 1.0", "Content-Type: text/plain", "X-Extra: 1" })
            {
                lines.ShouldContain(line => line.StartsWith(field, StringComparison.Ordinal), field);
            }
        }
    }

    [Fact]
    public void Recipients_follow_the_weights_and_the_seed()
    {
        var options = new TrafficOptions { Domains = [new("a.example", 3), new("b.example", 1), new("c.example", 0)], DomainSuffix = "sink.test", Seed = 5 };

        var first = Recipients(options, 4000);

        Recipients(options, 4000).ShouldBe(first);
        Recipients(options with { Seed = 6 }, 4000).ShouldNotBe(first);
        first.Count(recipient => recipient.EndsWith("@a.example.sink.test", StringComparison.Ordinal)).ShouldBeInRange(2850, 3150);
        first.ShouldNotContain(recipient => recipient.Contains("c.example", StringComparison.Ordinal));
    }

    [Fact]
    public void A_share_of_the_recipients_asks_for_its_answer()
    {
        var recipients = Recipients(new TrafficOptions { TempFailPercent = 20, PermFailPercent = 10 }, 5000);

        recipients.Count(recipient => recipient.StartsWith("tempfail-", StringComparison.Ordinal)).ShouldBeInRange(850, 1150);
        recipients.Count(recipient => recipient.StartsWith("permfail-", StringComparison.Ordinal)).ShouldBeInRange(400, 600);
    }

    private static List<string> Recipients(TrafficOptions options, int count)
    {
        var generator = new MessageGenerator(options, TimeProvider.System);
        return [.. Enumerable.Range(0, count).Select(number => Encoding.ASCII.GetString(Make(generator, number).Envelope.Recipient(0)))];
    }

    private static Draft Make(MessageGenerator generator, long number)
    {
        var draft = new Draft();
        generator.Make(number, draft);
        return draft;
    }
}
