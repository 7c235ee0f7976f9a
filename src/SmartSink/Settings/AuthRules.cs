using SmartSink.Smtp.Auth;
using SmartSink.Smtp.Syntax;

namespace SmartSink.Settings;

/// <summary>What the settings of AUTH must be together.</summary>
internal static class AuthRules
{
    /// <summary>A line for each mistake.</summary>
    public static IEnumerable<string> ErrorsIn(SinkSettings settings)
    {
        if (settings.AuthFailPercent + settings.AuthTempFailPercent > 100)
        {
            yield return "SINK_AUTH_FAIL_PERCENT: more than 100 together with SINK_AUTH_TEMPFAIL_PERCENT";
        }

        foreach (var listener in settings.AllListeners.Where(listener => listener.Auth == AuthMode.Required && !CanOffer(listener) && !CanBeTold(listener)))
        {
            yield return $"SINK_AUTH: listener \"{listener.Name}\" requires what it cannot offer; AUTH needs TLS, SINK_AUTH_CLEARTEXT, or somebody in SINK_XCLIENT_NETWORKS";
        }
    }

    private static bool CanOffer(ListenerSettings listener) =>
        !IsHidden(listener, SmtpExtensions.Auth)
        && (listener.AuthCleartext || listener.Tls == TlsMode.Implicit || (listener.Tls == TlsMode.StartTls && !IsHidden(listener, SmtpExtensions.StartTls)));

    // LOGIN of XCLIENT is as good as AUTH.
    private static bool CanBeTold(ListenerSettings listener) => !listener.XclientNetworks.IsEmpty && !IsHidden(listener, SmtpExtensions.Xclient);

    private static bool IsHidden(ListenerSettings listener, SmtpExtensions extension) => (listener.HiddenExtensions & extension) != SmtpExtensions.None;
}
