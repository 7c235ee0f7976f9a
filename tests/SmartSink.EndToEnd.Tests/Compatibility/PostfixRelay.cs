using SmartSink.EndToEnd.Tests.Postfix;

namespace SmartSink.EndToEnd.Tests.Compatibility;

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

    public override string Name => "Postfix";

    public override string Version { get; }

    public static async Task<Relay> StartAsync()
    {
        Requirement.Programs("postfix");
        var host = await UnpackedHost.StartAsync();
        try
        {
            var postfix = await PostfixInstance.StartAsync(host.Network, $"smtp_tls_policy_maps =\n{PageText.Compatibility.Block("relayhost ")}");
            return new PostfixRelay(host, postfix, await DebianPackages.InstalledVersionAsync("postfix"));
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    public override async Task SubmitAsync(string sender, string recipient)
    {
        await using var connection = await Host.ConnectAsync(_postfix.Port);
        await SubmitAsync(connection, sender, recipient);
    }

    protected override Task FlushAsync() => _postfix.FlushAsync();

    public override async ValueTask DisposeAsync()
    {
        await _postfix.DisposeAsync();
        await base.DisposeAsync();
    }
}
