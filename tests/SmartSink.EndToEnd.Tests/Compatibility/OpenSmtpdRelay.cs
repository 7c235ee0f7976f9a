namespace SmartSink.EndToEnd.Tests.Compatibility;

internal sealed class OpenSmtpdRelay : Relay
{
    private const string Package = "opensmtpd";

    private OpenSmtpdRelay(UnpackedHost host)
        : base(host)
    {
    }

    public override string Name => "OpenSMTPD";

    public override string Version => DebianPackages.VersionOf(Package);

    public static async Task<Relay> StartAsync()
    {
        var host = await UnpackedHost.StartAsync(Package);
        host.AddUser("opensmtpd");
        host.AddUser("opensmtpq");
        await host.RunAsync("chgrp opensmtpq /usr/sbin/smtpctl && chmod g+s /usr/sbin/smtpctl");
        host.Write("/etc/mailname", "mta.test\n");
        host.Write("/etc/smtpd.conf", $"listen on 127.0.0.1 port {SubmissionPort}\n{PageText.Compatibility.Block("action ")}");
        host.StartDaemon("smtpd", "-d");
        return new OpenSmtpdRelay(host);
    }

    protected override Task FlushAsync() => Host.RunAsync("smtpctl schedule all");
}
