using System.Text.RegularExpressions;

namespace SmartSink.Smtp.Tests.Server;

/// <summary>Patterns.</summary>
internal static partial class Regexes
{
    /// <summary>What differs from one run to the next.</summary>
    [GeneratedRegex("(?<=taken as )[0-9A-Z]{13}")]
    public static partial Regex Id();

    /// <summary>A challenge of CRAM-MD5, which is never the same.</summary>
    [GeneratedRegex("334 P[DG][A-Za-z0-9+/=]{40,}")]
    public static partial Regex Challenge();
}
