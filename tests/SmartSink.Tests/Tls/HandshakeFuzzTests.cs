using System.Net.Sockets;
using System.Security.Authentication;
using SmartSink.Settings;
using SmartSink.Smtp.Server;
using SmartSink.Tests.Connections;

namespace SmartSink.Tests.Tls;

/// <summary>Hellos and records as chance will have them: whatever the TLS stream throws at them, the fault is the client's.</summary>
public abstract class HandshakeFuzzTests
{
    private const int Clients = 200;
    private const int ClientsBehindHandshake = 50;

    protected HandshakeFuzzTests(string transport) => RunningServer.Over = transport;

    [Fact]
    public async Task No_records_in_place_of_a_handshake_are_a_defect_of_the_server()
    {
        await using var server = RunningServer.Start(settings => settings with { Tls = TlsMode.Implicit });
        for (var seed = 1; seed <= Clients; seed++)
        {
            await using var client = await server.ConnectAsync();
            await EndAsync(client.Socket, Records(new Random(seed), beginsWithHello: true));
            (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.TlsFailed, $"seed {seed}");
        }
    }

    [Fact]
    public async Task No_records_behind_a_handshake_are_a_defect_of_the_server()
    {
        await using var server = RunningServer.Start(settings => settings with { Tls = TlsMode.Implicit });
        for (var seed = 1; seed <= ClientsBehindHandshake; seed++)
        {
            await using var client = await server.ConnectAsync();
            await client.StartTlsAsync(seed % 2 == 0 ? SslProtocols.Tls12 : SslProtocols.Tls13);
            (await client.ReplyAsync()).ShouldStartWith("220");
            await EndAsync(client.Socket, Records(new Random(seed), beginsWithHello: false));
            (await server.Connections.NextEndAsync()).ShouldBeOneOf([SessionEndReason.ConnectionReset, SessionEndReason.ClientClosed], $"seed {seed}");
        }
    }

    private static async Task EndAsync(Socket socket, byte[] bytes)
    {
        try
        {
            await socket.SendAsync(bytes, Patience.Token());
            socket.Shutdown(SocketShutdown.Send);
            var buffer = new byte[4096];
            while (await socket.ReceiveAsync(buffer, Patience.Token()) > 0)
            {
            }
        }
        catch (SocketException)
        {
            // The server has hung up before the end, as it may.
        }
    }

    private static byte[] Records(Random random, bool beginsWithHello)
    {
        var records = new List<byte>();
        if (beginsWithHello)
        {
            var hello = ClientHello.Make(random.Next(2) == 0 ? "localhost" : null);
            for (var damages = random.Next(4) - 1; damages > 0; damages--)
            {
                hello[random.Next(hello.Length)] = (byte)random.Next(256);
            }

            records.AddRange(hello);
        }

        for (var count = random.Next(1, 5); count > 0; count--)
        {
            var content = new byte[Pick(random, 0, 0, 1, 2, 4, 5, random.Next(300), 16_384, 17_000)];
            if (random.Next(3) > 0)
            {
                random.NextBytes(content);
            }

            if (content.Length >= 4 && random.Next(2) == 0)
            {
                // A handshake message that is as long as it says, or empty.
                content[0] = (byte)Pick(random, 0, 1, 2, 4, 8, 11, 15, 16, 20, 24);
                (content[1], content[2], content[3]) = random.Next(2) == 0 ? ((byte)0, (byte)0, (byte)0) : ((byte)0, (byte)((content.Length - 4) >> 8), (byte)(content.Length - 4));
            }

            var type = (byte)Pick(random, 20, 21, 22, 22, 22, 23, 24, random.Next(256));
            records.AddRange(ClientHello.Record(content, type, random.Next(8) == 0 ? random.Next(ushort.MaxValue) : null));
        }

        return [.. records];
    }

    private static int Pick(Random random, params ReadOnlySpan<int> choices) => choices[random.Next(choices.Length)];
}

public sealed class HandshakeFuzzTestsOverEpoll() : HandshakeFuzzTests("epoll");

public sealed class HandshakeFuzzTestsOverSockets() : HandshakeFuzzTests("sockets");
