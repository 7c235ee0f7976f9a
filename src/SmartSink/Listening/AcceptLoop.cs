using System.Net.Sockets;

namespace SmartSink.Listening;

/// <summary>Takes connections off the accept queue and hands them on; it never waits for a session.</summary>
/// <param name="accept">Accepts one connection; fails with <see cref="OperationCanceledException"/> once the loop is to end.</param>
/// <param name="handOn">Takes the connection over. Must not block or throw.</param>
/// <param name="observer">Counts what failed.</param>
/// <param name="clock">Measures the back-off.</param>
/// <param name="log">Where trouble is told.</param>
internal sealed class AcceptLoop(
    Func<CancellationToken, ValueTask<Socket>> accept, Action<Socket> handOn, IConnectionObserver observer, TimeProvider clock, ILogger log)
{
    /// <summary>
    /// Connections taken in one go. A flood of connects completes synchronously and would keep the polling thread from its other
    /// sockets, so after that many the loop moves on to another thread.
    /// </summary>
    private const int Burst = 64;

    private AcceptBackoff _backoff;

    /// <summary>Runs until cancelled.</summary>
    /// <exception cref="SocketException">The listening socket is of no use any more.</exception>
    public async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            for (var taken = 1; ; taken++)
            {
                try
                {
                    var socket = await accept(stopping);
                    _backoff.Reset();
                    handOn(socket);
                }
                catch (SocketException error) when (!stopping.IsCancellationRequested)
                {
                    await RecoverAsync(error, stopping);
                }

                if (taken % Burst == 0)
                {
                    await Task.Yield();
                }
            }
        }
        catch (Exception error) when (stopping.IsCancellationRequested && error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The listening socket was closed under the pending accept: this is how the loop ends.
        }
    }

    private async Task RecoverAsync(SocketException error, CancellationToken stopping)
    {
        observer.AcceptFailed(error.SocketErrorCode.ToString());
        switch (AcceptErrors.TierOf(error.SocketErrorCode))
        {
            case AcceptErrorTier.Connection:
                log.AcceptFailed(error.SocketErrorCode);
                break;
            case AcceptErrorTier.Exhausted:
                var delay = _backoff.Next();
                log.AcceptDelayed(error.SocketErrorCode, delay.TotalMilliseconds);
                await Task.Delay(delay, clock, stopping);
                break;
            default:
                throw error;
        }
    }
}
