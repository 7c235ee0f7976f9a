using SmartSink.Smtp.Auth;
using SmartSink.Smtp.Server;
using SmartSink.Smtp.Syntax;

namespace SmartSink.Settings;

/// <summary>What settings must be together.</summary>
internal static class SettingRules
{
    /// <summary>A line for each mistake.</summary>
    public static IEnumerable<string> ErrorsIn(SinkSettings settings)
    {
        if (settings is { ApiToken: not null, ApiTokenFile: not null })
        {
            yield return "SINK_API_TOKEN_FILE: SINK_API_TOKEN is set, too, and only one of them can hold; remove one";
        }

        if (settings is { TlsKeyFile: not null, TlsCertificateFile: null })
        {
            yield return "SINK_TLS_KEY: needs SINK_TLS_CERT, which is not set";
        }

        foreach (var listener in settings.AllListeners.Where(listener => listener is { TlsRequired: true, Tls: TlsMode.Off }))
        {
            yield return $"SINK_TLS_REQUIRED: listener \"{listener.Name}\" has TLS off, so nobody could send it mail";
        }

        foreach (var listener in settings.AllListeners.Where(listener => listener is { TlsRequired: true, Tls: TlsMode.StartTls } && !CanStartTls(listener)))
        {
            yield return $"SINK_TLS_REQUIRED: listener \"{listener.Name}\" hides STARTTLS or EHLO, so nobody could send it mail";
        }

        foreach (var listener in settings.AllListeners.Where(listener => listener is { HidesEhlo: true, Protocol: MailProtocol.Lmtp }))
        {
            yield return $"SINK_HIDE: listener \"{listener.Name}\" speaks LMTP, which has no EHLO to hide: its clients say LHLO, and nothing else would be left";
        }

        foreach (var listener in settings.AllListeners.Where(listener => listener is { Protocol: MailProtocol.Lmtp, Port: 25, UnixSocket: null }))
        {
            yield return $"SINK_PROTOCOL: listener \"{listener.Name}\" speaks LMTP, which must not be served on port 25 (RFC 2033 section 5)";
        }

        foreach (var listener in settings.AllListeners.Where(listener => listener is { OriginalDestination: OriginalDestination.On, Proxy: ProxyMode.Off }))
        {
            if (listener.UnixSocket is not null)
            {
                yield return $"SINK_ORIGINAL_DESTINATION: listener \"{listener.Name}\" cannot see it: a connection to a Unix socket has no address that it was headed for; remove it, or put a proxy before the listener and set SINK_PROXY";
            }
            else if (settings.IsOnContainerNetwork)
            {
                yield return $"SINK_ORIGINAL_DESTINATION: listener \"{listener.Name}\" cannot see it: publishing a port replaces the destination by the container's address; run the container with --network host, or put a proxy before it and set SINK_PROXY";
            }
            else if (!settings.UsesEpoll || listener.Engine != SmtpEngine.Own)
            {
                yield return $"SINK_ORIGINAL_DESTINATION: listener \"{listener.Name}\" cannot see it: only the engine \"own\" with the transport epoll, on Linux, asks the kernel";
            }
        }

        if (settings.AuthFailPercent + settings.AuthTempFailPercent > 100)
        {
            yield return "SINK_AUTH_FAIL_PERCENT: more than 100 together with SINK_AUTH_TEMPFAIL_PERCENT";
        }

        if (settings.DefaultBouncePercent + settings.DefaultDeferPercent > 100)
        {
            yield return "SINK_DEFAULT_BOUNCE: more than 100 together with SINK_DEFAULT_DEFER";
        }

        foreach (var listener in settings.AllListeners.Where(listener => listener.Auth == AuthMode.Required && !CanOffer(listener) && !CanBeTold(listener)))
        {
            yield return $"SINK_AUTH: listener \"{listener.Name}\" requires AUTH but cannot offer it; AUTH needs TLS, SINK_AUTH_CLEARTEXT, or a client in SINK_XCLIENT_NETWORKS";
        }
    }

    private static bool CanOffer(ListenerSettings listener) =>
        !listener.HidesEhlo
        && !IsHidden(listener, SmtpExtensions.Auth)
        && (listener.AuthCleartext || listener.Tls == TlsMode.Implicit || CanStartTls(listener));

    private static bool CanStartTls(ListenerSettings listener) => listener.Tls == TlsMode.StartTls && !listener.HidesEhlo && !IsHidden(listener, SmtpExtensions.StartTls);

    // LOGIN of XCLIENT is as good as AUTH.
    private static bool CanBeTold(ListenerSettings listener) => !listener.XclientNetworks.IsEmpty && !IsHidden(listener, SmtpExtensions.Xclient);

    private static bool IsHidden(ListenerSettings listener, SmtpExtensions extension) => (listener.HiddenExtensions & extension) != SmtpExtensions.None;
}
