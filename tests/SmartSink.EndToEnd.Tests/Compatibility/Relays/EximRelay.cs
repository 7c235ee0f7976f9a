namespace SmartSink.EndToEnd.Tests.Compatibility.Relays;

internal sealed class EximRelay : Relay
{
    private const string Package = "exim4-daemon-light";

    private EximRelay(UnpackedHost host)
        : base(host)
    {
    }

    public override string Version => DebianPackages.VersionOf(Package);

    public override string Log => Host.Read("/var/log/exim4/mainlog");

    /// <param name="speed">How fast its clock runs; faster than the machine's it tries again when it would by itself, by Debian's settings.</param>
    /// <param name="routing">Routers and transports in the place of the page's.</param>
    public static async Task<Relay> StartAsync(int speed = 1, string? routing = null) =>
        new EximRelay(await UnpackedHost.StartAsync(
            [Package, "exim4-base"],
            host => PrepareAsync(host, speed, routing ?? $"{PageText.Compatibility.Block("smarthost:")}\nbegin transports\n{PageText.Compatibility.Block("sink:")}")));

    protected override Task FlushAsync() => Host.RunAsync("exim4 -qff");

    private static async Task PrepareAsync(UnpackedHost host, int speed, string routing)
    {
        await host.UseClockAsync(speed);
        host.AddUser("Debian-exim");
        await host.RunAsync("mkdir -p /var/spool/exim4 /var/log/exim4 && chown Debian-exim:Debian-exim /var/spool/exim4 /var/log/exim4");
        host.Write(
            "/etc/exim4/exim4.conf",
            $"""
            primary_hostname = mta.test
            local_interfaces = 127.0.0.1
            daemon_smtp_ports = {SubmissionPort}
            dsn_advertise_hosts = *
            keep_environment = {string.Join(':', FastClock.Variables)}
            acl_smtp_rcpt = accept
            begin routers
            {routing}
            begin retry
            * * {(speed == 1 ? "F,4d,1h" : "F,2h,15m; G,16h,1h,1.5; F,4d,6h")}

            """);
        host.StartDaemon(speed == 1 ? ["exim4", "-bdf"] : ["exim4", "-bdf", "-q30m"]);
    }
}
