using SmartSink.Settings;
using SmartSink.Smtp.Auth;
using SmartSink.Smtp.Server;
using SmartSink.Smtp.Syntax;

namespace SmartSink.Engines;

/// <summary>What the package cannot do, so that a listener that asks for it is refused before it listens. The same stands in docs/engines.md.</summary>
internal static class EngineRules
{
    /// <summary>The settings of a listener that only our own engine honours, as <c>Protocol=lmtp</c>.</summary>
    public static IEnumerable<string> NotHonoured(ListenerSettings listener)
    {
        if (listener.Protocol == MailProtocol.Lmtp)
        {
            yield return "Protocol=lmtp";
        }

        if (listener.Proxy != ProxyMode.Off)
        {
            yield return $"Proxy={Word(listener.Proxy)}";
        }

        if (!listener.XclientNetworks.IsEmpty)
        {
            yield return "XclientNetworks";
        }

        if (listener.Strict)
        {
            yield return "Strict=on";
        }

        if (listener.TlsFaults.Faults.Any())
        {
            yield return "TlsFaults";
        }

        if (listener.TlsClientCertificate != ClientCertificateMode.Off)
        {
            yield return $"TlsClientCert={Word(listener.TlsClientCertificate)}";
        }

        foreach (var (extension, keyword) in ExtensionKeywords.All.Where(known => (known.Extension & listener.AddedExtensions & ~PackageReplies.Extensions) != SmtpExtensions.None))
        {
            yield return $"Extensions={keyword}";
        }

        // The default is every mechanism there is; of those the package's are offered. Whoever names others wants them.
        foreach (var mechanism in listener.Auth == AuthMode.Off || ReferenceEquals(listener.AuthMechanisms, AuthMechanisms.All) ? [] : listener.AuthMechanisms.Except(PackageReplies.Mechanisms))
        {
            yield return $"AuthMechanisms={AuthMechanisms.NameOf(mechanism)}";
        }
    }

    private static string Word<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
