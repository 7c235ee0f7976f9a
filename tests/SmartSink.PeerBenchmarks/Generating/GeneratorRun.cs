using System.Globalization;
using SmartSink.Testing.Processes;

namespace SmartSink.PeerBenchmarks.Generating;

/// <summary>One run of a generator, from its start to its end.</summary>
/// <param name="ProcessorPerMessage">The generator's own processor time, in microseconds, its start included.</param>
/// <param name="MessagesPerSecond">By its whole duration.</param>
internal sealed record GeneratorRun(double ProcessorPerMessage, double MessagesPerSecond)
{
    /// <summary>The shell's own words for user, system and elapsed time, in seconds.</summary>
    private const string Script = "TIMEFORMAT='%3U %3S %3R'; time \"$@\" 2>&1";

    /// <summary>Runs it against a sink that accepts everything.</summary>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public static async Task<GeneratorRun> MeasureAsync(ILoadGenerator generator, int port, GeneratorLoad load)
    {
        var result = await Tool.RunAsync("bash", ["-c", Script, "bash", .. generator.Command(port, load)], timeout: TimeSpan.FromMinutes(10));
        if (result.ExitCode != 0)
        {
            throw new InvalidOperationException($"{generator.Name}: {result}");
        }

        double[] times = [.. result.Error.Trim().Split(' ').Select(time => double.Parse(time, CultureInfo.InvariantCulture))];
        return new GeneratorRun((times[0] + times[1]) * 1e6 / load.Messages, load.Messages / times[2]);
    }
}
