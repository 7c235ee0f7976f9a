using System.Net;
using System.Security.Authentication;

namespace SmartSink.Tls;

/// <summary>The log lines of TLS, ids 150 to 199.</summary>
internal static partial class TlsLog
{
    [LoggerMessage(150, LogLevel.Debug, "Connection {Connection} from {Client} speaks {Version}")]
    public static partial void HandshakeDone(this ILogger log, long connection, IPAddress client, SslProtocols version);

    [LoggerMessage(151, LogLevel.Debug, "TLS handshake of connection {Connection} from {Client} failed: {Cause}")]
    public static partial void HandshakeFailed(this ILogger log, long connection, IPAddress client, string cause);

    [LoggerMessage(152, LogLevel.Information, "TLS certificate of {File}: {Subject}, valid until {NotAfter:u}, SHA-1 {Thumbprint}")]
    public static partial void CertificateLoaded(this ILogger log, string file, string subject, DateTime notAfter, string thumbprint);

    [LoggerMessage(153, LogLevel.Information, "A TLS certificate was made and kept in {File}")]
    public static partial void CertificateMade(this ILogger log, string file);

    [LoggerMessage(154, LogLevel.Warning, "The TLS certificate that was made cannot be kept in {File} and will be another one after a restart: {Cause}")]
    public static partial void CertificateNotKept(this ILogger log, string file, string cause);

    [LoggerMessage(155, LogLevel.Warning, "The TLS certificate kept in {File} is of no use and is replaced: {Cause}")]
    public static partial void CertificateReplaced(this ILogger log, string file, string cause);

    [LoggerMessage(156, LogLevel.Warning, "The TLS certificate of {File} is valid from {NotBefore:u} to {NotAfter:u} only")]
    public static partial void CertificateNotValid(this ILogger log, string file, DateTime notBefore, DateTime notAfter);

    [LoggerMessage(157, LogLevel.Information, "Changed TLS certificates are in force, {Names} names have one of their own")]
    public static partial void CertificatesApplied(this ILogger log, int names);

    [LoggerMessage(158, LogLevel.Error, "The changed TLS certificates are not used, those in force stay: {Mistake}")]
    public static partial void CertificatesRejected(this ILogger log, string mistake);

    [LoggerMessage(159, LogLevel.Debug, "Connection {Connection} from {Client} showed the certificate of {Subject}")]
    public static partial void ClientCertificate(this ILogger log, long connection, IPAddress client, string subject);

    [LoggerMessage(160, LogLevel.Debug, "Connection {Connection} from {Client} meets the TLS fault {Fault}")]
    public static partial void FaultMet(this ILogger log, long connection, IPAddress client, string fault);
}
