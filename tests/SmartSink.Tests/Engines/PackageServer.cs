using SmartSink.Connections;
using SmartSink.Engines;
using SmartSink.Settings;
using SmartSink.Smtp.Server;

namespace SmartSink.Tests.Engines;

/// <summary>Servers whose listeners have the SmtpServer package for their engine.</summary>
internal static class PackageServer
{
    public static ISessionEngine Engine(ListenerSettings settings, SmtpSessionOptions options) => new PackageEngine(options);
}
