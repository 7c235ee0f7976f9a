using System.Diagnostics;

namespace SmartSink.PeerBenchmarks.Driving;

/// <summary>A client that goes on when it is refused; its connections run on the few threads that poll the sockets.</summary>
internal sealed class LoadDriver : IDisposable
{
    /// <summary>Connections that are being opened at once: a backlog's overflow would cost seconds.</summary>
    private const int Opening = 64;

    private readonly DriverConnection[] _connections;
    private int _sent;

    private LoadDriver(int port, DriverLoad load)
    {
        var octets = new DriverOctets(load);
        _connections = [.. Enumerable.Range(0, load.Connections).Select(index => new DriverConnection(port, index, octets))];
    }

    /// <summary>
    /// Makes completions run on the threads that poll the sockets, which leaves more of the machine to the sink. Works only before the
    /// first socket of the process.
    /// </summary>
    public static void UseInlineCompletions() => Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");

    /// <summary>Makes a driver, connects and greets.</summary>
    /// <param name="port">The sink's on 127.0.0.1.</param>
    /// <param name="load">What to send.</param>
    public static async Task<LoadDriver> OpenAsync(int port, DriverLoad load)
    {
        var driver = new LoadDriver(port, load);
        var options = new ParallelOptions { MaxDegreeOfParallelism = Opening };
        await Parallel.ForEachAsync(driver._connections, options, async (connection, _) => await connection.OpenAsync());
        return driver;
    }

    /// <summary>Sends messages; a further run goes on with the domains where the last one ended.</summary>
    /// <param name="messages">How many, over all connections.</param>
    /// <exception cref="InvalidOperationException">A command was answered as another one would be.</exception>
    public async Task<DriverResult> RunAsync(int messages)
    {
        var numbers = new MessageNumbers(_sent, messages);
        var started = Stopwatch.GetTimestamp();
        // The caller's work shall not go on upon a thread that polls the sockets.
        await Task.WhenAll(_connections.Select(connection => connection.RunAsync(numbers))).ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var elapsed = Stopwatch.GetElapsedTime(started);
        _sent += messages;
        var result = new DriverResult(Count(2), Count(4), Count(5), Count(0), elapsed);
        return result.Messages == messages ? result : throw new InvalidOperationException($"replies of another class than asked for: {result}");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var connection in _connections)
        {
            connection.Dispose();
        }
    }

    private int Count(int digit) => _connections.Sum(connection => connection.Outcomes[digit]);
}
