using SmartSink.Settings;
using SmartSink.Smtp.Auth;
using SmartSink.Smtp.Server;
using SmartSink.Smtp.Syntax;

namespace SmartSink.Connections;

/// <summary>From a listener's settings to what its sessions go by.</summary>
internal static class DialogOptions
{
    /// <summary>Names and limits of the listener's dialogs.</summary>
    /// <param name="listener">The settings.</param>
    /// <param name="judge">Who decides about those that authenticate.</param>
    /// <param name="xclient">Whether the client may speak for others by XCLIENT.</param>
    public static SmtpSessionOptions Of(ListenerSettings listener, ICredentialJudge judge, bool xclient = false) => new()
    {
        Protocol = listener.Protocol,
        Hostname = listener.Hostname,
        Banner = listener.Banner,
        MaxMessageSize = listener.MaxMessageSize,
        MaxRecipients = listener.MaxRecipients,
        MaxMessages = listener.MaxMessages,
        MaxErrors = listener.MaxErrors,
        OfferStartTls = listener.Tls == TlsMode.StartTls,
        Extensions = (SmtpExtensions.Default | listener.AddedExtensions | (xclient ? SmtpExtensions.Xclient : SmtpExtensions.None)) & ~listener.HiddenExtensions,
        Auth = new AuthOptions { Mode = listener.Auth, AllowCleartext = listener.AuthCleartext, Mechanisms = listener.AuthMechanisms, Judge = judge },
        RequireTls = listener.TlsRequired,
        IdleTimeout = listener.IdleTimeout,
        TransactionTimeout = listener.TransactionTimeout,
        MinDataRate = listener.MinDataRate,
    };
}
