using SmartSink.Testing;
using SmartSink.Testing.Processes;

namespace SmartSink.EndToEnd.Tests.Compatibility;

/// <summary>Debian's packages: those that lie in artifacts/debian to be unpacked, and those that are installed.</summary>
internal static class DebianPackages
{
    private static readonly string Folder = RepositoryRoot.Combine("artifacts", "debian");

    /// <summary>The file of a package; the test is skipped if it is not there.</summary>
    public static string FileOf(string package)
    {
        var file = Directory.Exists(Folder) ? Directory.EnumerateFiles(Folder, package + "_*.deb").Order(StringComparer.Ordinal).LastOrDefault() : null;
        Assert.SkipWhen(file is null, $"artifacts/debian has no package {package}: apt-get download {package}");
        return file;
    }

    /// <summary>The version of a package that is to be unpacked, as its authors count.</summary>
    public static string VersionOf(string package) => Upstream(Path.GetFileName(FileOf(package)).Split('_')[1].Replace("%3a", ":", StringComparison.Ordinal));

    /// <summary>The version of a package that is installed, as its authors count.</summary>
    public static async Task<string> InstalledVersionAsync(string package)
    {
        var result = await Tool.RunAsync("dpkg-query", ["-W", "-f", "${Version}", package]);
        Assert.SkipUnless(result.ExitCode == 0, $"this machine has no package {package}");
        return Upstream(result.Output);
    }

    // Debian's version is [epoch:]upstream[-revision].
    private static string Upstream(string version)
    {
        var from = version.IndexOf(':', StringComparison.Ordinal) + 1;
        var to = version.LastIndexOf('-');
        return to < 0 ? version[from..] : version[from..to];
    }
}
