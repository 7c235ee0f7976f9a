using System.Text;
using SmartSink.Testing;
using SmartSink.TrafficGen.Options;
using SmartSink.TrafficGen.Tests.Sending;

namespace SmartSink.TrafficGen.Tests.Options;

/// <summary>What is sent.</summary>
public sealed class MessageFlagTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("0", 0)]
    [InlineData("1", 2)]
    [InlineData("2", 2)]
    [InlineData("3kb", 3000)]
    [InlineData("1KiB", 1024)]
    [InlineData("300kb", 300_000)]
    public async Task Body_size_is_that_of_the_text(string size, int bytes)
    {
        var run = await FlagRun.StartAsync($"--message-count 2 --body-size {size}");

        run.Messages.Select(message => message.Text.Length).ShouldBe([bytes, bytes]);
    }

    [Fact]
    public async Task Size_distribution_by_a_list()
    {
        var run = await FlagRun.StartAsync("--message-count 400 --size-distribution 1kb:1,3kb:3,9kb:0");

        var sizes = run.Messages.CountBy(message => message.Text.Length).ToDictionary();
        sizes.Keys.Order().ShouldBe([1000, 3000]);
        sizes[3000].ShouldBeInRange(260, 340);
    }

    [Fact]
    public async Task Size_distribution_by_median_and_sigma()
    {
        var run = await FlagRun.StartAsync("--message-count 500 --size-distribution lognormal:2kb:0.5");

        double[] logs = [.. run.Messages.Select(message => Math.Log(message.Text.Length)).Order()];
        Math.Exp(logs[250]).ShouldBeInRange(1_800, 2_200);
        Math.Sqrt(logs.Average(log => Math.Pow(log - logs.Average(), 2))).ShouldBeInRange(0.42, 0.58);
    }

    [Fact]
    public async Task Header_adds_fields_and_takes_the_place_of_generated_ones()
    {
        var run = await FlagRun.StartAsync("--message-count 1", "--header", "X-Campaign: spring sale", "--header", "subject: Mine", "--header", "Content-Type: text/html", "--header", "X-Campaign: again");

        var message = run.Messages.ShouldHaveSingleItem();
        message.Header.Where(line => line.StartsWith("X-Campaign: ", StringComparison.Ordinal)).ShouldBe(["X-Campaign: spring sale", "X-Campaign: again"]);
        (message.Field("Subject"), message.Field("Content-Type"), message.Field("MIME-Version")).ShouldBe(("Mine", "text/html", "1.0"));
    }

    [Fact]
    public async Task Header_beyond_ASCII_is_encoded()
    {
        var run = await FlagRun.StartAsync("--message-count 1", "--header", "Subject: Viele Grüße");

        var message = run.Messages.ShouldHaveSingleItem();
        message.Field("Subject").ShouldBe("Viele =?utf-8?B?R3LDvMOfZQ==?=");
        message.Mail.ShouldNotContain("BODY=");
    }

    [Fact]
    public async Task Header_beyond_ASCII_goes_as_it_is_with_smtputf8()
    {
        var run = await FlagRun.StartAsync("--message-count 1 --smtputf8", "--header", "From: jörg@bücher.example");

        run.Messages.ShouldHaveSingleItem().Field("From").ShouldBe(Encoding.Latin1.GetString(Encoding.UTF8.GetBytes("jörg@bücher.example")));
    }

    [Fact]
    public async Task Run_id_stands_with_each_number_once()
    {
        var run = await new FlagRun { Concurrency = 4 }.RunAsync("--message-count 50 --run-id nightly-7");

        run.Messages.Select(message => message.Field("X-SmartSink-Run")).Order(StringComparer.Ordinal)
            .ShouldBe(Enumerable.Range(0, 50).Select(number => $"nightly-7/{number}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Seed_repeats_every_message_however_many_connections_send_them()
    {
        const string Flags = "--message-count 60 --recipients-per-message 2 --tempfail-percent 20 --size-distribution 1kb,2kb --seed ";

        var first = await SentAsync(1, Flags + "5");

        (await SentAsync(6, Flags + "5")).ShouldBe(first);
        (await SentAsync(1, Flags + "6")).Zip(first).ShouldAllBe(pair => pair.First != pair.Second);
    }

    [Theory]
    [InlineData("\r\n")]
    [InlineData("\n")]
    [InlineData("\r")]
    public async Task Body_file_is_sent_as_it_stands_but_for_its_line_ends(string lineEnd)
    {
        string[] lines = ["From: a@one.test", "Subject: x", string.Empty, ".", "..a", "From me", ">From you", "end"];
        var file = _folder.Write("message.eml", string.Join(lineEnd, lines));

        var run = await FlagRun.StartAsync("--message-count 2 --body-file", file);

        run.Messages.ShouldAllBe(message => message.Bytes == string.Join("\r\n", lines) + "\r\n");
        run.Messages.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_file_with_octets_beyond_ASCII_is_announced()
    {
        var file = _folder.Write("message.eml", "Subject: x\r\n\r\nGrüße\r\n");

        var run = await FlagRun.StartAsync("--message-count 1 --body-file", file);

        var message = run.Messages.ShouldHaveSingleItem();
        message.Mail.ShouldContain(" BODY=8BITMIME");
        message.Text.ShouldBe(Encoding.Latin1.GetString(Encoding.UTF8.GetBytes("Grüße\r\n")));
    }

    [Theory]
    [InlineData("\r\n")]
    [InlineData("\n")]
    public async Task Replay_sends_the_messages_of_an_mbox_in_turn(string lineEnd)
    {
        const string Mbox = """
            From someone@one.test Fri Jan  2 03:04:05 2026
            From: someone@one.test
            Message-ID: <1@one.test>

            >From here on
            >>From further on
            .
            From within a paragraph

            From other@one.test Fri Jan  2 03:04:06 2026
            Message-ID: <2@one.test>

            Second

            """;
        string[] expected =
        [
            "From: someone@one.test\r\nMessage-ID: <1@one.test>\r\n\r\nFrom here on\r\n>From further on\r\n.\r\nFrom within a paragraph\r\n",
            "Message-ID: <2@one.test>\r\n\r\nSecond\r\n",
        ];
        var file = _folder.Write("some.mbox", Mbox.ReplaceLineEndings(lineEnd));

        var run = await FlagRun.StartAsync("--message-count 5 --replay", file);

        run.Messages.Select(message => message.Bytes).ShouldBe(Enumerable.Range(0, 5).Select(number => expected[number % 2]));
    }

    [Fact]
    public async Task Replay_sends_a_folders_files_in_the_order_of_their_names()
    {
        _folder.Write("mail/b.eml", "Subject: second\n\ntext");
        _folder.Write("mail/a.eml", "Subject: first\r\n\r\ntext\r\n");
        _folder.Write("mail/c/d.mbox", "From x\nSubject: third\n\ntext\n\nFrom y\nSubject: fourth\n\ntext\n");

        var run = await FlagRun.StartAsync("--message-count 4 --replay", _folder.Combine("mail"));

        run.Messages.Select(message => message.Bytes)
            .ShouldBe(new[] { "first", "second", "third", "fourth" }.Select(subject => $"Subject: {subject}\r\n\r\ntext\r\n"));
    }

    [Fact]
    public async Task A_folder_is_no_body_file()
    {
        var folder = Path.GetDirectoryName(_folder.Write("mail/a.eml", "Subject: x\r\n"))!;
        var options = new TrafficOptions { BodyFile = folder };

        (await Should.ThrowAsync<TrafficException>(() => options.MakeAsync())).Message.ShouldBe($"{folder} is a directory; --replay sends the messages in one");
    }

    [Theory]
    [InlineData("/dev/zero", "it is a device, not a regular file")]
    [InlineData("/nowhere", "there is no such file")]
    public async Task What_is_no_regular_file_is_no_message(string path, string problem)
    {
        (await Should.ThrowAsync<TrafficException>(() => new TrafficOptions { BodyFile = path }.MakeAsync())).Message.ShouldBe($"{path}: {problem}");
        (await Should.ThrowAsync<TrafficException>(() => new TrafficOptions { Replay = path }.MakeAsync())).Message.ShouldBe($"{path}: {problem}");
        Should.Throw<FormatException>(() => RecipientsFile.Read(path, utf8: false, string.Empty)).Message.ShouldBe($"{path}: {problem}");
    }

    private static async Task<List<string>> SentAsync(int concurrency, string flags)
    {
        var run = await new FlagRun { Concurrency = concurrency }.RunAsync(flags);
        return [.. run.Messages.OrderBy(message => message.Number)
            .Select(message => $"{message.Sender}: {string.Join(',', message.Recipients)}: {message.Text}")];
    }
}
