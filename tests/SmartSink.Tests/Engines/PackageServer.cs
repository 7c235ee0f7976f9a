using SmartSink.Connections;
using SmartSink.Engines;
using SmartSink.Settings;

namespace SmartSink.Tests.Engines;

/// <summary>Servers whose listeners are the SmtpServer package's.</summary>
internal static class PackageServer
{
    public static IListener Engine(ListenerSettings settings, ListenerContext context) => new PackageListener(settings, context);
}
