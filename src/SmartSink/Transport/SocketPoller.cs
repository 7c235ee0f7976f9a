using System.Collections.Concurrent;
using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;

namespace SmartSink.Transport;

/// <summary>
/// One thread that waits for the sockets given to it and works on those that are ready. Whatever belongs to such a socket is touched
/// by this thread alone and so needs no lock; who wants something of it from outside posts it.
/// </summary>
internal sealed class SocketPoller : IDisposable
{
    private readonly Epoll _epoll = new();
    private readonly WakeUp _wakeUp = new();
    private readonly ConcurrentQueue<IReadyHandler> _posted = new();
    private readonly Lock _growing = new();
    private readonly Thread _thread;
    private IReadyHandler?[] _handlers = new IReadyHandler?[1024];
    private volatile bool _stopping;
    private volatile bool _waiting;
    private long _turns;

    /// <summary>Starts the thread.</summary>
    /// <param name="name">The thread's name.</param>
    /// <exception cref="SocketException">The system has no descriptor or memory left.</exception>
    public SocketPoller(string name)
    {
        _epoll.Watch(_wakeUp.Descriptor, ReadyFlags.Readable);
        _thread = new Thread(Run) { Name = name, IsBackground = true };
        _thread.Start();
    }

    /// <summary>Whether the thread has worked off what there was and waits.</summary>
    public bool IsWaiting => _posted.IsEmpty && _waiting;

    /// <summary>How often somebody had the thread, because his socket was ready or because he was posted. For any thread.</summary>
    public long Turns => Volatile.Read(ref _turns);

    /// <summary>Watches a descriptor from now on. For any thread.</summary>
    /// <exception cref="SocketException">The system's limit on watches is reached, or the descriptor cannot be handler.</exception>
    public void Add(int descriptor, IReadyHandler handler, ReadyFlags flags)
    {
        lock (_growing)
        {
            if (descriptor >= _handlers.Length)
            {
                var larger = new IReadyHandler?[Math.Max(descriptor + 1, _handlers.Length * 2)];
                _handlers.CopyTo(larger, 0);
                _handlers = larger;
            }

            _handlers[descriptor] = handler;
        }

        _epoll.Watch(descriptor, flags);
    }

    /// <summary>Watches a descriptor no more, which stays open. For the poller's own thread; called by another, it may be reported once more.</summary>
    public void Remove(int descriptor)
    {
        Forget(descriptor);
        _epoll.Forget(descriptor);
    }

    /// <summary>Closes a descriptor, and so watches it no more, if it did. For the poller's own thread, or before it was added.</summary>
    public void Close(int descriptor)
    {
        Forget(descriptor);
        _ = Libc.close(descriptor);
    }

    /// <summary>Has <see cref="IReadyHandler.OnPosted"/> called on the thread, soon but never at once. For any thread.</summary>
    public void Post(IReadyHandler handler)
    {
        _posted.Enqueue(handler);
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
            if (descriptor < _handlers.Length)
            {
                _handlers[descriptor] = null;
            }
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
            for (var left = _posted.Count; left > 0 && _posted.TryDequeue(out var handler); left--)
            {
                Volatile.Write(ref _turns, _turns + 1);
                handler.OnPosted();
            }
        }
    }

    private void Dispatch((int Descriptor, ReadyFlags Flags) ready)
    {
        if (ready.Descriptor == _wakeUp.Descriptor)
        {
            _wakeUp.Hear();
        }
        else
        {
            Volatile.Write(ref _turns, _turns + 1);

            // Null when it was closed by an earlier event of the same batch.
            Volatile.Read(ref _handlers)[ready.Descriptor]?.OnReady(ready.Flags);
        }
    }
}

/// <summary>A descriptor that other threads make readable to end a wait (eventfd(2)); asked twice before it is heard, it costs one call.</summary>
internal sealed unsafe class WakeUp : IDisposable
{
    /// <summary>Kept open as long as a call is under way: its number may be another file's right after.</summary>
    private readonly SafeFileHandle _event;
    private int _asked;

    /// <summary>Opens it.</summary>
    /// <exception cref="SocketException">The system has no descriptor left.</exception>
    public WakeUp()
    {
        Descriptor = Libc.eventfd(0, Libc.EFD_NONBLOCK | Libc.CLOEXEC);
        if (Descriptor < 0)
        {
            throw new SocketException((int)Errno.Last());
        }

        _event = new SafeFileHandle(Descriptor, ownsHandle: true);
    }

    /// <summary>What to watch.</summary>
    public int Descriptor { get; }

    /// <summary>Ends the wait that is under way, or the next one. When nobody waits any more, nothing happens.</summary>
    public void Ask()
    {
        if (Interlocked.Exchange(ref _asked, 1) == 0)
        {
            try
            {
                var one = 1L;
                _ = Libc.write(_event, (byte*)&one, sizeof(long));
            }
            catch (ObjectDisposedException)
            {
                // A timer that was stopped may go off once more.
            }
        }
    }

    /// <summary>For the waiting thread: takes the call. What was asked for before this is to be looked at after it.</summary>
    public void Hear()
    {
        long count;
        _ = Libc.read(_event, (byte*)&count, sizeof(long));
        Interlocked.Exchange(ref _asked, 0);
    }

    /// <inheritdoc/>
    public void Dispose() => _event.Dispose();
}
