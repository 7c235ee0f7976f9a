using System.Text.RegularExpressions;

namespace SmartSink.Smtp.Tests.Server;

/// <summary>Patterns.</summary>
internal static partial class Regexes
{
    /// <summary>What differs from one run to the next.</summary>
    [GeneratedRegex("(?<=taken as )[0-9A-Z]{13}")]
    public static partial Regex Id();
}
