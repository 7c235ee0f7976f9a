using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using SmartSink.PeerBenchmarks.Clients;
using SmartSink.PeerBenchmarks.Measuring;
using SmartSink.PeerBenchmarks.Reporting;
using SmartSink.PeerBenchmarks.Sinks;

namespace SmartSink.PeerBenchmarks.Delayed;

/// <summary><c>delayed</c>: what connections cost whose reply waits, beside the same ones idle, and how late the replies come.</summary>
internal static class DelayedCommand
{
    private const int WarmUp = 200;

    // In milliseconds; what is later than the last is counted, too.
    private static readonly double[] Bounds = [1, 2, 5, 10, 20, 50, 100];

    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(15);

    private static readonly Option<int> Connections = new("--connections")
    {
        Description = "Connections that wait at the same time; each costs a file descriptor here and one in the sink",
        DefaultValueFactory = _ => 18_000,
    };

    private static readonly Option<int> Seconds = new("--delay") { Description = "Seconds for which each reply waits", DefaultValueFactory = _ => 60 };

    private static readonly Option<int> Spread = new("--spread") { Description = "Seconds over which the commands are sent, evenly", DefaultValueFactory = _ => 20 };

    /// <summary>Makes the sub-command.</summary>
    public static Command Create() => BenchmarkCommand.Create(
        "delayed", "Memory of connections whose reply waits, and lateness of the replies", RunAsync, Connections, Seconds, Spread);

    private static async Task RunAsync(ParseResult line, CancellationToken cancellation)
    {
        var (count, delay) = (line.GetRequiredValue(Connections), TimeSpan.FromSeconds(line.GetRequiredValue(Seconds)));
        var report = new Report("delayed", "state", "connections", "anonymous RSS bytes each", "÷ after MAIL");
        var policy = string.Create(CultureInfo.InvariantCulture, $"{ServerCommand.AcceptAllPolicy}[domain.\"slow.test\".delay]\nrcpt = \"{delay.TotalSeconds}s\"\n");
        await using var server = new SmartSinkServer(await ServerCommand.Read(line).StartAsync(policy));
        HeldConnections.Open(server.Port, WarmUp, tls: false).Dispose();
        await Task.Delay(Settling, cancellation);
        var before = ProcessReading.Of(server.ProcessId);
        using var held = HeldConnections.Open(server.Port, count, tls: false);
        await ReadAsync("after EHLO");
        foreach (var client in held.Clients)
        {
            client.BeginTransaction();
        }

        var idle = await ReadAsync("after MAIL");
        var answers = await SayAsync(held, TimeSpan.FromSeconds(line.GetRequiredValue(Spread)), cancellation);
        await ReadAsync("waiting for the reply to RCPT", idle);
        if (answers.Exists(answer => answer.Seen.IsCompleted))
        {
            throw new InvalidOperationException("a reply came before the memory was read: give a longer --delay");
        }

        var lateness = new List<double>(count);
        foreach (var (said, seen) in answers)
        {
            lateness.Add((Stopwatch.GetElapsedTime(said, await seen) - delay).TotalMilliseconds);
        }

        AddLateness(report, lateness);
        await report.WriteAsync(line);

        async Task<double> ReadAsync(string state, double? idle = null)
        {
            await Task.Delay(Settling, cancellation);
            var each = (double)(ProcessReading.Of(server.ProcessId).Anonymous - before.Anonymous) / count;
            report.Add(state, count, each, idle is { } other ? each / other : string.Empty);
            return each;
        }
    }

    private static async Task<List<(long Said, Task<long> Seen)>> SayAsync(HeldConnections held, TimeSpan spread, CancellationToken cancellation)
    {
        var answers = new List<(long Said, Task<long> Seen)>(held.Clients.Count);
        var start = Stopwatch.GetTimestamp();
        foreach (var client in held.Clients)
        {
            var due = spread * answers.Count / held.Clients.Count;
            if (due - Stopwatch.GetElapsedTime(start) is { Ticks: > TimeSpan.TicksPerMillisecond } early)
            {
                await Task.Delay(early, cancellation);
            }

            var seen = client.WhenAnswered();
            var said = Stopwatch.GetTimestamp();
            client.Send("RCPT TO:<recipient@slow.test>\r\n"u8);
            answers.Add((said, seen));
        }

        return answers;
    }

    private static void AddLateness(Report report, List<double> lateness)
    {
        lateness.Sort();
        var table = report.AddTable("lateness", "replies", "first ms", "p50 ms", "p90 ms", "p99 ms", "p99.9 ms", "last ms");
        table.Add(lateness.Count, lateness[0], Percentile.Of(lateness, 0.5), Percentile.Of(lateness, 0.9), Percentile.Of(lateness, 0.99), Percentile.Of(lateness, 0.999), lateness[^1]);
        var histogram = report.AddTable("histogram", "up to ms", "replies", "share %");
        foreach (var bound in Bounds)
        {
            var within = lateness.Count(late => late <= bound);
            histogram.Add(bound, within, 100.0 * within / lateness.Count);
        }
    }
}
