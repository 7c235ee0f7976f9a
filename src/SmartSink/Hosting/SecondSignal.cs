using System.Runtime.InteropServices;

namespace SmartSink.Hosting;

/// <summary>The first SIGINT or SIGTERM is the host's, which stops gracefully; the second ends the process at once, with 128 and the signal's number as a shell says it.</summary>
internal sealed class SecondSignal : IDisposable
{
    private const int Interrupted = 128 + 2;
    private const int Terminated = 128 + 15;

    private readonly PosixSignalRegistration[] _registrations;
    private int _seen;

    /// <summary>Begins to count.</summary>
    public SecondSignal() => _registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, _ => Count(Interrupted)),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => Count(Terminated)),
    ];

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }
    }

    private void Count(int exitCode)
    {
        if (Interlocked.Increment(ref _seen) > 1)
        {
            Environment.Exit(exitCode);
        }
    }
}
