using SmartSink.Configuration;
using SmartSink.Smtp.Server;

namespace SmartSink.Listening;

/// <summary>From a listener's settings to what its sessions go by.</summary>
internal static class DialogOptions
{
    /// <summary>Names and limits of the listener's dialogs.</summary>
    public static SmtpSessionOptions Of(ListenerSettings listener) => new()
    {
        Hostname = listener.Hostname,
        Banner = listener.Banner,
        MaxMessageSize = listener.MaxMessageSize,
        MaxRecipients = listener.MaxRecipients,
        MaxMessages = listener.MaxMessages,
        MaxErrors = listener.MaxErrors,
        OfferStartTls = listener.Tls == TlsMode.StartTls,
        IdleTimeout = listener.IdleTimeout,
        TransactionTimeout = listener.TransactionTimeout,
        MinDataRate = listener.MinDataRate,
    };
}
