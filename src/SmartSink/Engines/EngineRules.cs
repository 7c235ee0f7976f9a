using SmartSink.Settings;
using SmartSink.Smtp.Auth;
using SmartSink.Smtp.Server;
using SmartSink.Smtp.Syntax;

namespace SmartSink.Engines;

/// <summary>What the package cannot do, so that a listener that asks for it is refused before it listens. The same stands in docs/engines.md.</summary>
internal static class EngineRules
{
    /// <summary>A line for each setting of a listener with the package's engine that only our own honours.</summary>
    public static IEnumerable<string> ErrorsIn(SinkSettings settings) =>
        from listener in settings.AllListeners
        where listener.Engine == SmtpEngine.SmtpServer
        from lack in LacksOf(listener)
        select $"{lack.Key}: listener \"{listener.Name}\" has the engine smtpserver, which does not support {lack.What}; remove it or set SINK_ENGINE to own";

    private static IEnumerable<(string Key, string What)> LacksOf(ListenerSettings listener)
    {
        if (listener.Protocol == MailProtocol.Lmtp)
        {
            yield return ("SINK_PROTOCOL", "LMTP");
        }

        if (!listener.XclientNetworks.IsEmpty)
        {
            yield return ("SINK_XCLIENT_NETWORKS", "XCLIENT");
        }

        if (listener.Strict)
        {
            yield return ("SINK_STRICT", "strict addresses");
        }

        foreach (var (extension, keyword) in ExtensionKeywords.All)
        {
            if ((extension & listener.AddedExtensions & ~PackageEngine.Extensions) != SmtpExtensions.None)
            {
                yield return ("SINK_EXTENSIONS", keyword);
            }
        }

        // The default is every mechanism there is; of those the package's are offered. Whoever names others wants them.
        if (listener.Auth != AuthMode.Off && !ReferenceEquals(listener.AuthMechanisms, AuthMechanisms.All))
        {
            foreach (var mechanism in listener.AuthMechanisms.Except(PackageEngine.Mechanisms))
            {
                yield return ("SINK_AUTH_MECHANISMS", AuthMechanisms.NameOf(mechanism));
            }
        }
    }
}
