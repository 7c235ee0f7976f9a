using System.Diagnostics;

namespace SmartSink.Testing.Processes;

/// <summary>Programs of the machine: whether they are there, and running one to its end.</summary>
public static class Tool
{
    /// <summary>Debian keeps mail servers' programs outside an ordinary user's PATH.</summary>
    private static readonly string[] ExtraFolders = ["/usr/sbin", "/sbin", "/usr/local/sbin"];

    /// <summary>The full path of a program, or null when the machine has none of that name.</summary>
    public static string? Find(string name)
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(':', StringSplitOptions.RemoveEmptyEntries);
        return folders.Concat(ExtraFolders).Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
    }

    /// <summary>Runs a program to its end.</summary>
    /// <param name="name">Its name or path.</param>
    /// <param name="arguments">Its arguments, each passed as it is.</param>
    /// <param name="input">Text for its standard input, or null for none.</param>
    /// <param name="environment">Variables to add.</param>
    /// <param name="folder">The working directory, or null for the test's own.</param>
    /// <param name="timeout">After this long the program is ended and the call fails; five minutes unless told.</param>
    /// <exception cref="TimeoutException">The program did not end in time.</exception>
    public static async Task<ToolResult> RunAsync(
        string name,
        IEnumerable<string> arguments,
        string? input = null,
        IReadOnlyDictionary<string, string>? environment = null,
        string? folder = null,
        TimeSpan? timeout = null)
    {
        var start = new ProcessStartInfo(Find(name) ?? name, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = folder ?? string.Empty,
        };
        foreach (var (key, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[key] = value;
        }

        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{name} did not start");
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        try
        {
            await process.StandardInput.WriteAsync(input ?? string.Empty);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // A program may end without having read what it was to be told.
        }

        using var limit = new CancellationTokenSource(timeout ?? TimeSpan.FromMinutes(5));
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{name} {string.Join(' ', start.ArgumentList)} did not end in time\n{await output}\n{await error}");
        }

        return new ToolResult(process.ExitCode, await output, await error);
    }
}
