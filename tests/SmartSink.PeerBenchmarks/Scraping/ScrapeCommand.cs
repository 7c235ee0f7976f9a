using System.CommandLine;
using System.Diagnostics;
using System.Net.Mail;
using System.Text;
using SmartSink.PeerBenchmarks.Measuring;
using SmartSink.PeerBenchmarks.Reporting;
using SmartSink.PeerBenchmarks.Sinks;

namespace SmartSink.PeerBenchmarks.Scraping;

/// <summary><c>scrape</c>: the cost of reading /metrics when all configured domains have counts.</summary>
internal static class ScrapeCommand
{
    private static readonly Option<int> Rounds = new("--rounds") { Description = "Scrapes, after as many that are not counted", DefaultValueFactory = _ => 100 };

    private static readonly Option<int> Domains = new("--domains") { Description = "Configured domains, at most 1,000: one message goes to them all", DefaultValueFactory = _ => 1000 };

    /// <summary>Makes the sub-command.</summary>
    public static Command Create() =>
        BenchmarkCommand.Create("scrape", "Time and processor time of one scrape of /metrics", RunAsync, Rounds, Domains);

    private static async Task RunAsync(ParseResult line, CancellationToken cancellation)
    {
        var domains = Enumerable.Range(0, line.GetRequiredValue(Domains)).Select(index => $"domain-{index:D4}.test").ToArray();
        var rounds = line.GetRequiredValue(Rounds);
        var report = new Report("scrape", "domains", "page kB", "median ms", "lowest ms", "highest ms", "CPU ms");
        await using var sink = await ServerCommand.Read(line).StartAsync(Policy(domains));
        await SendAsync(sink.SmtpPort, domains, cancellation);

        using var client = new HttpClient();
        var page = new Uri(sink.Http, "/metrics");
        var text = await client.GetStringAsync(page, cancellation);
        foreach (var domain in domains.Where(domain => !text.Contains($"\"{domain}\"", StringComparison.Ordinal)))
        {
            throw new InvalidOperationException($"{domain} has no counts");
        }

        await ScrapeAsync(client, page, rounds, cancellation);
        var before = ProcessReading.Of(sink.Id);
        var times = await ScrapeAsync(client, page, rounds, cancellation);
        var processor = ProcessReading.Of(sink.Id).Processor - before.Processor;
        report.Add(domains.Length, text.Length / 1e3, Median.Of(times), times.Min(), times.Max(), processor.TotalMilliseconds / rounds);
        await report.WriteAsync(line);
    }

    private static string Policy(string[] domains)
    {
        var text = new StringBuilder(ServerCommand.AcceptAllPolicy);
        foreach (var domain in domains)
        {
            text.AppendLine($"[domain.\"{domain}\"]\nbounce = 0");
        }

        return text.ToString();
    }

    private static async Task SendAsync(int port, string[] domains, CancellationToken cancellation)
    {
        using var mail = new MailMessage { From = new MailAddress("sender@source.test"), Body = "to all" };
        foreach (var domain in domains)
        {
            mail.To.Add($"recipient@{domain}");
        }

        using var client = new SmtpClient("127.0.0.1", port);
        await client.SendMailAsync(mail, cancellation);
    }

    private static async Task<List<double>> ScrapeAsync(HttpClient client, Uri page, int rounds, CancellationToken cancellation)
    {
        var times = new List<double>(rounds);
        for (var round = 0; round < rounds; round++)
        {
            var started = Stopwatch.GetTimestamp();
            await client.GetByteArrayAsync(page, cancellation);
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        return times;
    }
}
