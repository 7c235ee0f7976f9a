namespace SmartSink.EndToEnd.Tests.Compatibility.Relays;

internal sealed class OpenSmtpdRelay : Relay
{
    private const string Package = "opensmtpd";

    private OpenSmtpdRelay(UnpackedHost host)
        : base(host)
    {
    }

    public override string Version => DebianPackages.VersionOf(Package);

    /// <param name="speed">How fast its clock runs; faster than the machine's it tries again when it would by itself.</param>
    /// <param name="routing">Actions and matches in the place of the page's.</param>
    public static async Task<Relay> StartAsync(int speed = 1, string? routing = null) =>
        new OpenSmtpdRelay(await UnpackedHost.StartAsync([Package], host => PrepareAsync(host, speed, routing ?? PageText.Compatibility.Block("action "))));

    protected override Task FlushAsync() => Host.RunAsync("smtpctl schedule all");

    private static async Task PrepareAsync(UnpackedHost host, int speed, string routing)
    {
        await host.RunAsync("mkdir -m 711 -p /var/spool/smtpd");
        await host.UseClockAsync(speed, string.Empty, "/var/lib/opensmtpd/empty", "/var/spool/smtpd");
        host.AddUser("opensmtpd");
        host.AddUser("opensmtpq");
        await host.RunAsync("chgrp opensmtpq /usr/sbin/smtpctl && chmod g+s /usr/sbin/smtpctl");
        host.Write("/etc/mailname", "mta.test\n");
        host.Write("/etc/smtpd.conf", $"listen on 127.0.0.1 port {SubmissionPort}\n{routing}");
        host.StartDaemon("smtpd", "-d");
        if (host.Clock is { } clock)
        {
            // Its processes give each other ten seconds to answer when they start.
            await (await host.ConnectAsync(SubmissionPort)).DisposeAsync();
            clock.Tell(speed);
        }
    }
}
