using SmartSink.Testing;
using SmartSink.Testing.Processes;

namespace SmartSink.PeerBenchmarks.Sinks;

/// <summary>The C sources beside the benchmark, compiled with the machine's compiler.</summary>
internal static class FloorProgram
{
    /// <summary>Compiles it into a folder and returns the program's path.</summary>
    /// <exception cref="InvalidOperationException">There is no compiler, or it found a mistake.</exception>
    public static async Task<string> CompileAsync(TemporaryFolder folder)
    {
        var program = folder.Combine("floor");
        var source = Path.Combine(AppContext.BaseDirectory, "Sinks", "floor.c");
        var result = await Tool.RunAsync("cc", ["-O2", "-pthread", "-o", program, source]);
        return result.ExitCode == 0 ? program : throw new InvalidOperationException($"cc: {result}");
    }
}
