using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using SmartSink.Policy;
using SmartSink.Policy.Files;
using SmartSink.Settings;
using SmartSink.Shared;

namespace SmartSink.Hosting;

/// <summary>
/// The last policy that was in force, kept in the state folder: a start whose files have a mistake goes on with it. Each main file has its own,
/// under a name that tells its hash, so that a start with the same policy has nothing to read or write.
/// </summary>
/// <param name="settings">Name the state folder, the policy's main file, and whose draws they are.</param>
/// <param name="clock">For the time of the reading.</param>
/// <param name="log">Told what goes wrong.</param>
internal sealed partial class KeptPolicy(SinkSettings settings, TimeProvider clock, ILogger<KeptPolicy> log)
{
    /// <summary>JSON of files that may have 64 MB.</summary>
    private const long MostBytes = 512 * RegularFile.Megabyte;

    private const int DigitsOfName = 16;
    private const string Extension = ".json";

    private readonly string _name =
        $"policy-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Path.GetFullPath(settings.PolicyFile))))[..DigitsOfName]}-";

    private readonly string? _folder = settings.StateFolder;

    /// <summary>Where a policy is kept; empty where nothing is.</summary>
    public string FileOf(PolicySnapshot policy) => _folder is null ? string.Empty : Path.Combine(_folder, _name + policy.Hash + Extension);

    /// <summary>Reads it; null when there is none, or none of use.</summary>
    public PolicySnapshot? Read() => Files().OrderByDescending(File.GetLastWriteTimeUtc).Select(Read).FirstOrDefault(policy => policy is not null);

    /// <summary>Keeps a policy, if it is not kept already, in the place of the one before it. What goes wrong is logged.</summary>
    public void Write(PolicySnapshot policy)
    {
        if (_folder is null)
        {
            return;
        }

        var file = FileOf(policy);
        try
        {
            if (!IsWhole(file))
            {
                PrivateFile.Write(file, JsonSerializer.SerializeToUtf8Bytes(policy.Texts, KeptJson.Default.IReadOnlyListPolicyText));
            }

            foreach (var other in Files().Where(other => other != file))
            {
                File.Delete(other);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            NotKept(log, file, exception.Message);
        }
    }

    // A file that somebody emptied or cut off is written anew. What else may be wrong with it, a start that needs it finds out.
    private static bool IsWhole(string file)
    {
        if (!File.Exists(file))
        {
            return false;
        }

        using var kept = File.OpenHandle(file);
        Span<byte> last = stackalloc byte[1];
        return RandomAccess.Read(kept, last, Math.Max(0, RandomAccess.GetLength(kept) - 1)) == 1 && last[0] == ']';
    }

    private string[] Files() =>
        Directory.Exists(_folder) ? Directory.GetFiles(_folder, _name + "*" + Extension) : [];

    private PolicySnapshot? Read(string file)
    {
        try
        {
            var kept = JsonSerializer.Deserialize(RegularFile.ReadAllBytes(file, MostBytes), KeptJson.Default.IReadOnlyListPolicyText);
            var result = kept is { Count: > 0 } ? PolicySource.Load(kept, settings, clock) : throw new JsonException("it holds no files");
            if (result.Snapshot is null)
            {
                Useless(log, file, string.Join("; ", result.Diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)));
            }

            return result.Snapshot;
        }
        catch (Exception exception) when (exception is FileException or JsonException)
        {
            Useless(log, file, exception.Message);
            return null;
        }
    }

    [LoggerMessage(215, LogLevel.Warning, "The policy kept in {File} cannot be used: {Cause}")]
    private static partial void Useless(ILogger log, string file, string cause);

    [LoggerMessage(228, LogLevel.Information, "Cannot keep the policy in {File}, so it will not be available to a start with mistakes in the policy files: {Cause}")]
    private static partial void NotKept(ILogger log, string file, string cause);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(IReadOnlyList<PolicyText>))]
internal sealed partial class KeptJson : JsonSerializerContext;
