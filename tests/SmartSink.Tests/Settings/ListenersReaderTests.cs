using System.Net;
using System.Text;
using Microsoft.Extensions.Configuration;
using SmartSink.Settings;

namespace SmartSink.Tests.Settings;

public sealed class ListenersReaderTests
{
    private static readonly Dictionary<string, string> Nothing = [];

    public static TheoryData<string> Keys => [.. SettingCatalog.OfListener.Select(setting => setting.Key)];

    [Fact]
    public void Without_a_list_the_process_is_the_one_listener()
    {
        var settings = Read("""{ "Port": 26, "StartTls": false }""").Settings!;

        settings.Listeners.ShouldBeEmpty();
        settings.AllListeners.ShouldHaveSingleItem().ShouldBe(
            new ListenerSettings { Name = "smtp", Hostname = settings.Hostname, Port = 26, Tls = TlsMode.Off });
    }

    [Fact]
    public void A_listener_has_its_own_values_and_the_rest_from_the_process()
    {
        var settings = Read("""
            { "MaxErrors": 7, "MaxMessages": 8, "Sink": { "Listeners": [
                { "Name": "smtp", "Port": 25 },
                { "Port": 465, "Listen": "127.0.0.1", "Tls": "Implicit", "MaxErrors": 3, "Hostname": "mx.example" } ] } }
            """).Settings!;

        settings.Listeners.Count.ShouldBe(2);
        var (first, second) = (settings.Listeners[0], settings.Listeners[1]);
        (first.Name, first.Port, first.Tls, first.MaxErrors, first.MaxMessages).ShouldBe(("smtp", 25, TlsMode.StartTls, 7, 8));
        (second.Name, second.Port, second.Tls, second.MaxErrors, second.MaxMessages).ShouldBe(("listener1", 465, TlsMode.Implicit, 3, 8));
        (second.Hostname, second.ListenAddress).ShouldBe(("mx.example", IPAddress.Loopback));
        settings.AllListeners.ShouldBe(settings.Listeners);
    }

    [Fact]
    public void The_environment_goes_over_the_file_key_by_key_and_adds_to_the_list()
    {
        var settings = Read(
            """{ "Listeners": [ { "Name": "a", "Port": 1, "MaxErrors": 1 } ] }""",
            ("SINK_LISTENERS__0__PORT", "2"),
            ("SINK_LISTENERS__0__NAME", ""),
            ("SINK_LISTENERS__7__PORT", "3"),
            ("SINK_LISTENERS__7__MAX_RECIPIENTS", "4")).Settings!;

        settings.Listeners.Select(listener => (listener.Name, listener.Port, listener.MaxErrors, listener.MaxRecipients))
            .ShouldBe([("a", 2, 1, 1000), ("listener7", 3, 20, 4)]);
    }

    [Theory]
    [MemberData(nameof(Keys))]
    public void Every_setting_of_a_listener_is_read_in_both_sources_by_the_same_rules(string key)
    {
        var setting = SettingCatalog.OfListener.Single(setting => setting.Key == key);
        var variable = $"SINK_LISTENERS__0__{setting.Variable}";

        // Nothing takes a text of control characters.
        Read("{}", (variable, "\t")).Errors.ShouldBe([$"{variable}: \"?\" is not {setting.Expected}"]);
        Read($$"""{ "Listeners": [ { "{{key}}": "\u0001" } ] }""").Errors
            .ShouldBe([$"appsettings.json: Listeners:0:{key}: \"?\" is not {setting.Expected}"]);
    }

