namespace SmartSink.Testing;

/// <summary>A folder of one test's own, gone with it.</summary>
public sealed class TemporaryFolder : IDisposable
{
    /// <summary>Its full path.</summary>
    public string Path { get; } = Directory.CreateTempSubdirectory("smartsink-test-").FullName;

    /// <summary>A path inside it.</summary>
    public string Combine(params ReadOnlySpan<string> parts) => System.IO.Path.Combine([Path, .. parts]);

    /// <summary>Writes a file inside it, making its folder, and returns the full path.</summary>
    public string Write(string name, string text)
    {
        var file = Combine(name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
        return file;
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(Path, recursive: true);
}
