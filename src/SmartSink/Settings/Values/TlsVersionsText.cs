using System.Security.Authentication;

namespace SmartSink.Settings.Values;

/// <summary>TLS versions, separated by commas.</summary>
internal static class TlsVersionsText
{
#pragma warning disable SYSLIB0039, CA5397 // Senders of the past still speak them, and are to be tried against something.
    private static readonly (string Text, SslProtocols Version)[] Versions =
    [
        ("1.0", SslProtocols.Tls),
        ("1.1", SslProtocols.Tls11),
        ("1.2", SslProtocols.Tls12),
        ("1.3", SslProtocols.Tls13),
    ];
#pragma warning restore SYSLIB0039, CA5397

    /// <summary>The versions' numbers, the oldest first.</summary>
    public static IReadOnlyList<string> Texts { get; } = [.. Versions.Select(known => known.Text)];

    /// <summary>A version's place in <see cref="Texts"/>; negative for none.</summary>
    public static int IndexOf(SslProtocols version) => Array.FindIndex(Versions, known => known.Version == version);

    /// <summary>Each of some versions by itself.</summary>
    public static IEnumerable<(string Text, SslProtocols Version)> Of(SslProtocols versions) =>
        Versions.Where(known => (versions & known.Version) != SslProtocols.None);

    /// <summary>Reads 1.0, 1.1, 1.2, 1.3 or several of them.</summary>
    public static bool TryParse(string text, out SslProtocols value)
    {
        value = SslProtocols.None;
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            var index = Array.FindIndex(Versions, known => known.Text == part);
            if (index < 0)
            {
                return false;
            }

            value |= Versions[index].Version;
        }

        return true;
    }
}
