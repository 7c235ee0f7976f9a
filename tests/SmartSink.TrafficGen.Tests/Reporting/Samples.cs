using SmartSink.TrafficGen.Reporting;

namespace SmartSink.TrafficGen.Tests.Reporting;

/// <summary>A report in which every part has something.</summary>
internal static class Samples
{
    public static TrafficReport Report { get; } = new()
    {
        RunId = "run-1",
        Target = "localhost:2525",
        Concurrency = 400,
        Seed = 42,
        Started = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
        Seconds = 60.012,
        End = "complete",
        Messages = new MessageTotals(354_000, 3_000, 1, 12),
        Rate = RateFigures.Of(354_000, TimeSpan.FromSeconds(60)),
        Bytes = 21_240_000_000,
        Recipients = new OutcomeTotals(354_000, 2_000, 1_000),
        Answers = [new AnswerTotal("rcpt", 451, 2_000), new AnswerTotal("rcpt", 550, 1_000), new AnswerTotal("end_of_data", 250, 354_000)],
        Domains =
        [
            new DomainTotal("aol.com", new OutcomeTotals(4_000, 0, 0), [new AnswerTotal("end_of_data", 250, 4_000)], [], 0),
            new DomainTotal("gmail.com", new OutcomeTotals(350_000, 2_000, 1_000), [],
            [
                new ReplyTotal(451, "4.7.1 Try again later", 2_000),
                new ReplyTotal(550, $"5.1.1 The email account that you tried to reach\n5.1.1 does not exist\u001b[31m. {new string('x', 100)}", 990),
            ],
            10),
        ],
        Connections = 413,
        Faults = [new FaultTotal("closed", "mail", 12), new FaultTotal("service_closing", "connect", 1)],
        Latency =
        [
            new LatencyFigures { Stage = "connect", Count = 413, Min = 0.1, Mean = 0.2, P50 = 0.2, P75 = 0.3, P90 = 0.4, P95 = 0.5, P99 = 0.6, P999 = 0.7, Max = 0.8 },
            new LatencyFigures { Stage = "transaction", Count = 357_000, Min = 1.668, Mean = 16.534, P50 = 16.147, P75 = 20.191, P90 = 25.087, P95 = 28.335, P99 = 36.095, P999 = 53.343, Max = 1_195.583 },
        ],
    };
}
