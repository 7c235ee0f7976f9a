using System.Net;
using System.Security.Authentication;

namespace SmartSink.Tls;

/// <summary>The log lines of TLS, ids 150 to 199.</summary>
internal static partial class TlsLog
{
    [LoggerMessage(150, LogLevel.Debug, "Connection {Connection} from {Client} uses {Version}")]
    public static partial void HandshakeDone(this ILogger log, long connection, IPAddress client, SslProtocols version);

    [LoggerMessage(151, LogLevel.Debug, "TLS handshake of connection {Connection} from {Client} failed: {Cause}")]
    public static partial void HandshakeFailed(this ILogger log, long connection, IPAddress client, string cause);

    [LoggerMessage(152, LogLevel.Information, "TLS certificate in {File}: {Subject}, valid until {NotAfter:u}, SHA-1 {Thumbprint}")]
    public static partial void CertificateLoaded(this ILogger log, string file, string subject, DateTime notAfter, string thumbprint);

    [LoggerMessage(153, LogLevel.Information, "Created a TLS certificate and saved it to {File}")]
    public static partial void CertificateMade(this ILogger log, string file);

    [LoggerMessage(154, LogLevel.Warning, "Cannot save the new TLS certificate to {File}, so a restart will create another one: {Cause}")]
    public static partial void CertificateNotKept(this ILogger log, string file, string cause);

    [LoggerMessage(155, LogLevel.Warning, "Replacing the TLS certificate in {File}: {Cause}")]
    public static partial void CertificateReplaced(this ILogger log, string file, string cause);

    [LoggerMessage(156, LogLevel.Warning, "The TLS certificate in {File} is valid only from {NotBefore:u} to {NotAfter:u}")]
    public static partial void CertificateNotValid(this ILogger log, string file, DateTime notBefore, DateTime notAfter);

    [LoggerMessage(157, LogLevel.Information, "Changed TLS certificates are in force; names with a certificate of their own: {Names}")]
    public static partial void CertificatesApplied(this ILogger log, int names);

    [LoggerMessage(158, LogLevel.Error, "The changed TLS certificates were rejected; those in force stay: {Mistake}")]
    public static partial void CertificatesRejected(this ILogger log, string mistake);

    [LoggerMessage(159, LogLevel.Debug, "Connection {Connection} from {Client} presented the certificate of {Subject}")]
    public static partial void ClientCertificate(this ILogger log, long connection, IPAddress client, string subject);

    [LoggerMessage(161, LogLevel.Warning, "{File} is kept in memory only, so a restart will create another one: no folder for it is known; set SINK_STATE")]
    public static partial void NoStateFolder(this ILogger log, string file);

    [LoggerMessage(160, LogLevel.Debug, "Connection {Connection} from {Client} hits the TLS fault {Fault}")]
    public static partial void FaultMet(this ILogger log, long connection, IPAddress client, string fault);
}
