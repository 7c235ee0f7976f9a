namespace SmartSink.EndToEnd.Tests.Compatibility.Relays;

internal sealed class EximRelay : Relay
{
    private const string Package = "exim4-daemon-light";

    private EximRelay(UnpackedHost host)
        : base(host)
    {
    }

    public override string Version => DebianPackages.VersionOf(Package);

    public static async Task<Relay> StartAsync() => new EximRelay(await UnpackedHost.StartAsync([Package, "exim4-base"], PrepareAsync));

    protected override Task FlushAsync() => Host.RunAsync("exim4 -qff");

    private static async Task PrepareAsync(UnpackedHost host)
    {
        host.AddUser("Debian-exim");
        await host.RunAsync("mkdir -p /var/spool/exim4 /var/log/exim4 && chown Debian-exim:Debian-exim /var/spool/exim4 /var/log/exim4");
        host.Write(
            "/etc/exim4/exim4.conf",
            $"""
            primary_hostname = mta.test
            local_interfaces = 127.0.0.1
            daemon_smtp_ports = {SubmissionPort}
            dsn_advertise_hosts = *
            keep_environment =
            acl_smtp_rcpt = accept
            begin routers
            {PageText.Compatibility.Block("smarthost:")}
            begin transports
            {PageText.Compatibility.Block("sink:")}
            begin retry
            * * F,4d,1h

            """);
        host.StartDaemon("exim4", "-bdf");
    }
}
