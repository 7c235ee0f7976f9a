using SmartSink.Testing;

namespace SmartSink.Tests.Connections;

/// <summary>Connections on which nobody says anything.</summary>
[Collection(nameof(AloneInTheProcess))]
public sealed class SilentCrowdTests
{
    private const int Crowd = 2000;

    /// <param name="transport">What is under the connections.</param>
    /// <param name="memory">Octets of the heap for each connection, the test's own end of it included.</param>
    [Theory]
    [InlineData("epoll", 1000)]
    [InlineData("sockets", 3000)]
    public async Task Silence_costs_no_work_and_little_memory_while_others_are_served(string transport, long memory)
    {
        RunningServer.Over = transport;
        await using var server = RunningServer.Start();
        using var good = BlockingClient.Greeted(server.EndPoint);
        var before = HeldMemory.Read();
        using var crowd = new SilentCrowd(server.EndPoint, Crowd);
        using var last = BlockingClient.Greeted(server.EndPoint);
        server.Server.OpenConnections.ShouldBe(Crowd + 2);
        server.Sessions.Clear();
        ((HeldMemory.Read() - before) / Crowd).ShouldBeLessThan(memory);

        var (receives, sent, turns) = (server.Connections.Receives, server.Connections.Sent, server.Server.PollingTurns);
        var asked = 0;
        AllocatedMemory.ByOthers(() =>
        {
            server.Clock.Advance(TimeSpan.FromSeconds(20));
            good.Ask("NOOP\r\n"u8).ShouldBe(250);
            asked++;
        }).ShouldBeLessThan(Crowd);

        await server.SettledAsync(received: 0); // what was sent is counted behind the sending
        server.Connections.Receives.ShouldBe(receives + asked);
        server.Connections.Sent.ShouldBe(sent + (asked * (long)"250 2.0.0 Ok\r\n".Length));
        (server.Server.PollingTurns - turns).ShouldBe(asked);
        server.Connections.Closed.ShouldBe(0);
    }
}
