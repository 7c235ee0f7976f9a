using System.Net;
using System.Net.Sockets;

namespace SmartSink.TrafficGen.Tests;

/// <summary>A server on a free port of the loopback that does as a test tells it, connection by connection.</summary>
internal sealed class FakeServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Func<FakeSession, int, Task> _script;
    private readonly Task _accepting;
    private readonly List<Task> _sessions = [];
    private readonly TaskCompletionSource _silent = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private FakeServer(Func<FakeSession, int, Task> script)
    {
        _script = script;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public DnsEndPoint EndPoint => new("127.0.0.1", ((IPEndPoint)_listener.LocalEndpoint).Port);

    /// <summary>Done when a session has fallen silent.</summary>
    public Task Silent => _silent.Task;

    /// <summary>Starts one; the script gets the connection and its number, from 0 on, and the connection is closed when it ends.</summary>
    public static FakeServer Start(Func<FakeSession, int, Task> script) => new(script);

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        _over.TrySetResult();
        await _accepting;
        await Task.WhenAll(_sessions);
    }

    private Task FallSilentAsync()
    {
        _silent.TrySetResult();
        return _over.Task;
    }

    private async Task AcceptAsync()
    {
        try
        {
            for (var number = 0; ; number++)
            {
                _sessions.Add(ServeAsync(await _listener.AcceptTcpClientAsync(), number));
            }
        }
        catch (Exception exception) when (exception is SocketException or InvalidOperationException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient client, int number)
    {
        using (client)
        {
            try
            {
                client.NoDelay = true;
                using var session = new FakeSession(client.GetStream(), ((IPEndPoint)client.Client.RemoteEndPoint!).Address, FallSilentAsync);
                await _script(session, number);
            }
            catch (IOException)
            {
                // The client has gone.
            }
        }
    }
}
