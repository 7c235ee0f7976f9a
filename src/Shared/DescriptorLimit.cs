using System.Globalization;

namespace SmartSink.Shared;

/// <summary>
/// How many connections the process's limit on open files leaves room for. Without a single descriptor left the runtime can neither
/// load an assembly nor start a thread and ends the process, and a web server's accept loop spins; so SMTP must never take the last ones.
/// </summary>
internal static class DescriptorLimit
{
    /// <summary>Descriptors kept from SMTP: the runtime's own (about two hundred), HTTP, and files that are read meanwhile.</summary>
    public const int Reserve = 384;

    /// <summary>The lowest limit that leaves room for a connection.</summary>
    public const int Least = Reserve + 1;

    private const string Limits = "/proc/self/limits";
    private const string Title = "Max open files";

    /// <summary>The process's limit on open files; null where there is none or the system does not tell.</summary>
    public static int? Read() => File.Exists(Limits) ? Find(File.ReadLines(Limits)) : null;

    /// <summary>The soft limit among the lines of <c>/proc/self/limits</c>; null when it is not there or unlimited.</summary>
    public static int? Find(IEnumerable<string> lines) =>
        lines.FirstOrDefault(line => line.StartsWith(Title, StringComparison.Ordinal)) is { } line
        && int.TryParse(line[Title.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0], CultureInfo.InvariantCulture, out var limit)
            ? limit
            : null;

    /// <summary>The wanted number of connections, or as many as the limit leaves room for; at least one.</summary>
    public static int Connections(int wanted, int? limit) => limit is { } descriptors ? Math.Clamp(descriptors - Reserve, 1, wanted) : wanted;
}
