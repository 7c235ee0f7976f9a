using SmartSink.Connections;
using SmartSink.Engines;
using SmartSink.Settings;

namespace SmartSink.Tests.Engines;

/// <summary>Servers whose listeners have the SmtpServer package for their engine.</summary>
internal static class PackageServer
{
    public static EngineKind Engine(ListenerSettings settings) => PackageEngine.Kind;
}
