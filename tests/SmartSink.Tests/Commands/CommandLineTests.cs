using SmartSink.Commands;
using SmartSink.Policy;
using SmartSink.Policy.Files;
using SmartSink.Settings;
using SmartSink.Shared;
using SmartSink.Testing;
using SmartSink.Testing.Policies;
using SmartSink.Tests.Hosting;
using SmartSink.Tests.Watching;

namespace SmartSink.Tests.Commands;

public sealed class CommandLineTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();

    public void Dispose()
    {
        _folder.Dispose();
        _output.Dispose();
        _error.Dispose();
    }

    [Fact]
    public async Task Help_shows_every_setting_with_its_variable_and_default()
    {
        (await RunAsync("--help")).ShouldBe(0);
        var help = string.Join(' ', _output.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        foreach (var setting in SettingCatalog.All)
        {
            help.ShouldContain(setting.Option + " ");
            help.ShouldContain($"{setting.Description} [{setting.Environment}{(setting.Default.Length > 0 ? $", default: {setting.Default}" : "")}]");
        }

        foreach (var command in new[] { "check", "explain", "health", "init", "try", "watch" })
        {
            help.ShouldContain(command);
        }
    }

    [Fact]
    public async Task Version()
    {
        (await RunAsync("--version")).ShouldBe(0);
        _output.ToString().Trim().ShouldBe(ProductVersion.Text);
    }

    [Theory]
    [InlineData("--prot", "25")]
    [InlineData("serve")]
    [InlineData("check")]
    [InlineData("check", "")]
    [InlineData("init", "")]
    [InlineData("explain")]
    [InlineData("explain", "a@b.example", "--destination", "nowhere")]
    [InlineData("--port")]
    public async Task A_wrong_call_is_told_on_standard_error(params string[] arguments)
    {
        (await RunAsync(arguments)).ShouldBe(2);
        _output.ToString().ShouldBeEmpty();
        _error.ToString().ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_wrong_setting_is_one_line()
    {
        (await RunAsync("--port", "abc")).ShouldBe(2);
        _error.ToString().ShouldBe("--port: \"abc\" is not a port (0 to 65535)\n");
    }

    [Fact]
    public async Task Check_shows_all_mistakes_of_all_files()
    {
        var bad = _folder.Write("bad.toml", "[default]\nbounce = 101\ndefer = \"x\"\n");
        var good = _folder.Write("good.toml", ReloadFixture.Refusing("no"));

        (await RunAsync("check", bad, good)).ShouldBe(1);

        _error.ToString().ShouldContain($"{bad}(2,10): error: ");
        _error.ToString().ShouldContain($"{bad}(3,9): error: ");
        _output.ToString().ShouldContain($"{good}: policy ");
        _output.ToString().ShouldEndWith("2 policies checked: 2 errors, 0 warnings\n");
    }

    [Fact]
    public async Task Check_passes_what_has_warnings_only()
    {
        var file = _folder.Write("warn.toml", "[domain.\"example.com\"]\nbounce = 0\ndefer = 10\n[[defer.\"example.com\"]]\ncode = 550\nmsg = \"5.1.1 no\"\n");
        (await RunAsync("check", file)).ShouldBe(0);
        _error.ToString().ShouldContain(": warning: ");
        _output.ToString().ShouldEndWith("1 policy checked: 0 errors, 1 warning\n");
    }

    [Fact]
    public async Task Check_knows_the_rules_of_the_report_card_by_name_or_tables()
    {
        var good = RepositoryRoot.Combine("policy", "report.toml");
        var bad = _folder.Write("strict.toml", "[rule.no-loss]\ncounts = \"hugely\"\n");

        (await RunAsync("check", good, bad, _folder.Write("p.toml", ""))).ShouldBe(1);

        _error.ToString().ShouldBe($"{bad}(2,10): error: unknown counts \"hugely\"; it must be one of none, minor, major, critical\n");
        _output.ToString().ShouldStartWith($"{good}: rules of the report card\n");
        _output.ToString().ShouldEndWith("3 files checked: 1 error, 0 warnings\n");
    }

    [Fact]
    public async Task Check_of_a_file_that_is_not_there_fails()
    {
        (await RunAsync("check", _folder.Combine("none.toml"))).ShouldBe(1);
        _error.ToString().ShouldContain("none.toml(1,1): error: ");
    }

    [Fact]
    public async Task Explain_tells_entry_rates_and_replies()
    {
        var file = _folder.Write("p.toml", "[domain.\"gmail.com\"]\nbounce = 12.5\n[[bounce.\"gmail.com\"]]\ncode = 550\nmsg = \"5.1.1 nobody\"\n");
        (await RunAsync("explain", "--data", file, "someone@gmail.com", "example.org")).ShouldBe(0);
        _output.ToString().ShouldContain("gmail.com");
        _output.ToString().ShouldContain("12.5");
        _output.ToString().ShouldContain("5.1.1 nobody");
        _output.ToString().ShouldContain("example.org");
    }

    [Fact]
    public async Task Explain_names_the_settings_that_give_the_default_rates()
    {
        var file = _folder.Write("p.toml", "[default]\nbounce = 50\n");
        (await RunAsync("explain", "--data", file, "--default-bounce", "2.5", "--default-defer", "10", "someone@gmail.com")).ShouldBe(0);
        _output.ToString().ShouldContain(" 2.5 %   [default] at SINK_DEFAULT_BOUNCE\n");
        _output.ToString().ShouldContain(" 10 %   [default] at SINK_DEFAULT_DEFER\n");

        (await RunAsync("explain", "--data", file, "--default-defer", "60", "someone@gmail.com")).ShouldBe(2);
        _error.ToString().ShouldBe($"SINK_DEFAULT_DEFER: error: bounce 50 (from {file}(2,10)) and defer 60 add up to 110 percent, more than 100\n");
    }

    [Fact]
    public async Task Init_writes_a_policy_that_passes_check_and_has_the_same_replies()
    {
        var page = _folder.Combine("new", "policy", "responses.toml");

        (await RunAsync("init", _folder.Combine("new", "policy"))).ShouldBe(0);
        _output.ToString().ShouldBe($"{BuiltInFiles.All.Count} files written. Edit {page}, try it with: smartsink check {page}\nThe sink uses it with SINK_DATA={page}\n");
        (await RunAsync("check", page)).ShouldBe(0);

        _error.ToString().ShouldBeEmpty();
        _output.ToString().ShouldEndWith("1 policy checked: 0 errors, 0 warnings\n");
        var written = PolicyLoader.Load(page);
        written.Files.Count.ShouldBe(1 + Catalogue.Files.Count);
        written.Snapshot!.EntryCount.ShouldBe(PolicyLoader.Load(BuiltInFiles.MainFile).Snapshot!.EntryCount);
        File.ReadAllText(_folder.Combine("new", "policy", "responses.schema.json")).ShouldBe(File.ReadAllText(RepositoryRoot.Combine("policy", "responses.schema.json")));
    }

    [Fact]
    public async Task Init_overwrites_nothing_and_then_writes_nothing()
    {
        var own = _folder.Write("policy/providers/gmail.toml", "mine");

        (await RunAsync("init", _folder.Combine("policy"))).ShouldBe(1);

        _error.ToString().ShouldBe($"{own}: exists already, and init never overwrites a file; name another folder, or move the file away\n");
        Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories).ShouldBe([own]);
        File.ReadAllText(own).ShouldBe("mine");
    }

    [Fact]
    public async Task Init_into_what_is_no_folder_is_one_line()
    {
        var file = _folder.Write("file", "");

        (await RunAsync("init", Path.Combine(file, "policy"))).ShouldBe(1);

        _error.ToString().ShouldStartWith($"{file}/policy: nothing was written: ");
        _error.ToString().Count(character => character == '\n').ShouldBe(1);
    }

    [Fact]
    public async Task Explain_tells_the_server_at_a_destination()
    {
        var file = _folder.Write("p.toml", "[[mx]]\nnetworks = \"198.51.100.0/24\"\nhostname = \"mx1.gmail.example\"\n");
        (await RunAsync("explain", "--data", file, "someone@gmail.com", "--destination", "198.51.100.7")).ShouldBe(0);
        _output.ToString().ShouldContain($"\n  mx       198.51.100.7 answers as mx1.gmail.example, by 198.51.100.0/24 at {file}(2,12); ");
    }

    [Fact]
    public async Task Explain_fails_on_what_is_no_address() =>
        (await RunAsync("explain", "--data", _folder.Write("p.toml", ""), "a@b@")).ShouldBe(1);

    [Theory]
    [InlineData("explain", "--data", "builtin:responses.toml", "a@b.example")]
    [InlineData("check", "builtin:responses.toml")]
    [InlineData("--help")]
    [InlineData("--version")]
    public async Task A_report_that_cannot_be_written_is_one_line(params string[] arguments)
    {
        await using var full = new StreamWriter(new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0)) { AutoFlush = true };

        var exit = await CommandLine.RunAsync(arguments, full, _error);

        exit.ShouldBe(1);
        _error.ToString().ShouldMatch(@"^No space left on device[^\n]*\n$");
    }

    [Fact]
    public async Task Explain_needs_a_good_policy()
    {
        var file = _folder.Write("p.toml", "[default]\nbounce = 101\n");
        (await RunAsync("explain", "--data", file, "a@example.org")).ShouldBe(2);
        _error.ToString().ShouldStartWith($"{file}(2,10): error: ");
    }

    [Fact]
    public async Task Health_asks_the_sink()
    {
        await using (var sink = await RunningSink.StartAsync())
        {
            (await RunAsync("health", "--http", $"{sink.App.HttpEndPoint.Port}")).ShouldBe(0);
            _output.ToString().ShouldContain("\"status\": \"ready\"");

            (await RunAsync("health", "--http-listen", "*", "--http", $"{sink.App.HttpEndPoint.Port}")).ShouldBe(0);
        }

        using var nobody = SmartSink.Transport.ListenSocket.Open(new(System.Net.IPAddress.Loopback, 0), backlog: 1);
        var port = ((System.Net.IPEndPoint)nobody.LocalEndPoint!).Port;
        nobody.Close();
        (await RunAsync("health", "--http", $"{port}")).ShouldBe(1);
        _error.ToString().ShouldStartWith($"http://127.0.0.1:{port}/readyz: ");
    }

    private Task<int> RunAsync(params string[] arguments) => CommandLine.RunAsync(arguments, _output, _error);
}
