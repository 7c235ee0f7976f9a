using System.Text;
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
        byte[] content = [];
        try
        {
            content = RegularFile.ReadAllBytes(file, RegularFile.Megabyte);
            using var stream = new MemoryStream(content, writable: false);
            return new ConfigurationBuilder().AddJsonStream(stream).Build();
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{file}{PlaceOf(exception, content)}: error: {TextOf(exception)}", exception);
        }
        catch (Exception exception) when (exception is FormatException or FileException)
        {
            throw new InvalidDataException($"{file}: {exception.Message.ReplaceLineEndings(" ")}", exception);
        }
    }

    /// <summary>Line and column from 1; the exception counts both from 0, and bytes of UTF-8 in the place of characters.</summary>
    private static string PlaceOf(JsonException exception, byte[] content)
    {
        using var reader = new StreamReader(new MemoryStream(content, writable: false));
        var line = reader.ReadToEnd().Split('\n').ElementAtOrDefault((int)(exception.LineNumber ?? 0)) ?? string.Empty;
        var bytes = Encoding.UTF8.GetBytes(line);
        var before = Encoding.UTF8.GetString(bytes, 0, (int)Math.Min(exception.BytePositionInLine ?? 0, bytes.Length));
        return $"({(exception.LineNumber ?? 0) + 1},{before.EnumerateRunes().Count() + 1})";
    }

    /// <summary>What is wrong, without the place.</summary>
    private static string TextOf(JsonException exception) => exception.Message.Split(" LineNumber:")[0].TrimEnd('.').ReplaceLineEndings(" ");
}
