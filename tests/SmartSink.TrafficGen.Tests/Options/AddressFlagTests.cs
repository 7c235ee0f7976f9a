using System.CommandLine;
using System.Text;
using SmartSink.Testing;
using SmartSink.TrafficGen.Options;
using SmartSink.TrafficGen.Reporting;

namespace SmartSink.TrafficGen.Tests.Options;

/// <summary>From whom, and to whom.</summary>
public sealed class AddressFlagTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Domain_by_weight_with_the_suffix()
    {
        var run = await FlagRun.StartAsync("--message-count 600 --domain a.example:3 --domain b.example --domain c.example:0 --domain-suffix sink.test");

        var domains = Recipients(run).CountBy(recipient => recipient[recipient.IndexOf('@')..]).ToDictionary();
        domains.Keys.Order(StringComparer.Ordinal).ShouldBe(["@a.example.sink.test", "@b.example.sink.test"]);
        domains["@a.example.sink.test"].ShouldBeInRange(405, 495);
        run.Messages.ShouldAllBe(message => message.Sender.EndsWith(".example.sink.test", StringComparison.Ordinal) && message.Greeting.EndsWith(".sink.test", StringComparison.Ordinal));
        run.Messages.ShouldAllBe(message => message.Field("To") == $"<{message.Recipients[0]}>" && message.Field("From") == $"<{message.Sender}>");
    }

    [Fact]
    public async Task Sender_domain_stands_in_MAIL_and_EHLO()
    {
        var run = await FlagRun.StartAsync("--message-count 2 --sender-domain news.example --domain-suffix sink.test");

        run.Messages.Select(message => (message.Sender, message.Greeting)).Distinct().ShouldBe([("noreply@news.example.sink.test", "EHLO news.example.sink.test")]);
    }

    [Fact]
    public async Task Verp_puts_the_run_and_the_number_into_each_sender()
    {
        var run = await FlagRun.StartAsync("--message-count 2 --verp --run-id r-1 --sender-domain news.example");

        run.Messages.Select(message => message.Sender).ShouldBe(["noreply+r-1/0@news.example", "noreply+r-1/1@news.example"]);
        run.Messages.ShouldAllBe(message => message.Sender == $"noreply+{message.Field("X-SmartSink-Run")}@news.example" && message.Sender.StartsWith("noreply+r-1/", StringComparison.Ordinal));
        run.Messages.ShouldAllBe(message => message.Field("From") == $"<{message.Sender}>");
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("--verify http://127.0.0.1:8000", true)]
    [InlineData("--verify http://127.0.0.1:8000 --no-verp", false)]
    [InlineData("--verify http://127.0.0.1:8000 --run-id a..b", false)]
    [InlineData("--verp", true)]
    public void Verp_goes_with_verify_unless_somebody_says_otherwise(string flags, bool uses)
    {
        var catalog = FlagCatalog.Create(FigureCatalog.Known);
        var root = new RootCommand();
        foreach (var flag in catalog)
        {
            root.Add(flag.Option);
        }

        var errors = new List<string>();
        OptionsReader.Read(catalog, root.Parse(flags), errors).UsesVerp.ShouldBe(uses);
        errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task Recipients_of_a_file_in_turn()
    {
        var file = _folder.Write("recipients.txt", "a@One.test\r\n\r\n  b@two.test\n\"c@d\"@one.test\nd@bücher.test\n");

        var run = await FlagRun.StartAsync("--message-count 3 --recipients-per-message 2 --domain-suffix sink.test --recipients", file);

        Recipients(run).ShouldBe(
        [
            "a@One.test.sink.test", "b@two.test.sink.test", "\"c@d\"@one.test.sink.test", "d@xn--bcher-kva.test.sink.test",
            "a@One.test.sink.test", "b@two.test.sink.test",
        ]);
        run.Output.ShouldContain("xn--bcher-kva.test");
    }

    [Fact]
    public async Task A_recipient_of_a_file_may_be_as_long_as_a_header_line_allows()
    {
        var address = new string('l', 980) + "@longer.test";
        address.Length.ShouldBe(992);
        var file = _folder.Write("recipients.txt", address[1..] + "\n");

        var run = await FlagRun.StartAsync("--message-count 1 --recipients", file);

        Recipients(run).ShouldBe([address[1..]]);
        run.Messages[0].Field("To").ShouldBe($"<{address[1..]}>");
    }

    [Fact]
    public async Task Recipients_per_message()
    {
        var run = await FlagRun.StartAsync("--message-count 3 --recipients-per-message 7");

        run.Messages.Select(message => message.Recipients.Count).ShouldBe([7, 7, 7]);
        var message = run.Messages[0];
        var header = string.Concat(message.Header.SkipWhile(line => !line.StartsWith("To: ", StringComparison.Ordinal)).TakeWhile((line, index) => index == 0 || line.StartsWith(' ')));
        header.ShouldBe("To: " + string.Join(", ", message.Recipients.Select(recipient => $"<{recipient}>")));
    }

    [Fact]
    public async Task Tempfail_and_permfail_percent_are_shares_of_the_recipients()
    {
        var run = await FlagRun.StartAsync("--message-count 500 --recipients-per-message 2 --tempfail-percent 20 --permfail-percent 10");

        var kinds = Recipients(run).CountBy(recipient => recipient[..recipient.IndexOf('-')]).ToDictionary();
        kinds.Keys.Order(StringComparer.Ordinal).ShouldBe(["permfail", "tempfail", "user"]);
        kinds["tempfail"].ShouldBeInRange(150, 250);
        kinds["permfail"].ShouldBeInRange(65, 135);
    }

    [Fact]
    public async Task Smtputf8_is_asked_for_and_used()
    {
        var run = await FlagRun.StartAsync("--message-count 2 --smtputf8 --domain bücher.example");

        run.Messages.Count.ShouldBe(2);
        run.Messages.ShouldAllBe(message => message.Mail.EndsWith(" SMTPUTF8", StringComparison.Ordinal) && message.Mail.Contains(" BODY=8BITMIME", StringComparison.Ordinal));
        var recipient = Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(run.Messages[0].Recipients[0]));
        recipient.ShouldStartWith("üser-");
        recipient.ShouldEndWith("@xn--bcher-kva.example");
    }

    private static IEnumerable<string> Recipients(FlagRun run) => run.Messages.SelectMany(message => message.Recipients);
}
