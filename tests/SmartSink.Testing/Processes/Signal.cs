using System.ComponentModel;
using System.Runtime.InteropServices;

namespace SmartSink.Testing.Processes;

/// <summary>kill(2): a container for tests need not have the program of that name.</summary>
public static partial class Signal
{
    /// <summary>SIGHUP: read the files anew.</summary>
    public const int Hangup = 1;

    /// <summary>SIGINT: Ctrl-C.</summary>
    public const int Interrupt = 2;

    /// <summary>SIGUSR1, by its number on Linux.</summary>
    public const int User1 = 10;

    /// <summary>SIGUSR2, by its number on Linux.</summary>
    public const int User2 = 12;

    /// <summary>SIGTERM: how a container is told to stop.</summary>
    public const int Terminate = 15;

    /// <summary>Sends a signal to a process.</summary>
    /// <exception cref="Win32Exception">There is no such process, or it is another user's.</exception>
    public static void Send(int process, int signal)
    {
        if (Kill(process, signal) != 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int process, int signal);
}
