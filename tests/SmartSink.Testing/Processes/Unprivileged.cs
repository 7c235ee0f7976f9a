using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace SmartSink.Testing.Processes;

/// <summary>Does something as a user who may do nothing in particular with files, also when the tests run as root.</summary>
public static partial class Unprivileged
{
    private const uint Nobody = 65534;

    /// <summary>Does it, and throws what it throws. The rights to files go with a user of each thread (setfsuid(2)), so it has a thread of its own.</summary>
    public static void Do(Action action)
    {
        ExceptionDispatchInfo? thrown = null;
        var thread = new Thread(() =>
        {
            if (Environment.IsPrivilegedProcess)
            {
                _ = SetFileUser(Nobody);
            }

            try
            {
                action();
            }
#pragma warning disable CA1031 // Whatever it is, the caller gets it.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                thrown = ExceptionDispatchInfo.Capture(exception);
            }
        });
        thread.Start();
        thread.Join();
        thrown?.Throw();
    }

    [LibraryImport("libc", EntryPoint = "setfsuid")]
    private static partial int SetFileUser(uint user);
}
