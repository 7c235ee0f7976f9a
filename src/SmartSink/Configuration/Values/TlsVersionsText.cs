using System.Security.Authentication;

namespace SmartSink.Configuration.Values;

/// <summary>TLS versions, separated by commas.</summary>
internal static class TlsVersionsText
{
    /// <summary>Reads 1.2, 1.3 or both.</summary>
    public static bool TryParse(string text, out SslProtocols value)
    {
        value = SslProtocols.None;
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            var version = part switch
            {
                "1.2" => SslProtocols.Tls12,
                "1.3" => SslProtocols.Tls13,
                _ => SslProtocols.None,
            };
            if (version == SslProtocols.None)
            {
                return false;
            }

            value |= version;
        }

        return true;
    }
}