    [Theory]
    [InlineData("""{ "Listeners": [ { "MaxRecipents": 1 } ] }""", "appsettings.json: Listeners:0:MaxRecipents is not a setting of a listener, did you mean \"MaxRecipients\"?")]
    [InlineData("""{ "Sink": { "Listeners": [ { "MaxConnections": 1 } ] } }""", "appsettings.json: Sink:Listeners:0:MaxConnections is not a setting of a listener")]
    [InlineData("""{ "Listeners": "smtp" }""", "appsettings.json: Listeners must be a list of listeners")]
    [InlineData("""{ "Sink": { "Listeners": 25 } }""", "appsettings.json: Listeners must be a list of listeners")]
    [InlineData("""{ "Protocol": "lmtp", "Port": 25 }""", "SINK_PROTOCOL: listener \"smtp\" speaks LMTP, which must not be served on port 25 (RFC 2033 section 5)")]
    [InlineData("""{ "Listeners": [ { "Port": 25 }, { "Port": 25, "Listen": "127.0.0.2", "Protocol": "lmtp" } ] }""", "appsettings.json: Listeners:1:Port: listener \"listener0\" already uses port 25", "SINK_PROTOCOL: listener \"listener1\" speaks LMTP, which must not be served on port 25 (RFC 2033 section 5)")]
    [InlineData("""{ "Listeners": [ "smtp" ] }""", "appsettings.json: Listeners:0 is not an entry of a list of listeners")]
    [InlineData("""{ "Listeners": { "smtp": { "Port": 25 } } }""", "appsettings.json: Listeners:smtp is not an entry of a list of listeners")]
    [InlineData("""{ "Listeners": { "00": { "Port": 25 } } }""", "appsettings.json: Listeners:00 is not an entry of a list of listeners")]
    [InlineData("""{ "Listeners": [ { "Port": 0, "Name": "a" }, { "Port": 0, "Name": "A" } ] }""", "appsettings.json: Listeners:1:Name: another listener has the name \"A\"")]
    [InlineData("""{ "Listeners": [ { "Port": 0, "Name": "listener1" }, { "Port": 0 } ] }""", "Listeners:1:Name: another listener has the name \"listener1\"")]
    [InlineData("""{ "Listeners": [ { "Port": 25 }, { "Port": 25 } ] }""", "appsettings.json: Listeners:1:Port: listener \"listener0\" already uses port 25")]
    [InlineData("""{ "Listeners": [ { "Listen": "127.0.0.1" }, { } ] }""", "Listeners:1:Port: listener \"listener0\" already uses port 2525")]
    [InlineData("""{ "Listeners": [ { "Listen": "0.0.0.0" }, { "Listen": "127.0.0.1" } ] }""", "Listeners:1:Port: listener \"listener0\" already uses port 2525")]
    [InlineData("""{ "Listeners": [ { "Listen": "127.0.0.1" }, { "Listen": "::" } ] }""", "Listeners:1:Port: listener \"listener0\" already uses port 2525")]
    [InlineData("""{ "Listeners": [ { "Listen": "unix:/run/a" }, { "Listen": "unix:/run/./a" } ] }""", "appsettings.json: Listeners:1:Listen: listener \"listener0\" already uses unix:/run/a")]
    [InlineData("""{ "Listen": "unix:/run/a", "Listeners": [ { "Port": 25 }, { "Port": 26 } ] }""", "Listeners:1:Listen: listener \"listener0\" already uses unix:/run/a")]
    [InlineData("""{ "Listeners": [ { "Name": "a b" } ] }""", "appsettings.json: Listeners:0:Name: \"a b\" is not a name of letters, digits, dots, hyphens and underscores, at most 64")]
    public void A_mistake_in_the_file_is_one_line_that_names_the_key(string json, params string[] lines) => Read(json).Errors.ShouldBe(lines);

