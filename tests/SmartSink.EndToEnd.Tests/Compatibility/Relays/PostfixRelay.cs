using SmartSink.EndToEnd.Tests.Postfix;

namespace SmartSink.EndToEnd.Tests.Compatibility.Relays;

/// <summary>The machine's own Postfix.</summary>
internal sealed class PostfixRelay : Relay
{
    private readonly PostfixInstance _postfix;

    private PostfixRelay(UnpackedHost host, PostfixInstance postfix, string version)
        : base(host)
    {
        _postfix = postfix;
        Version = version;
    }

    public override string Version { get; }

    public override string Log => File.ReadAllText(_postfix.LogFile);

    /// <param name="speed">How fast its clock runs; faster than the machine's it tries again when it would by itself, by its defaults.</param>
    /// <param name="routing">Lines of main.cf in the place of the page's.</param>
    public static async Task<Relay> StartAsync(int speed = 1, string? routing = null)
    {
        Requirement.Programs("postfix");
        PostfixInstance? postfix = null;
        var version = await DebianPackages.InstalledVersionAsync("postfix");
        var host = await UnpackedHost.StartAsync([], async host =>
        {
            await host.UseClockAsync(speed);
            postfix = await PostfixInstance.StartAsync(host.Network, $"smtp_tls_policy_maps =\n{routing ?? PageText.Compatibility.Block("relayhost ")}", host.Clock);
        });
        return new PostfixRelay(host, postfix!, version);
    }

    public override int Port => _postfix.Port;

    protected override Task FlushAsync() => _postfix.FlushAsync();

    public override async ValueTask DisposeAsync()
    {
        await _postfix.DisposeAsync();
        await base.DisposeAsync();
    }
}
