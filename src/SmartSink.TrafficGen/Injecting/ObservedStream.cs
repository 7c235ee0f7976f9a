using System.Net.Sockets;

namespace SmartSink.TrafficGen.Injecting;

/// <summary>A connection whose beginning and end are told.</summary>
internal sealed class ObservedStream : NetworkStream
{
    private readonly ITrafficObserver _observer;
    private int _ended;

    /// <summary>Takes over a connected socket.</summary>
    public ObservedStream(Socket socket, ITrafficObserver observer)
        : base(socket, ownsSocket: true)
    {
        _observer = observer;
        observer.Connected();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && Interlocked.Exchange(ref _ended, 1) == 0)
        {
            _observer.Disconnected();
        }

        base.Dispose(disposing);
    }
}
