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
