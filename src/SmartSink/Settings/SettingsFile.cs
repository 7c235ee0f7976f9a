using System.Text.Json;
using SmartSink.Shared;

namespace SmartSink.Settings;

/// <summary>appsettings.json: the weakest source, and the place of other libraries' sections.</summary>
internal static class SettingsFile
{
    /// <summary>The file's name.</summary>
    public const string Name = "appsettings.json";

    /// <summary>The section in which a setting may stand; it may as well stand at the top.</summary>
    public const string Section = "Sink";

    /// <summary>Reads the file from each folder that has one; a later folder's values go over an earlier one's.</summary>
    /// <exception cref="InvalidDataException">A file cannot be read or is not JSON; the message is one line that names it.</exception>
    public static IConfiguration Load(IReadOnlyList<string> folders)
    {
        var builder = new ConfigurationBuilder();
        foreach (var file in folders.Select(folder => Path.GetFullPath(Path.Combine(folder, Name))).Distinct().Where(File.Exists))
        {
            builder.AddConfiguration(LoadFile(file));
        }

        return builder.Build();
    }

    /// <summary>The text of a key, from the section before the top.</summary>
    public static string? ValueOf(IConfiguration files, string key) => files.GetSection(Section)[key] ?? files[key];

    /// <summary>What stands under a key, in the section and at the top.</summary>
    public static IEnumerable<IConfigurationSection> ChildrenOf(IConfiguration files, string key) =>
        files.GetSection(Section).GetSection(key).GetChildren().Concat(files.GetSection(key).GetChildren());

    private static IConfigurationRoot LoadFile(string file)
    {
        try
        {
            using var stream = new MemoryStream(RegularFile.ReadAllBytes(file, RegularFile.Megabyte), writable: false);
            return new ConfigurationBuilder().AddJsonStream(stream).Build();
        }
        catch (Exception exception) when (exception is JsonException or FormatException or FileException)
        {
            throw new InvalidDataException($"{file}: {exception.Message.ReplaceLineEndings(" ")}", exception);
        }
    }
}
