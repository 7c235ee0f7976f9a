namespace SmartSink.Testing;

/// <summary>Where the repository is, seen from a test's output folder.</summary>
public static class RepositoryRoot
{
    /// <summary>The folder that holds SmartSink.sln.</summary>
    public static string Path { get; } = Find();

    /// <summary>A path below the repository's root.</summary>
    public static string Combine(params ReadOnlySpan<string> parts) => System.IO.Path.Combine([Path, .. parts]);

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "SmartSink.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"no SmartSink.sln above {AppContext.BaseDirectory}");
    }
}
