using SmartSink.Tests.Connections;

namespace SmartSink.Tests.Transport;

public sealed class SocketTransportTests
{
    /// <summary>More than an acceptor takes in one turn: what it leaves must be reported again.</summary>
    [Fact]
    public async Task A_crowd_that_connects_at_once_is_greeted_to_the_last()
    {
        const int Crowd = 200;
        RunningServer.Over = "sockets";
        await using var server = RunningServer.Start();
        using (new SilentCrowd(server.EndPoint, Crowd))
        {
            await using var last = await server.GreetedAsync();
            server.Connections.Opened.ShouldBe(Crowd + 1);
        }
    }
}
