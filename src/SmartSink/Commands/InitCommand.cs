using System.Text;
using SmartSink.Hosting;
using SmartSink.Policy.Files;
using SmartSink.Settings;

namespace SmartSink.Commands;

/// <summary><c>smartsink init</c>: writes the built-in page and catalogue into a folder, where they can be edited.</summary>
internal static class InitCommand
{
    /// <summary>Writes all files; when one of them is there already, or cannot be written, none.</summary>
    public static int Run(string folder, TextWriter output, TextWriter error)
    {
        var targets = BuiltInFiles.All.ToDictionary(name => name, name => Path.Combine(folder, BuiltInFiles.PathOf(name)), StringComparer.Ordinal);
        if (targets.Values.FirstOrDefault(Path.Exists) is { } present)
        {
            error.WriteLine($"{present}: exists already, and init never overwrites a file; name another folder, or move the file away");
            return ExitCodes.Failure;
        }

        var written = new List<string>();
        try
        {
            foreach (var (name, target) in targets)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(target))!);
                using var file = new FileStream(target, FileMode.CreateNew, FileAccess.Write);
                written.Add(target);
                file.Write(ForDisk(name));
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            written.ForEach(File.Delete);
            error.WriteLine($"{folder}: nothing was written: {exception.Message}");
            return ExitCodes.Failure;
        }

        var page = targets[BuiltInFiles.MainFile];
        output.WriteLine($"{written.Count} files written. Edit {page}, try it with: smartsink check {page}");
        if (page != SinkSettings.DefaultPolicyFile)
        {
            output.WriteLine($"The sink uses it with SINK_DATA={page}");
        }

        return ExitCodes.Success;
    }

    /// <summary>A file; a page takes the catalogue from the files beside it.</summary>
    private static byte[] ForDisk(string name) => Encoding.UTF8.GetBytes(
        Encoding.UTF8.GetString(BuiltInFiles.Read(name)).Replace("include = [\"builtin:providers\"]", "include = [\"providers/*.toml\"]", StringComparison.Ordinal));
}
