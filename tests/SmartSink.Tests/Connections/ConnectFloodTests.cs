using SmartSink.Smtp.Server;
using SmartSink.Testing;

namespace SmartSink.Tests.Connections;

/// <summary>Wave after wave of clients that a full server has no room for.</summary>
[Collection(nameof(AloneInTheProcess))]
public sealed class ConnectFloodTests
{
    private const int Limit = 10;
    private const int Wave = 300;

    /// <summary>Octets that may stay behind, however long the flood was.</summary>
    private const long Tolerance = 1024 * 1024;

    /// <param name="transport">What is under the connections.</param>
    /// <param name="perRefusal">Octets that a refusal may allocate.</param>
    [Theory]
    [InlineData("epoll", 350)]
    [InlineData("sockets", 1500)]
    public async Task A_flood_of_connects_is_refused_with_one_reply_each_while_those_inside_are_served(string transport, long perRefusal)
    {
        RunningServer.Over = transport;
        await using var server = RunningServer.Start(settings => settings with { MaxConnections = Limit });
        var inside = Enumerable.Range(0, Limit).Select(_ => BlockingClient.Greeted(server.EndPoint)).ToList();
        PlayWave(server, inside[0]);
        server.Sessions.Clear();
        var held = HeldMemory.Read();

        var turns = server.Server.PollingTurns;
        var waves = 0;
        var allocated = AllocatedMemory.ByOthers(() => PlayWave(server, inside[waves++ % Limit]));

        allocated.ShouldBeLessThan(perRefusal * Wave);
        server.Sessions.Codes.Count(code => code == 421).ShouldBe(waves * Wave);
        server.Sessions.Messages.Count.ShouldBe(waves);
        (server.Server.PollingTurns - turns).ShouldBeLessThanOrEqualTo(waves * (Wave + BlockingClient.TurnsForMessage));
        server.Connections.Opened.ShouldBe(Limit + ((waves + 1) * Wave));
        for (var i = 0; i < (waves + 1) * Wave; i++)
        {
            (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.TooManyConnections);
        }

        server.Server.OpenConnections.ShouldBe(Limit);
        server.Sessions.Clear();
        (HeldMemory.Read() - held).ShouldBeLessThan(Tolerance);

        inside.ForEach(client => client.Dispose());
        await server.EmptyAsync();
        using var next = BlockingClient.Greeted(server.EndPoint);
    }

    /// <summary>The whole wave stands in the accept queue when the one that is inside delivers.</summary>
    private static void PlayWave(RunningServer server, BlockingClient inside)
    {
        var wave = Enumerable.Range(0, Wave).Select(_ => new BlockingClient(server.EndPoint)).ToList();
        inside.Deliver();
        foreach (var client in wave)
        {
            client.Reply().ShouldBe(421);
            client.Dispose();
        }
    }
}
