namespace SmartSink.EndToEnd.Tests.Compatibility.Relays;

internal sealed class NullmailerRelay : Relay
{
    private const string Package = "nullmailer";

    private NullmailerRelay(UnpackedHost host)
        : base(host)
    {
    }

    public override string Version => DebianPackages.VersionOf(Package);

    public static async Task<Relay> StartAsync() => new NullmailerRelay(await UnpackedHost.StartAsync([Package], PrepareAsync));

    public override Task SubmitAsync(string sender, string recipient) => Host.RunAsync($"sendmail -f '{sender}' '{recipient}'", Message(sender, recipient));

    protected override Task FlushAsync() => Host.RunAsync("echo > /var/spool/nullmailer/trigger");

    private static async Task PrepareAsync(UnpackedHost host)
    {
        host.Write("/etc/mailname", "mta.test\n");
        host.Write("/etc/nullmailer/remotes", PageText.Compatibility.Block("127.0.0.1 "));
        await host.RunAsync("umask 0 && mkfifo /var/spool/nullmailer/trigger && chown mail /var/spool/nullmailer/trigger");
        host.StartDaemon("setpriv", "--reuid", "mail", "--regid", "mail", "--clear-groups", "nullmailer-send");
    }
}