    [Theory]
    [InlineData("SINK_LISTENERS__0__PROT", "25", "SINK_LISTENERS__0__PROT is not a setting of a listener, did you mean \"PORT\"?")]
    [InlineData("SINK_LISTENERS__0__MAX_CONNECTIONS", "25", "SINK_LISTENERS__0__MAX_CONNECTIONS is not a setting of a listener")]
    [InlineData("SINK_LISTENERS__0", "25", "SINK_LISTENERS__0 is not a setting of a listener")]
    [InlineData("SINK_LISTENERS__A__PORT", "25", "SINK_LISTENERS__A__PORT: SINK_LISTENERS__ must be followed by the number of a listener")]
    [InlineData("SINK_LISTENERS__-1__PORT", "25", "SINK_LISTENERS__-1__PORT: SINK_LISTENERS__ must be followed by the number of a listener")]
    [InlineData("SINK_LISTENERS__00__PORT", "25", "SINK_LISTENERS__00__PORT: SINK_LISTENERS__ must be followed by the number of a listener")]
    [InlineData("SINK_LISTENERS", "25", "SINK_LISTENERS: SINK_LISTENERS__ must be followed by the number of a listener")]
    [InlineData("SINK_LISTENERS__", "25", "SINK_LISTENERS__: SINK_LISTENERS__ must be followed by the number of a listener")]
    [InlineData("SINK_LISTENERS__0__MAX_RECIPIENTS", "0", "SINK_LISTENERS__0__MAX_RECIPIENTS: \"0\" is not a whole number of at least 1")]
    public void A_mistake_in_the_environment_is_one_line_that_names_the_variable(string variable, string text, string line)
    {
        var result = Read("{}", (variable, text));
        result.Settings.ShouldBeNull();
        result.Errors.ShouldBe([line]);
        result.Warnings.ShouldBeEmpty();
    }

    [Fact]
    public void A_Unix_socket_has_no_port()
    {
        Read("""{ "Listeners": [ { "Listen": "unix:/run/a" }, { "Listen": "unix:/run/b" }, { } ] }""").Errors.ShouldBeEmpty();
        Read("""{ "Listen": "unix:/run/a", "Port": 25, "Protocol": "lmtp" }""").Errors.ShouldBeEmpty();
    }

    [Fact]
    public void A_listener_may_have_an_address_where_the_process_has_a_Unix_socket()
    {
        var listeners = Read("""{ "Listen": "unix:/run/a", "SocketMode": "0660", "Listeners": [ { }, { "Listen": "::1" }, { "Listen": "unix:/run/b", "SocketMode": "0600", "SocketOwner": "postfix" } ] }""").Settings!.Listeners;
        listeners.Select(listener => (listener.ListenAddress?.ToString(), listener.UnixSocket, Convert.ToString((int)listener.SocketMode, 8), listener.SocketOwner))
            .ShouldBe([(null, "/run/a", "660", null), ("::1", null, "660", null), (null, "/run/b", "600", "postfix")]);
    }

    [Fact]
    public void The_same_port_on_other_addresses_is_no_mistake() =>
        Read("""{ "Listeners": [ { "Listen": "127.0.0.1" }, { "Listen": "127.0.0.2" }, { "Listen": "::1" } ] }""").Errors.ShouldBeEmpty();

    [Theory]
    [InlineData("""{ "StartTls": "off" }""", TlsMode.Off)]
    [InlineData("""{ "StartTls": "on" }""", TlsMode.StartTls)]
    [InlineData("""{ "StartTls": "on", "Tls": "implicit" }""", TlsMode.Implicit)]
    [InlineData("""{ "StartTls": "off", "Tls": "implicit" }""", TlsMode.Implicit)]
    [InlineData("""{ "Tls": "implicit", "Listeners": [ { "StartTls": "off" } ] }""", TlsMode.Implicit)]
    [InlineData("""{ "Tls": "implicit", "Listeners": [ { "StartTls": "on" } ] }""", TlsMode.StartTls)]
    [InlineData("""{ "StartTls": "off", "Listeners": [ { "Tls": "starttls" } ] }""", TlsMode.StartTls)]
    internal void The_switch_for_STARTTLS_and_the_mode_of_TLS_go_together(string json, TlsMode mode) =>
        Read(json).Settings!.AllListeners.ShouldHaveSingleItem().Tls.ShouldBe(mode);

    [Fact]
    public void TLS_cannot_be_required_of_a_listener_that_has_none() =>
        Read("""{ "TlsRequired": "on", "Listeners": [ { "Name": "mx" }, { "Name": "old", "Tls": "off", "Port": 26 } ] }""")
            .Errors.ShouldBe(["SINK_TLS_REQUIRED: listener \"old\" has TLS off, so nobody could send it mail"]);

    private static SettingsResult Read(string json, params (string Name, string Text)[] environment) => SettingsReader.Read(
        new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json))).Build(),
        environment.ToDictionary(pair => pair.Name, pair => pair.Text, StringComparer.Ordinal),
        Nothing);
}
