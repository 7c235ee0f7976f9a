using SmartSink.Engines;
using SmartSink.Settings;
using SmartSink.Settings.Values;
using SmartSink.Smtp.Auth;
using SmartSink.Smtp.Server;
using SmartSink.Smtp.Syntax;
using SmartSink.Testing;
using SmartSink.Testing.Processes;

namespace SmartSink.Tests.Engines;

public class EngineRulesTests
{
    private static readonly SinkSettings Package = new() { Hostname = "mx.sink.test", StateFolder = ".", Engine = SmtpEngine.SmtpServer };

    [Fact]
    public void Nothing_is_refused_of_a_plain_listener() => EngineRules.ErrorsIn(Package).ShouldBeEmpty();

    [Fact]
    public void What_the_package_lacks_is_refused_of_it_alone()
    {
        var wanting = Package with
        {
            Protocol = MailProtocol.Lmtp,
            XclientNetworks = NetworkList.Loopback,
            Strict = true,
            AddedExtensions = SmtpExtensions.Limits,
            AuthMechanisms = [AuthMechanism.Plain, AuthMechanism.CramMd5],
        };

        EngineRules.ErrorsIn(wanting with { Engine = SmtpEngine.Own }).ShouldBeEmpty();
        EngineRules.ErrorsIn(wanting).Select(line => line.Split(';')[0]).ShouldBe(
        [
            "SINK_PROTOCOL: listener \"smtp\" has the engine smtpserver, which does not support LMTP",
            "SINK_XCLIENT_NETWORKS: listener \"smtp\" has the engine smtpserver, which does not support XCLIENT",
            "SINK_STRICT: listener \"smtp\" has the engine smtpserver, which does not support strict addresses",
            "SINK_EXTENSIONS: listener \"smtp\" has the engine smtpserver, which does not support LIMITS",
            "SINK_AUTH_MECHANISMS: listener \"smtp\" has the engine smtpserver, which does not support CRAM-MD5",
        ]);
    }

    [Fact]
    public async Task The_start_ends_with_2_and_a_line_for_each()
    {
        using var folder = new TemporaryFolder();
        var result = await Tool.RunAsync(
            SinkProcess.OwnCommand[0],
            SinkProcess.OwnCommand.Skip(1),
            environment: new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["SINK_ENGINE"] = "smtpserver",
                ["SINK_PORT"] = "0",
                ["SINK_HTTP"] = "0",
                ["SINK_DATA"] = folder.Write("responses.toml", ""),
                ["SINK_PROTOCOL"] = "lmtp",
                ["SINK_AUTH_MECHANISMS"] = "PLAIN,CRAM-MD5",
            });

        result.ExitCode.ShouldBe(2, result.ToString());
        result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).ShouldBe(
        [
            "SINK_PROTOCOL: listener \"smtp\" has the engine smtpserver, which does not support LMTP; remove it or set SINK_ENGINE to own",
            "SINK_AUTH_MECHANISMS: listener \"smtp\" has the engine smtpserver, which does not support CRAM-MD5; remove it or set SINK_ENGINE to own",
        ]);
    }
}
