namespace SmartSink.EndToEnd.Tests.Compatibility.Relays;

internal sealed class DmaRelay : Relay
{
    private const string Package = "dma";

    private DmaRelay(UnpackedHost host)
        : base(host)
    {
    }

    public override string Version => DebianPackages.VersionOf(Package);

    public static async Task<Relay> StartAsync() => new DmaRelay(await UnpackedHost.StartAsync([Package], PrepareAsync));

    // What it leaves behind to deliver must not hold the pipes.
    public override Task SubmitAsync(string sender, string recipient) =>
        Host.RunAsync($"dma -f '{sender}' '{recipient}' >/dev/null 2>&1", Message(sender, recipient));

    protected override async Task FlushAsync()
    {
        await Host.RunAsync("dma -q >/dev/null 2>&1");

        // Each message has a process that sleeps, and looks whether the queue is to be flushed when it wakes up.
        await Host.SignalAsync("dma", "HUP");
    }

    private static Task PrepareAsync(UnpackedHost host)
    {
        host.Write("/etc/mailname", "mta.test\n");
        host.Write("/etc/dma/dma.conf", $"MAILNAME /etc/mailname\n{PageText.Compatibility.Block("SMARTHOST ")}");
        return Task.CompletedTask;
    }
}
