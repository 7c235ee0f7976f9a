using System.Runtime.InteropServices;

namespace SmartSink.Hosting;

/// <summary>The certification authorities that this machine trusts.</summary>
internal static partial class SystemRoots
{
    private const string Nowhere = "/nonexistent";
    private const int Replace = 1;

    /// <summary>
    /// Keeps them from being read. The sink shows its own certificate and checks no one else's, yet the chain that it shows is put
    /// together among all of them: some hundred files that take time to the first banner and memory for good. OpenSSL learns of it
    /// by the process's own environment, which the runtime's copy does not reach, so this is called before anything else.
    /// </summary>
    public static void LeaveUnread()
    {
        if (OperatingSystem.IsLinux())
        {
            _ = SetEnvironmentVariable("SSL_CERT_DIR", Nowhere, Replace);
            _ = SetEnvironmentVariable("SSL_CERT_FILE", Nowhere, Replace);
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetEnvironmentVariable(string name, string value, int overwrite);
}
