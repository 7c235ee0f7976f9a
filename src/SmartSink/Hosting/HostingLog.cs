using System.Net;

namespace SmartSink.Hosting;

/// <summary>What is said about the process, ids 200 to 209.</summary>
internal static partial class HostingLog
{
    [LoggerMessage(200, LogLevel.Information, "SmartSink {Version} answers SMTP on {Smtp} and HTTP on {Http}; policy {Hash} has {Domains} domains and patterns")]
    public static partial void Started(this ILogger log, string version, string smtp, EndPoint http, string hash, int domains);

    [LoggerMessage(201, LogLevel.Critical, "SMTP listener failed; shutting down")]
    public static partial void ListenerFailed(this ILogger log, Exception exception);

    [LoggerMessage(202, LogLevel.Warning, "{Warning}")]
    public static partial void SettingsWarning(this ILogger log, string warning);

    [LoggerMessage(203, LogLevel.Information, "The limit of {Limit} open files leaves room for {Connections} SMTP connections, not for {Wanted}")]
    public static partial void ConnectionsLimited(this ILogger log, int? limit, int connections, int wanted);
}
