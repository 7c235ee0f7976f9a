using System.Text.Json;
using SmartSink.Testing;
using SmartSink.TrafficGen.Options;
using SmartSink.TrafficGen.Sending;
using SmartSink.TrafficGen.Tests.Options;

namespace SmartSink.TrafficGen.Tests.Reporting;

public sealed class TrafficSessionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly CommandLineFixture _program = new();

    public void Dispose()
    {
        _folder.Dispose();
        _program.Dispose();
    }

    [Theory]
    [InlineData(TrafficEnd.Complete, 1, 0, 0, "", 0)]
    [InlineData(TrafficEnd.Complete, 1, 1, 0, "", 1)]
    [InlineData(TrafficEnd.Complete, 1, 0, 1, "", 1)]
    [InlineData(TrafficEnd.Complete, 1, 1, 1, "--keep-going", 0)]
    [InlineData(TrafficEnd.Complete, 0, 1, 0, "--keep-going", 0)]
    [InlineData(TrafficEnd.Complete, 0, 0, 1, "--keep-going", 1)]
    [InlineData(TrafficEnd.Complete, 0, 0, 0, "", 1)]
    [InlineData(TrafficEnd.Failed, 1, 0, 0, "", 1)]
    [InlineData(TrafficEnd.Cancelled, 1, 0, 0, "--keep-going", 1)]
    [InlineData(TrafficEnd.Complete, 2, 0, 0, "--fail-if accepted<2", 0)]
    [InlineData(TrafficEnd.Complete, 1, 0, 0, "--fail-if accepted<2", 1)]
    internal async Task The_exit_code_is_0_only_when_the_run_did_what_was_asked(
        TrafficEnd end, int accepted, int refused, int givenUp, string arguments, int exitCode)
    {
        var code = await _program.RunAsync(
            observer =>
            {
                Repeat(accepted, () => observer.MessageAccepted(0, 100));
                Repeat(refused, () => observer.MessageRefused(0));
                Repeat(givenUp, () => observer.MessageGivenUp(0));
                return end;
            },
            arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        code.ShouldBe(exitCode);
        _program.Output.ShouldContain($"accepted {accepted}, refused {refused}, given up {givenUp}");
    }

    [Fact]
    public async Task The_report_counts_the_time_of_the_run()
    {
        await _program.RunAsync(
            observer =>
            {
                observer.MessageAccepted(0, 1000);
                _program.Time.Advance(TimeSpan.FromSeconds(2));
                return TrafficEnd.Complete;
            },
            "--run-id", "x");
        _program.Output.ShouldStartWith("run x: 2 s to 127.0.0.1:2525, ");
        _program.Output.ShouldContain("bytes        1.00 kB, 500 B/s\n");
    }

    [Fact]
    public async Task Progress_is_a_line_a_second_where_there_is_no_terminal()
    {
        await _program.RunAsync(
            async (_, observer, _, _) =>
            {
                observer.MessageAccepted(0, 1000);
                _program.Time.Advance(TimeSpan.FromSeconds(1));
                await _program.FirstErrorLine;
                return TrafficEnd.Complete;
            },
            "--duration", "10");
        _program.Error.ShouldBe("1s 10%: 1/s, 3,600/h; accepted 1, failed 0, retried 0; recipients 0/0/0; p50 0.000 ms, p99 0.000 ms; connections 0, faults 0\n");
    }

    [Fact]
    public async Task The_report_goes_into_a_file_too()
    {
        var file = _folder.Combine("report.json");
        await _program.RunAsync(
            observer =>
            {
                observer.RecipientAnswered(250, TrafficStage.EndOfData, 1, []);
                observer.MessageAccepted(0, 100);
                return TrafficEnd.Complete;
            },
            "--report", file);
        using var json = JsonDocument.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        json.RootElement.GetProperty("domains")[0].GetProperty("domain").GetString().ShouldBe("gmail.com");
        json.RootElement.GetProperty("exit_code").GetInt32().ShouldBe(0);
    }

    [Fact]
    public async Task A_report_takes_the_place_of_the_last_one_and_none_takes_it_away()
    {
        var last = new string('x', 100_000);
        var file = _folder.Write("report.json", last);

        (await _program.RunAsync((_, _, _, _) => throw new TrafficException("no such file: x"), "--report", file)).ShouldBe(2);
        (await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)).ShouldBe(last);

        await _program.RunAsync(
            observer =>
            {
                observer.MessageAccepted(0, 100);
                return TrafficEnd.Complete;
            },
            "--report", file);
        using var json = JsonDocument.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        json.RootElement.GetProperty("exit_code").GetInt32().ShouldBe(0);
    }

    [Fact]
    public async Task A_report_file_on_a_full_disk_is_told_and_costs_only_itself()
    {
        var code = await _program.RunAsync(
            observer =>
            {
                observer.MessageAccepted(0, 100);
                return TrafficEnd.Complete;
            },
            "--report", "/dev/full");

        code.ShouldBe(1);
        _program.Output.ShouldContain("accepted 1, ");
        _program.Error.ShouldMatch(@"^--report: No space left on device[^\n]*\n$");
    }

    [Fact]
    public async Task A_report_file_that_cannot_be_written_is_told_before_the_run()
    {
        (await _program.RunAsync("--report", _folder.Combine("none/report.json"))).ShouldBe(2);
        _program.Asked.ShouldBeNull();
        _program.Error.ShouldContain("none/report.json");
    }

    [Fact]
    public async Task A_run_that_cannot_be_made_is_told_in_one_line()
    {
        (await _program.RunAsync((_, _, _, _) => throw new TrafficException("no such file: x"), "--body-file", "x")).ShouldBe(2);
        _program.Error.ShouldBe("no such file: x\n");
        _program.Output.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_run_that_was_stopped_has_its_report_too()
    {
        (await _program.RunAsync((_, observer, _, _) =>
        {
            observer.MessageAccepted(0, 100);
            throw new OperationCanceledException();
        })).ShouldBe(1);
        _program.Output.ShouldContain(", cancelled\n");
        _program.Output.ShouldContain("accepted 1, ");
    }

    private static void Repeat(int count, Action action)
    {
        for (var i = 0; i < count; i++)
        {
            action();
        }
    }
}
