using System.Net;
using System.Net.Sockets;
using SmartSink.Transport;

namespace SmartSink.Connections;

/// <summary>Takes connections off the accept queue and hands them on; it never waits for a session. Works on one thread.</summary>
/// <param name="queue">Where they come from.</param>
/// <param name="handOn">Takes a connection over. Must not block or throw.</param>
/// <param name="context">The listener: who counts what failed, the clock of the back-off, the log.</param>
internal sealed class Acceptor(IAcceptQueue queue, Action<Channel, IPAddress> handOn, ListenerContext context) : IReadyHandler, IDisposable
{
    /// <summary>Connections taken in one go, so that a flood of them leaves the thread's other sockets their turn.</summary>
    private const int Burst = 64;

    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private AcceptBackoff _backoff;
    private ITimer? _pause;
    private bool _watching;
    private volatile bool _stopping;

    /// <summary>Completes when no more connections are taken: after <see cref="Stop"/>, failed when the listening socket broke down.</summary>
    public Task Completion => _completion.Task;

    /// <summary>Begins.</summary>
    public void Start() => queue.Post(this);

    /// <summary>Ends the taking of connections. For any thread.</summary>
    public void Stop()
    {
        _stopping = true;
        queue.Post(this);
    }

    /// <inheritdoc/>
    public void OnReady(ReadyFlags flags)
    {
        // The queue is reported again for as long as there is something in it.
        for (var left = Burst; left > 0 && _watching; left--)
        {
            var error = queue.TryAccept(out var channel, out var client);
            switch (error)
            {
                case SocketError.Success:
                    _backoff.Reset();
                    handOn(channel!, client);
                    break;
                case SocketError.WouldBlock:
                    return;
                default:
                    Recover(error);
                    break;
            }
        }
    }

    /// <inheritdoc/>
    public void OnPosted()
    {
        if (_stopping || _completion.Task.IsCompleted)
        {
            End(error: null);
        }
        else if (!_watching)
        {
            _watching = true;
            try
            {
                queue.Watch(this);
            }
            catch (SocketException error)
            {
                Recover(error.SocketErrorCode);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _pause?.Dispose();

    private void Recover(SocketError error)
    {
        context.Observer.AcceptFailed(error.ToString());
        switch (AcceptErrors.TierOf(error))
        {
            case AcceptErrorTier.Connection:
                context.Log.AcceptFailed(context.Listener, error);
                break;
            case AcceptErrorTier.Exhausted:
                Ignore();
                var delay = _backoff.Next();
                context.Log.AcceptDelayed(context.Listener, error, delay.TotalMilliseconds);
                _pause?.Dispose();
                _pause = context.Clock.CreateTimer(_ => queue.Post(this), state: null, delay, Timeout.InfiniteTimeSpan);
                break;
            default:
                End(new SocketException((int)error));
                break;
        }
    }

    private void Ignore()
    {
        if (_watching)
        {
            _watching = false;
            queue.Ignore();
        }
    }

    private void End(SocketException? error)
    {
        Ignore();
        _pause?.Dispose();
        if (error is null)
        {
            _completion.TrySetResult();
        }
        else
        {
            _completion.TrySetException(error);
        }
    }
}

/// <summary>How bad a failed accept(2) is.</summary>
internal enum AcceptErrorTier : byte
{
    /// <summary>One connection failed before it was taken: the next one is accepted at once.</summary>
    Connection,

    /// <summary>The machine is out of descriptors or memory: trying again at once would only spin.</summary>
    Exhausted,

    /// <summary>The listening socket is of no use any more.</summary>
    Fatal,
}

/// <summary>Sorts the errors of accept(2) into tiers, after the manual page: Linux hands on network errors that are already pending on the new connection.</summary>
internal static class AcceptErrors
{
    /// <summary>The tier of an error.</summary>
    public static AcceptErrorTier TierOf(SocketError error) => error switch
    {
        SocketError.ConnectionAborted
            or SocketError.ConnectionReset
            or SocketError.Interrupted
            or SocketError.WouldBlock
            or SocketError.TryAgain
            or SocketError.TimedOut
            or SocketError.AccessDenied // EPERM: a firewall rule forbids this connection
            or SocketError.NetworkDown
            or SocketError.NetworkUnreachable
            or SocketError.NetworkReset
            or SocketError.HostDown
            or SocketError.HostUnreachable
            or SocketError.ProtocolOption
            or SocketError.ProtocolType
            or SocketError.OperationNotSupported => AcceptErrorTier.Connection,
        SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable => AcceptErrorTier.Exhausted,
        _ => AcceptErrorTier.Fatal,
    };
}

/// <summary>How long to leave the accept queue alone while the machine is out of descriptors or memory: from 10 ms doubling to 1 s.</summary>
internal struct AcceptBackoff
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    private TimeSpan _last;

    /// <summary>The next delay.</summary>
    public TimeSpan Next() => _last = _last == TimeSpan.Zero ? First : TimeSpan.FromTicks(Math.Min(_last.Ticks * 2, Longest.Ticks));

    /// <summary>An accept went well: the next trouble starts from the shortest delay.</summary>
    public void Reset() => _last = TimeSpan.Zero;
}
