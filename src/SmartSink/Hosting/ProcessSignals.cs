using System.Runtime.InteropServices;
using SmartSink.Shared;

namespace SmartSink.Hosting;

/// <summary>
/// Signals that operators send to servers. The first SIGINT or SIGTERM is the host's, which stops gracefully; the second ends the process at once, with
/// 128 and the signal's number as a shell says it. SIGHUP has all files read now, SIGUSR1 has counts logged, SIGUSR2 does nothing; each of these
/// ends a process that does not care for it, and one that comes before there is a sink is answered as soon as there is.
/// </summary>
internal sealed class ProcessSignals : IDisposable
{
    private const int Interrupted = 128 + 2;
    private const int Terminated = 128 + 15;

    private readonly List<PosixSignalRegistration> _registrations = [];
    private readonly StopRequests _stops;
    private readonly Lock _gate = new();
    private readonly HashSet<Action<SinkApplication>> _early = [];
    private SinkApplication? _sink;
    private int _hangups;

    public ProcessSignals(TimeProvider clock)
    {
        _stops = new StopRequests(clock);
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, _ => Stop(Interrupted)));
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => Stop(Terminated)));
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var (user1, user2) = OperatingSystem.IsLinux() ? (10, 12) : (30, 31);
        Register(PosixSignal.SIGHUP, Reload);
        Register((PosixSignal)user1, sink => _ = sink.LogSummaryAsync());
        Register((PosixSignal)user2, _ => { });
    }

    /// <summary>From now on the signals are for this sink, and so are those that came before it.</summary>
    public void Attach(SinkApplication sink)
    {
        Action<SinkApplication>[] early;
        lock (_gate)
        {
            _sink = sink;
            early = [.. _early];
            _early.Clear();
        }

        foreach (var answer in early)
        {
            answer(sink);
        }
    }

    /// <summary>Has a signal answered: now, or once for all of its kind when there is a sink. It listens before it is attached.</summary>
    public void Answer(Action<SinkApplication> answer)
    {
        SinkApplication? sink;
        lock (_gate)
        {
            sink = _sink;
            if (sink is null)
            {
                _early.Add(answer);
            }
        }

        if (sink is not null)
        {
            answer(sink);
        }
    }

    public void Dispose()
    {
        _registrations.ForEach(registration => registration.Dispose());
        lock (_gate)
        {
            _sink = null;
        }
    }

    private void Stop(int exitCode)
    {
        if (_stops.Take())
        {
            Environment.Exit(exitCode);
        }
    }

    // Signals that come while files are read are answered by one more reading, however many they are.
    private void Reload(SinkApplication sink)
    {
        if (Interlocked.Increment(ref _hangups) > 1)
        {
            return;
        }

        int seen;
        do
        {
            seen = Volatile.Read(ref _hangups);
            sink.Reload();
        }
        while (Interlocked.CompareExchange(ref _hangups, 0, seen) != seen);
    }

    private void Register(PosixSignal signal, Action<SinkApplication> answer) => _registrations.Add(PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        Answer(answer);
    }));
}
