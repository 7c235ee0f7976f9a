using System.Collections.Concurrent;
using System.Net.Sockets;

namespace SmartSink.Transport;

/// <summary>
/// One thread that waits for the sockets given to it and works on those that are ready. Whatever belongs to such a socket is touched
/// by this thread alone and so needs no lock; who wants something of it from outside posts it.
/// </summary>
internal sealed class SocketPoller : IDisposable
{
    /// <summary>Octets that a socket may take in before it lets the others of the thread have their turn.</summary>
    public const int TurnBudget = 1024 * 1024;

    private readonly Epoll _epoll = new();
    private readonly WakeUp _wakeUp = new();
    private readonly ConcurrentQueue<IPolled> _posted = new();
    private readonly Lock _growing = new();
    private readonly Thread _thread;
    private IPolled?[] _polled = new IPolled?[1024];
    private volatile bool _stopping;
    private volatile bool _waiting;
    private long _turns;

    /// <summary>Starts the thread.</summary>
    /// <param name="name">The thread's name.</param>
    /// <exception cref="SocketException">The system has no descriptor or memory left.</exception>
    public SocketPoller(string name)
    {
        _epoll.Watch(_wakeUp.Descriptor, PollFlags.Readable);
        _thread = new Thread(Run) { Name = name, IsBackground = true };
        _thread.Start();
    }

    /// <summary>Whether the thread has worked off what there was and waits.</summary>
    public bool IsWaiting => _posted.IsEmpty && _waiting;

    /// <summary>How often somebody had the thread, because his socket was ready or because he was posted. For any thread.</summary>
    public long Turns => Volatile.Read(ref _turns);

    /// <summary>Watches a descriptor from now on. For any thread.</summary>
    /// <exception cref="SocketException">The system's limit on watches is reached, or the descriptor cannot be polled.</exception>
    public void Add(int descriptor, IPolled polled, PollFlags flags)
    {
        lock (_growing)
        {
            if (descriptor >= _polled.Length)
            {
                var larger = new IPolled?[Math.Max(descriptor + 1, _polled.Length * 2)];
                _polled.CopyTo(larger, 0);
                _polled = larger;
            }

            _polled[descriptor] = polled;
        }

        _epoll.Watch(descriptor, flags);
    }

    /// <summary>Watches a descriptor no more, which stays open. For the poller's own thread.</summary>
    public void Remove(int descriptor)
    {
        Forget(descriptor);
        _epoll.Forget(descriptor);
    }

    /// <summary>Closes a descriptor, and so watches it no more. For the poller's own thread.</summary>
    public void Close(int descriptor)
    {
        Forget(descriptor);
        _ = Libc.close(descriptor);
    }

    /// <summary>Has <see cref="IPolled.OnPosted"/> called on the thread, soon but never at once. For any thread.</summary>
    public void Post(IPolled polled)
    {
        _posted.Enqueue(polled);
        if (Environment.CurrentManagedThreadId != _thread.ManagedThreadId)
        {
            _wakeUp.Ask();
        }
    }

    /// <summary>Ends the thread, after what it does at the moment. Sockets that are still there stay open.</summary>
    public void Dispose()
    {
        if (!_stopping)
        {
            _stopping = true;
            _wakeUp.Ask();
            _thread.Join();
            _epoll.Dispose();
            _wakeUp.Dispose();
        }
    }

    private void Forget(int descriptor)
    {
        lock (_growing)
        {
            _polled[descriptor] = null;
        }
    }

    private void Run()
    {
        while (!_stopping)
        {
            _waiting = true;
            var count = _epoll.Wait(look: !_posted.IsEmpty);
            _waiting = false;
            for (var index = 0; index < count; index++)
            {
                Dispatch(_epoll[index]);
            }

            // As many as there are now: who posts itself anew lets the sockets have their turn first.
            for (var left = _posted.Count; left > 0 && _posted.TryDequeue(out var polled); left--)
            {
                Volatile.Write(ref _turns, _turns + 1);
                polled.OnPosted();
            }
        }
    }

    private void Dispatch((int Descriptor, PollFlags Flags) ready)
    {
        if (ready.Descriptor == _wakeUp.Descriptor)
        {
            _wakeUp.Hear();
        }
        else
        {
            Volatile.Write(ref _turns, _turns + 1);

            // Null when it was closed by an earlier event of the same batch.
            Volatile.Read(ref _polled)[ready.Descriptor]?.OnReady(ready.Flags);
        }
    }
}
