namespace SmartSink.Testing.Processes;

/// <summary>
/// The programs under test: those that were built with the test, or the published ones, native as the image has them, in the folder
/// that the variable SMARTSINK_PROGRAMS names.
/// </summary>
public static class BuiltProgram
{
    private static readonly string? Folder = Environment.GetEnvironmentVariable("SMARTSINK_PROGRAMS");

    /// <summary>The command that runs a program, without arguments.</summary>
    /// <param name="name"><c>smartsink</c> or <c>traffic-gen</c>.</param>
    /// <exception cref="FileNotFoundException">It is neither beside the test nor in that folder.</exception>
    public static IReadOnlyList<string> Command(string name)
    {
        var file = string.IsNullOrEmpty(Folder) ? Path.Combine(AppContext.BaseDirectory, name + ".dll") : Path.GetFullPath(Path.Combine(Folder, name));
        if (!File.Exists(file))
        {
            throw new FileNotFoundException($"{name} is not built: {file}", file);
        }

        return CommandOf(file);
    }

    /// <summary>The command that runs the program in a file, an assembly or a published program.</summary>
    public static IReadOnlyList<string> CommandOf(string file) =>
        file.EndsWith(".dll", StringComparison.Ordinal) ? ["dotnet", Path.GetFullPath(file)] : [Path.GetFullPath(file)];
}
