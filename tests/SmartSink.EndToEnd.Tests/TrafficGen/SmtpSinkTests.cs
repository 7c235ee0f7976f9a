namespace SmartSink.EndToEnd.Tests.TrafficGen;

/// <summary>A server that is not of this project takes the mail: whatever traffic-gen says was taken is there, once.</summary>
public sealed class SmtpSinkTests
{
    private const int Messages = 300;

    [Theory]
    [InlineData("")]
    [InlineData("--pipelining --recipients-per-message 20")]
    [InlineData("--messages-per-connection 7 --recipients-per-message 3")]
    [InlineData("--body-size 300kb")]
    public async Task Every_message_arrives_once(string flags)
    {
        Requirement.Programs("smtp-sink");
        await using var sink = await SmtpSinkInstance.StartAsync();

        var run = await SendAsync(sink, flags);

        run.ShouldEndWith(0);
        run.Number("messages.accepted").ShouldBe(Messages);
        (await sink.NumbersAsync("theirs")).ShouldBe(Enumerable.Range(0, Messages));
    }

    [Theory]
    [InlineData("-f", "MAIL", "mail 500")]
    [InlineData("-r", "RCPT", "rcpt 450")]
    [InlineData("-f", "DATA", "data 500")]
    [InlineData("-r", ".", "end_of_data 450")]
    public async Task A_refusal_is_counted_where_it_was_given(string flag, string command, string answer)
    {
        Requirement.Programs("smtp-sink");
        await using var sink = await SmtpSinkInstance.StartAsync(flag, command);

        var run = await SendAsync(sink, "--keep-going");
        var stopped = await SendAsync(sink, string.Empty);

        run.ShouldEndWith(0);
        run.Number("messages.refused").ShouldBe(Messages);
        run.Answers().ShouldBe(new Dictionary<string, long>(StringComparer.Ordinal) { [answer] = Messages });
        stopped.ShouldEndWith(1);
        stopped.Report.GetProperty("end").GetString().ShouldBe("failed");
    }

    private static Task<TrafficGenRun> SendAsync(SmtpSinkInstance sink, string flags) => TrafficGenRun.StartAsync(
        [
            "--target", $"127.0.0.1:{sink.Port}", "--concurrency", "5", "--message-count", $"{Messages}", "--run-id", "theirs",
            .. flags.Split(' ', StringSplitOptions.RemoveEmptyEntries),
        ]);
}
