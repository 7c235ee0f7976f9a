namespace SmartSink.Policy.Loading;

/// <summary>A file's content, or why there is none.</summary>
/// <param name="Name">As diagnostics name it.</param>
/// <param name="Content">Its octets; null when it could not be read.</param>
/// <param name="Problem">Why not, as part of a sentence; null when it could.</param>
internal sealed record SourceFile(string Name, byte[]? Content, string? Problem)
{
    /// <summary>Reads a file. Whatever is wrong with it is a <see cref="Problem"/>.</summary>
    public static SourceFile Read(string path)
    {
        try
        {
            return Directory.Exists(path)
                ? new SourceFile(path, Content: null, "it is a folder")
                : new SourceFile(path, File.ReadAllBytes(path), Problem: null);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return new SourceFile(path, Content: null, "there is no such file");
        }
        catch (UnauthorizedAccessException)
        {
            return new SourceFile(path, Content: null, "permission denied");
        }
        catch (IOException e)
        {
            return new SourceFile(path, Content: null, e.Message);
        }
    }
}
