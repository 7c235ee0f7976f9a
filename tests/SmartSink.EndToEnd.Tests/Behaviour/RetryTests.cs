using System.Globalization;
using System.Text.RegularExpressions;
using SmartSink.EndToEnd.Tests.Compatibility.Relays;
using SmartSink.Testing.Processes;

namespace SmartSink.EndToEnd.Tests.Behaviour;

/// <summary>
/// Real MTAs with their default retry times against a greylist, a rate limit and an outage, as docs/behaviour.md tells it. Their clocks run as fast
/// as the sink's <c>time_scale</c>.
/// </summary>
public sealed partial class RetryTests
{
    private const int Speed = 60;

    private static readonly Obstacle[] Obstacles =
    [
        new("grey.example", "a greylist of 5 minutes", 4),
        new("busy.example", "a rate limit of 4 a minute", 12),
        new("down.example", "an outage of 10 minutes", 4),
    ];

    private static readonly RetryingMta[] Mtas =
    [
        new("Postfix", () => PostfixRelay.StartAsync(Speed), TriesOfPostfix),
        new("Exim", () => EximRelay.StartAsync(Speed), TriesOfExim),
        new("OpenSMTPD", () => OpenSmtpdRelay.StartAsync(Speed), TriesOfOpenSmtpd),
    ];

    /// <summary>All at once: each is idle most of the time. But each is handed its mail alone: what came slowly would not meet the rate limit, and what came late not the outage.</summary>
    [Fact]
    public async Task All_mail_is_delivered_in_the_end_and_none_of_it_twice()
    {
        using var turn = new SemaphoreSlim(1);
        await Task.WhenAll(Mtas.Select(mta => TryAsync(mta, turn)));
    }

    private static async Task TryAsync(RetryingMta mta, SemaphoreSlim turn)
    {
        await using var relay = await mta.StartAsync();
        await turn.WaitAsync(TestContext.Current.CancellationToken);
        SinkProcess started;
        try
        {
            started = await SubmitAsync(relay);
        }
        finally
        {
            turn.Release();
        }

        await using var sink = started;
        await sink.CountsAsync(Obstacles.Sum(obstacle => obstacle.Messages), "smartsink_recipients_total", ("outcome", "accepted"));
        var metrics = await sink.MetricsAsync();
        metrics.Sum("smartsink_recipients_total", ("outcome", "permfail")).ShouldBe(0);
        metrics.Sum("smartsink_duplicates_total").ShouldBe(0);

        // All of the log is there when it has ended.
        (await sink.TerminateAsync()).ShouldBe(0, sink.Output);
        foreach (var obstacle in Obstacles)
        {
            metrics.Sum("smartsink_recipients_total", ("domain", obstacle.Domain), ("outcome", "accepted")).ShouldBe(obstacle.Messages, mta.Name);
            metrics.Sum("smartsink_recipients_total", ("domain", obstacle.Domain), ("outcome", "tempfail")).ShouldBeGreaterThan(0, mta.Name);

            var tries = Enumerable.Range(0, obstacle.Messages).Select(number => (Number: number, AtSink: SinkTries.Of(sink, obstacle.Sender(number)))).ToList();
            foreach (var (number, attempts) in tries)
            {
                (attempts.Count(attempt => attempt.IsAccepted), attempts[^1].IsAccepted).ShouldBe((1, true), $"{mta.Name}: {obstacle.Recipient(number)}");
            }

            var last = tries.MaxBy(message => message.AtSink[^1].At);
            BehaviourPage.ShouldHave(new RetryRow(
                mta.Name,
                relay.Version,
                obstacle.Name,
                $"{obstacle.Messages}, each once",
                Minutes(last.AtSink.Select(attempt => (attempt.At - last.AtSink[0].At) * Speed)),
                Minutes(mta.OwnTries(relay.Log, obstacle.Recipient(last.Number)))));
        }
    }

    private static async Task<SinkProcess> SubmitAsync(Relay relay)
    {
        var sink = await SinkProcess.StartAsync(
            PageText.Behaviour.Block($"time_scale = {Speed}"),
            SinkTries.Settings(Relay.SmarthostPort),
            relay.Host.Network.Inside(SinkProcess.OwnCommand),
            relay.Host.Network.CreateHttpClient());

        try
        {
            // The outage begins with the sink.
            foreach (var obstacle in Obstacles.Reverse())
            {
                for (var number = 0; number < obstacle.Messages; number++)
                {
                    await relay.SubmitAsync(obstacle.Sender(number), obstacle.Recipient(number));
                }

                await sink.CountsAsync(1, "smartsink_recipients_total", ("domain", obstacle.Domain), ("outcome", "tempfail"));
            }

            return sink;
        }
        catch
        {
            await sink.DisposeAsync();
            throw;
        }
    }

    private static string Minutes(IEnumerable<TimeSpan> times) => string.Join(", ", times.Select(time => Math.Round(time.TotalMinutes).ToString(CultureInfo.InvariantCulture)));

    private static IReadOnlyList<TimeSpan> TriesOfPostfix(string log, string recipient) =>
        [.. PostfixTry().Matches(log).Where(line => line.Groups[1].Value == recipient).Select(line => TimeSpan.FromSeconds(double.Parse(line.Groups[2].Value, CultureInfo.InvariantCulture)))];

    private static IReadOnlyList<TimeSpan> TriesOfExim(string log, string recipient)
    {
        var times = EximTry().Matches(log).Where(line => line.Groups[2].Value == recipient).Select(line => DateTime.Parse(line.Groups[1].Value, CultureInfo.InvariantCulture)).ToList();
        return [.. times.Select(time => time - times[0])];
    }

    private static IReadOnlyList<TimeSpan> TriesOfOpenSmtpd(string log, string recipient) =>
        [.. OpenSmtpdTry().Matches(log).Where(line => line.Groups[1].Value == recipient).Select(line => new TimeSpan(Part(line, 2), Part(line, 3), Part(line, 4), Part(line, 5)))];

    private static int Part(Match line, int group) => line.Groups[group].Success ? int.Parse(line.Groups[group].Value, CultureInfo.InvariantCulture) : 0;

    [GeneratedRegex(@"postfix/smtp\[\d+\]: \w+: to=<([^>]*)>, .*? delay=([\d.]+), ", RegexOptions.CultureInvariant, 60_000)]
    private static partial Regex PostfixTry();

    [GeneratedRegex(@"^(\S+ \S+) \S+ (?:=>|==) (\S+) ", RegexOptions.CultureInvariant | RegexOptions.Multiline, 60_000)]
    private static partial Regex EximTry();

    [GeneratedRegex(@" mta delivery .*? to=<([^>]*)> .*? delay=(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)? ", RegexOptions.CultureInvariant, 60_000)]
    private static partial Regex OpenSmtpdTry();

    private sealed record Obstacle(string Domain, string Name, int Messages)
    {
        public string Sender(int number) => $"{number}@{Domain}.client.example";

        public string Recipient(int number) => $"user{number}@{Domain}";
    }

    private sealed record RetryingMta(string Name, Func<Task<Relay>> StartAsync, Func<string, string, IReadOnlyList<TimeSpan>> OwnTries);
}
