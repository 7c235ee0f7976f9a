using SmartSink.Settings;
using SmartSink.Settings.Values;
using SmartSink.Smtp.Auth;
using SmartSink.Smtp.Server;
using SmartSink.Smtp.Syntax;

namespace SmartSink.Tests.Settings;

public sealed class SettingRulesTests
{
    private const string Impossible = "SINK_AUTH: listener \"smtp\" requires AUTH but cannot offer it; AUTH needs TLS, SINK_AUTH_CLEARTEXT, or a client in SINK_XCLIENT_NETWORKS";

    [Theory]
    [InlineData(60, 40, true)]
    [InlineData(60, 40.1, false)]
    public void The_shares_of_failures_are_parts_of_one_whole(double refused, double later, bool fits) =>
        SettingRules.ErrorsIn(Settings() with { AuthFailPercent = (decimal)refused, AuthTempFailPercent = (decimal)later })
            .ShouldBe(fits ? [] : ["SINK_AUTH_FAIL_PERCENT: more than 100 together with SINK_AUTH_TEMPFAIL_PERCENT"]);

    [Theory]
    [InlineData(AuthMode.Required, "StartTls", false, SmtpExtensions.None, true)]
    [InlineData(AuthMode.Required, "Implicit", false, SmtpExtensions.StartTls, true)]
    [InlineData(AuthMode.Required, "Off", true, SmtpExtensions.None, true)]
    [InlineData(AuthMode.Optional, "Off", false, SmtpExtensions.None, true)]
    [InlineData(AuthMode.Required, "Off", false, SmtpExtensions.None, false)]
    [InlineData(AuthMode.Required, "StartTls", false, SmtpExtensions.StartTls, false)]
    [InlineData(AuthMode.Required, "StartTls", true, SmtpExtensions.Auth, false)]
    public void What_is_required_can_be_done(AuthMode mode, string tls, bool inClear, SmtpExtensions hidden, bool fits) =>
        SettingRules.ErrorsIn(Settings() with { Auth = mode, Tls = Enum.Parse<TlsMode>(tls), AuthCleartext = inClear, HiddenExtensions = hidden }).ShouldBe(fits ? [] : [Impossible]);

    [Theory]
    [InlineData(SmtpExtensions.None, true)]
    [InlineData(SmtpExtensions.Xclient, false)]
    public void A_client_may_be_told_to_have_authenticated(SmtpExtensions hidden, bool fits) =>
        SettingRules.ErrorsIn(Settings() with { Auth = AuthMode.Required, Tls = TlsMode.Off, XclientNetworks = NetworkList.Loopback, HiddenExtensions = hidden }).ShouldBe(fits ? [] : [Impossible]);

    [Fact]
    public void A_server_without_EHLO_has_no_AUTH() =>
        SettingRules.ErrorsIn(Settings() with { Auth = AuthMode.Required, AuthCleartext = true, HidesEhlo = true }).ShouldBe([Impossible]);

    [Theory]
    [InlineData(SmtpExtensions.StartTls, false)]
    [InlineData(SmtpExtensions.None, true)]
    public void Where_TLS_is_required_there_is_a_way_to_it(SmtpExtensions hidden, bool hidesEhlo)
    {
        var settings = Settings() with { TlsRequired = true, HiddenExtensions = hidden, HidesEhlo = hidesEhlo };
        SettingRules.ErrorsIn(settings).ShouldBe(["SINK_TLS_REQUIRED: listener \"smtp\" hides STARTTLS or EHLO, so nobody could send it mail"]);
        SettingRules.ErrorsIn(settings with { Tls = TlsMode.Implicit }).ShouldBeEmpty();
    }

    [Fact]
    public void LMTP_keeps_its_greeting() =>
        SettingRules.ErrorsIn(Settings() with { Protocol = MailProtocol.Lmtp, HidesEhlo = true })
            .ShouldBe(["SINK_HIDE: listener \"smtp\" speaks LMTP, which has no EHLO to hide: its clients say LHLO, and nothing else would be left"]);

    [Theory]
    [InlineData(OriginalDestination.On, ProxyMode.Off, true, TransportChoice.Epoll, "publishing a port replaces")]
    [InlineData(OriginalDestination.On, ProxyMode.V2, true, TransportChoice.Epoll, null)]
    [InlineData(OriginalDestination.Auto, ProxyMode.Off, true, TransportChoice.Epoll, null)]
    [InlineData(OriginalDestination.On, ProxyMode.Off, false, TransportChoice.Epoll, null)]
    [InlineData(OriginalDestination.On, ProxyMode.Off, false, TransportChoice.Sockets, "only the engine \"own\" with the transport epoll")]
    [InlineData(OriginalDestination.Auto, ProxyMode.Off, false, TransportChoice.Sockets, null)]
    internal void A_destination_is_asked_for_where_it_can_be_seen(OriginalDestination wanted, ProxyMode proxy, bool isContainer, TransportChoice transport, string? reason)
    {
        var errors = SettingRules.ErrorsIn(Settings() with { OriginalDestination = wanted, Proxy = proxy, IsOnContainerNetwork = isContainer, Transport = transport }).ToList();
        errors.Count.ShouldBe(reason is null ? 0 : 1);
        errors.ShouldAllBe(error => error.StartsWith("SINK_ORIGINAL_DESTINATION: listener \"smtp\" cannot see it: ") && error.Contains(reason!, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(OriginalDestination.On, ProxyMode.Off, false)]
    [InlineData(OriginalDestination.On, ProxyMode.V2, true)]
    [InlineData(OriginalDestination.Auto, ProxyMode.Off, true)]
    internal void A_Unix_socket_has_no_destination_but_a_proxys(OriginalDestination wanted, ProxyMode proxy, bool fits) =>
        SettingRules.ErrorsIn(Settings() with { OriginalDestination = wanted, Proxy = proxy, UnixSocket = "/run/a" }).ShouldBe(fits
            ? []
            : ["SINK_ORIGINAL_DESTINATION: listener \"smtp\" cannot see it: a connection to a Unix socket has no address that it was headed for; remove it, or put a proxy before the listener and set SINK_PROXY"]);

    [Fact]
    public void Each_listener_is_looked_at()
    {
        var settings = Settings();
        settings = settings with { Listeners = [settings.ToListener(), settings.ToListener() with { Name = "smtp", Tls = TlsMode.Off, Auth = AuthMode.Required }] };
        SettingRules.ErrorsIn(settings).ShouldBe([Impossible]);
    }

    private static SinkSettings Settings() => new() { StateFolder = "", Hostname = "mx.sink.test" };
}
