using System.Net;
using System.Text.Json;
using SmartSink.Testing;
using SmartSink.Testing.Time;
using SmartSink.TrafficGen.Options;
using SmartSink.TrafficGen.Reporting;
using SmartSink.TrafficGen.Sending;

namespace SmartSink.TrafficGen.Tests.Options;

public sealed class TrafficCommandLineTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly CommandLineFixture _program = new();

    private static readonly string LongDomain = string.Join('.', Enumerable.Repeat(new string('l', 42), 3));

    public static TheoryData<string, string> Mistakes => new()
    {
        { "--target nowhere", "--target: \"nowhere\" is not a host and port" },
        { "--concurrency 0", "--concurrency: \"0\" is not a whole number from 1 to 250,000" },
        { "--duration soon", "--duration: \"soon\" is not a time" },
        { "--message-count -1", "--message-count: \"-1\" is not a whole number" },
        { "--body-size big", "--body-size: \"big\" is not a size" },
        { "--domain aol.com:heavy", "--domain: \"aol.com:heavy\" is not a domain with an optional weight" },
        { "--domain aol.com:0", "--domain: all weights are 0" },
        { "--domain-suffix a..b", "--domain-suffix: \"a..b\" is not a domain" },
        { $"--domain {LongDomain} --domain-suffix {LongDomain}", "--domain-suffix: makes a domain longer than 255 bytes" },
        { "--throttle 10", "--throttle: \"10\" is not a rate" },
        { "--rate-profile 10", "--rate-profile: \"10\" is not a list" },
        { "--size-distribution x", "--size-distribution: \"x\" is not a list" },
        { "--header nothing", "--header: \"nothing\" is not a header field" },
        { "--source-ip here", "--source-ip: \"here\" is not an IP address" },
        { "--helo a_@b", "--helo: \"a_@b\" is not a domain or an address literal" },
        { "--auth nobody", "--auth: \"nobody\" is not USER:PASSWORD" },
        { "--seed -1", "--seed: \"-1\" is not a whole number" },
        { "--run-id a/b", "--run-id: \"a/b\" is not an id" },
        { "--tempfail-percent 101", "--tempfail-percent: \"101\" is not a percentage" },
        { "--tempfail-percent 60 --permfail-percent 50", "--tempfail-percent: exceeds 100 together with --permfail-percent" },
        { "--verify localhost:8000", "--verify: \"localhost:8000\" is not a URL" },
        { "--fail-if p99", "--fail-if: \"p99\" is not a figure" },
        { "--fail-if speed>1", "--fail-if: \"speed>1\" names no known figure; the figures are: accepted, " },
        { "--fail-if p99>fast", "--fail-if: \"p99>fast\" compares with \"fast\", which is not a time" },
        { "--verify-wait 5s", "--verify-wait: has no effect without --verify" },
        { "--verify http://localhost:8000 --verify http://LOCALHOST:8000/metrics", "--verify: http://localhost:8000/metrics is given more than once, so its counts would be added up more than once" },
        { "--behave so-so", "--behave: \"so-so\" is not well or badly" },
        { "--behave well --recipients-per-message 2", "--recipients-per-message: cannot be used with --behave" },
        { "--behave well --concurrency 3", "--concurrency: --behave well needs a connection for each of the 4 domains" },
        { "--behave badly --starttls", "--behave: badly does not support TLS, AUTH, CHUNKING or SMTPUTF8" },
        { "--time-scale 60", "--time-scale: has no effect without --behave" },
        { "--behave well --time-scale 0", "--time-scale: \"0\" is not a number above 0" },
        { "--verp --no-verp", "--no-verp: cannot be used with --verp" },
        { "--verp --run-id a..b", "--verp: needs a --run-id of at most 40 characters without two dots in a row, because it becomes part of an address" },
        { $"--verp --run-id {new string('r', 41)}", "--verp: needs a --run-id of at most 40 characters" },
        { "--tls --starttls", "--tls: cannot be used with --starttls" },
        { "--throttle 1/s --rate-profile 1/s:10s", "--throttle: cannot be used with --rate-profile" },
        { "--recipients /none/such", "--recipients: " },
        { "--target mx.example.com:25", "--target: mx.example.com is not this machine and there is no --domain-suffix" },
        { "--target localhost:25 --target localhost:26", "--target" },
        { "--concurrency 250001", "--concurrency: \"250001\" is not a whole number from 1 to 250,000" },
        { "--recipients-per-message 10001", "--recipients-per-message: \"10001\" is not a whole number from 1 to 10,000" },
        { "--http http://127.0.0.1:1 --http-batch-size 10001", "--http-batch-size: \"10001\" is not a whole number from 1 to 10,000" },
        { "--report --keep-going", "--report: needs a value, but the flag --keep-going follows it" },
        { "--duration --message-count 1", "--duration: needs a value, but the flag --message-count follows it" },
        { "--header X:grüße@home", "--header: \"X:grüße@home\" has non-ASCII text where it cannot be encoded" },
        { "--prot", "--prot" },
        { "--target", "--target" },
    };

    public void Dispose()
    {
        _folder.Dispose();
        _program.Dispose();
    }

    [Theory]
    [MemberData(nameof(Mistakes))]
    public async Task A_mistake_is_one_line_that_names_the_flag(string arguments, string line)
    {
        (await _program.RunAsync(arguments.Split(' '))).ShouldBe(2);

        _program.Asked.ShouldBeNull();
        _program.Output.ShouldBeEmpty();
        _program.Error.ShouldContain(line);
        _program.Error.TrimEnd('\n').ShouldNotContain('\n');
    }

    [Fact]
    public async Task All_mistakes_are_told_at_once()
    {
        (await _program.RunAsync("--concurrency", "x", "--duration", "y")).ShouldBe(2);
        _program.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(2);
    }

    [Fact]
    public async Task Without_flags_the_defaults_hold()
    {
        var options = await ReadAsync();
        options.Duration.ShouldBe(TimeSpan.FromSeconds(60));
        options.MessageCount.ShouldBeNull();
        options.Target.ShouldBe(new DnsEndPoint("127.0.0.1", 2525));
        options.Domains.Select(domain => domain.Name).ShouldBe(["aol.com", "gmail.com", "hotmail.com", "yahoo.com"]);
    }

    [Fact]
    public async Task The_models_advanced_example()
    {
        var options = await ReadAsync(
            "--target", "localhost:2525", "--concurrency", "400", "--body-size", "60kb", "--duration", "60", "--domain-suffix", "testingdomain.tld",
            "--domain", "aol.com:1.5", "--domain", "gmail.com:67.4", "--keep-going");
        options.Concurrency.ShouldBe(400);
        options.BodySize.ShouldBe(60_000);
        options.Duration.ShouldBe(TimeSpan.FromSeconds(60));
        options.DomainSuffix.ShouldBe("testingdomain.tld");
        options.Domains.ShouldBe([new WeightedDomain("aol.com", 1.5), new WeightedDomain("gmail.com", 67.4)]);
        options.KeepGoing.ShouldBeTrue();
    }

    [Theory]
    [InlineData("--message-count 5", null, 5L)]
    [InlineData("--duration 10", 10.0, null)]
    [InlineData("--duration 10 --message-count 5", 10.0, 5L)]
    [InlineData("--rate-profile 1..5/s:2m,5/s:10", 130.0, null)]
    [InlineData("--rate-profile 5/s:10 --duration 3", 3.0, null)]
    public async Task Time_and_count_cut_each_other_off_only_when_both_are_given(string arguments, double? seconds, long? count)
    {
        var options = await ReadAsync(arguments.Split(' '));
        (options.Duration?.TotalSeconds).ShouldBe(seconds);
        options.MessageCount.ShouldBe(count);
    }

    [Theory]
    [InlineData("--target mx.example.com:25 --domain-suffix sink.test")]
    [InlineData("--target mx.example.com:25 --i-know-where-this-goes")]
    [InlineData("--target localhost:25")]
    [InlineData("--target [::1]:25")]
    public async Task Mail_that_cannot_get_astray_needs_no_consent(string arguments) => await ReadAsync(arguments.Split(' '));

    [Fact]
    public async Task Every_other_flag_is_taken_over()
    {
        var options = await ReadAsync(
            "--starttls", "--auth", "me:a:b", "--helo", "[192.0.2.1]", "--source-ip", "127.0.0.1", "--source-ip", "127.0.0.2", "--messages-per-connection", "7",
            "--recipients-per-message", "3", "--pipelining", "--proxy-protocol", "v2", "--chunking", "--smtputf8", "--sender-domain", "Me.Example", "--header", "X-A: 1",
            "--tempfail-percent", "5", "--permfail-percent", "2.5", "--seed", "42", "--run-id", "run-1", "--size-distribution", "1kb:1",
            "--throttle", "10/s", "--fail-if", "p99>200ms,io_errors>0", "--fail-if", "rate<1");
        options.Tls.ShouldBe(TlsMode.StartTls);
        (options.Credential!.UserName, options.Credential.Password).ShouldBe(("me", "a:b"));
        options.Helo.ShouldBe("[192.0.2.1]");
        options.SourceAddresses.ShouldBe([IPAddress.Parse("127.0.0.1"), IPAddress.Parse("127.0.0.2")]);
        (options.MessagesPerConnection, options.RecipientsPerMessage).ShouldBe((7, 3));
        (options.Pipelining, options.Chunking, options.SmtpUtf8).ShouldBe((true, true, true));
        options.ProxyProtocol.ShouldBe(ProxyProtocol.V2);
        options.SenderDomain.ShouldBe("me.example");
        options.Headers.ShouldBe(["X-A: 1"]);
        (options.TempFailPercent, options.PermFailPercent).ShouldBe((5, 2.5));
        (options.Seed, options.RunId).ShouldBe((42UL, "run-1"));
        options.Sizes!.Sizes.ShouldBe([new WeightedSize(1000, 1)]);
        options.Throttle!.Limit.ShouldBe(10);
        options.FailIf.Count.ShouldBe(3);
    }

    [Fact]
    public async Task Who_behaves_keeps_going_and_numbers_the_senders()
    {
        var options = await ReadAsync("--behave", "well", "--time-scale", "60", "--domain-connections", "3", "--concurrency", "20");

        (options.Behave, options.TimeScale, options.DomainConnections, options.KeepGoing, options.UsesVerp).ShouldBe((Manners.Well, 60, 3, true, true));
    }

    [Fact]
    public async Task The_domains_of_a_recipients_file_are_the_runs_domains()
    {
        var file = _folder.Write("recipients.txt", "a@One.test\n\nb@two.test\n\"c@d\"@one.test\n");
        (await ReadAsync("--recipients", file)).Domains.ShouldBe([new WeightedDomain("one.test", 1), new WeightedDomain("two.test", 1)]);
    }

    [Theory]
    [InlineData("a@one.test\nnobody\n", "(2): \"nobody\" is not an address")]
    [InlineData("a b@one.test", "(1): \"a b@one.test\" is not an address")]
    [InlineData("<a@one.test>", "(1): \"<a@one.test>\" is not an address")]
    [InlineData("\"a\tb\"@one.test", "(1): \"\"a\tb\"@one.test\" is not an address")]
    [InlineData("ü@one.test", "(1): \"ü@one.test\" has a non-ASCII local part, which needs --smtputf8")]
    [InlineData("\n", " contains no address")]
    public async Task A_recipients_file_with_a_mistake_is_refused(string content, string mistake)
    {
        var file = _folder.Write("recipients.txt", content);
        (await _program.RunAsync("--recipients", file)).ShouldBe(2);
        _program.Error.ShouldBe($"--recipients: {file}{mistake}\n");
    }

    [Theory]
    [InlineData(982, "", "(1): the address is longer than 991 bytes, so its header line would be too long")]
    [InlineData(972, "--domain-suffix sink.test", "(1): the address with --domain-suffix is longer than 991 bytes, so its header line would be too long")]
    public async Task An_address_too_long_for_a_header_line_is_refused(int length, string flags, string mistake)
    {
        var file = _folder.Write("recipients.txt", new string('l', length - 1) + "@long.test");
        string[] arguments = [.. flags.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--recipients", file];
        (await ReadAsync(arguments)).Recipients.Count.ShouldBe(1);
        File.WriteAllText(file, new string('l', length) + "@long.test");
        (await _program.RunAsync(arguments)).ShouldBe(2);
        _program.Error.ShouldBe($"--recipients: {file}{mistake}\n");
    }

    [Theory]
    [InlineData("--smtputf8")]
    [InlineData("--http http://127.0.0.1:1")]
    public async Task Recipients_beyond_ASCII_go_where_they_can_be_carried(string flags) =>
        (await ReadAsync([.. flags.Split(' '), "--recipients", _folder.Write("recipients.txt", "ü@one.test")])).Recipients
            .ShouldBe([new ListedRecipient("ü", "one.test", "one.test")]);

    [Fact]
    public async Task A_sink_to_verify_with_that_does_not_answer_stops_the_run_before_its_first_message()
    {
        (await _program.RunAsync("--verify", "http://127.0.0.1:1")).ShouldBe(1);
        _program.Asked.ShouldBeNull();
        _program.Error.ShouldStartWith("http://127.0.0.1:1/metrics: ");
    }

    [Fact]
    public async Task Standard_output_that_is_full_is_one_line_and_no_crash()
    {
        using var full = new FullWriter();
        using var error = new StringWriter { NewLine = "\n" };
        var session = new TrafficSession(full, error, TimeProvider.System, (_, _, _, _) => Task.FromResult(TrafficEnd.Complete));

        (await TrafficCommandLine.RunAsync(["--help"], session)).ShouldBe(1);
        (await TrafficCommandLine.RunAsync(["--message-count", "1"], session)).ShouldBe(1);

        error.ToString().ShouldBe("No space left on device\nstandard output: No space left on device\n");
    }

    [Fact]
    public async Task The_report_file_is_written_though_standard_output_is_full()
    {
        using var full = new FullWriter();
        using var error = new StringWriter { NewLine = "\n" };
        var session = new TrafficSession(full, error, TimeProvider.System, (_, observer, _, _) =>
        {
            observer.MessageAccepted(0, 1);
            return Task.FromResult(TrafficEnd.Complete);
        });

        (await TrafficCommandLine.RunAsync(["--message-count", "1", "--report", _folder.Combine("report.json")], session)).ShouldBe(1);

        error.ToString().ShouldBe("standard output: No space left on device\n");
        using var json = JsonDocument.Parse(await File.ReadAllTextAsync(_folder.Combine("report.json"), TestContext.Current.CancellationToken));
        json.RootElement.GetProperty("messages").GetProperty("accepted").GetInt32().ShouldBe(1);
        json.RootElement.GetProperty("exit_code").GetInt32().ShouldBe(1);
    }

    [Fact]
    public async Task Standard_error_that_is_full_ends_no_run()
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var full = new FullWriter();
        var clock = new ManualTimeProvider();
        var session = new TrafficSession(output, full, clock, async (_, observer, _, _) =>
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            await full.Refused;
            observer.MessageAccepted(0, 1);
            return TrafficEnd.Complete;
        });

        (await TrafficCommandLine.RunAsync(["--message-count", "1"], session)).ShouldBe(0);
        (await TrafficCommandLine.RunAsync(["--nonsense"], session)).ShouldBe(2);

        output.ToString().ShouldContain("accepted 1,");
    }

    [Fact]
    public async Task Help_explains_every_flag_and_why_consent_is_asked()
    {
        (await _program.RunAsync("--help")).ShouldBe(0);
        var help = string.Join(' ', _program.Output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        foreach (var flag in FlagCatalog.Create(FigureCatalog.Known))
        {
            help.ShouldContain(flag.Name + " ");
            help.ShouldContain(flag.Option.Description.ShouldNotBeNull());
        }

        help.ShouldContain("people who never asked for it");
    }

    private async Task<TrafficOptions> ReadAsync(params string[] arguments)
    {
        await _program.RunAsync(arguments);
        _program.Error.ShouldBeEmpty();
        return _program.Asked.ShouldNotBeNull();
    }
}
