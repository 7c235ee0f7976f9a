namespace SmartSink.EndToEnd.Tests.Compatibility.Relays;

internal sealed class OpenSmtpdRelay : Relay
{
    private const string Package = "opensmtpd";

    private OpenSmtpdRelay(UnpackedHost host)
        : base(host)
    {
    }

    public override string Version => DebianPackages.VersionOf(Package);

    public static async Task<Relay> StartAsync() => new OpenSmtpdRelay(await UnpackedHost.StartAsync([Package], PrepareAsync));

    protected override Task FlushAsync() => Host.RunAsync("smtpctl schedule all");

    private static async Task PrepareAsync(UnpackedHost host)
    {
        host.AddUser("opensmtpd");
        host.AddUser("opensmtpq");
        await host.RunAsync("chgrp opensmtpq /usr/sbin/smtpctl && chmod g+s /usr/sbin/smtpctl");
        host.Write("/etc/mailname", "mta.test\n");
        host.Write("/etc/smtpd.conf", $"listen on 127.0.0.1 port {SubmissionPort}\n{PageText.Compatibility.Block("action ")}");
        host.StartDaemon("smtpd", "-d");
    }
}
