namespace SmartSink.PeerBenchmarks.Clients;

/// <summary>Connections that have greeted, and then say nothing more; disposing closes them.</summary>
internal sealed class HeldConnections : IDisposable
{
    private readonly List<DialogClient> _clients = [];

    private HeldConnections()
    {
    }

    /// <summary>All of them, in the order in which they were opened.</summary>
    public IReadOnlyList<DialogClient> Clients => _clients;

    /// <summary>Opens them, one after another: a backlog's overflow would cost seconds.</summary>
    /// <param name="port">The sink's on 127.0.0.1.</param>
    /// <param name="count">How many; each costs a file descriptor here and one in the sink.</param>
    /// <param name="tls">Whether to say STARTTLS.</param>
    public static HeldConnections Open(int port, int count, bool tls)
    {
        var held = new HeldConnections();
        try
        {
            for (var index = 0; index < count; index++)
            {
                var client = DialogClient.Connect(port, index);
                held._clients.Add(client);
                client.Greet();
                if (tls)
                {
                    client.StartTls();
                }
            }

            return held;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Makes sure that the sink still has them all.</summary>
    /// <exception cref="InvalidOperationException">It closed one.</exception>
    public void Probe() => _clients.ForEach(client => client.Probe());

    /// <inheritdoc/>
    public void Dispose() => _clients.ForEach(client => client.Dispose());
}
