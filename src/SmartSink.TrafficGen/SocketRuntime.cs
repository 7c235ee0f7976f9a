using System.Globalization;

namespace SmartSink.TrafficGen;

/// <summary>How the runtime's socket layer is to work in this process. Only before its first socket exists can it be told, by the environment.</summary>
internal static class SocketRuntime
{
    /// <summary>
    /// Makes completions come on the threads that poll instead of the thread pool, one hand-over less for each; and lets half of the
    /// processors poll, so that each wait ends with more to do, and the other half is left to what is under load.
    /// </summary>
    public static void PollByHalfOfTheProcessors()
    {
        Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");
        Environment.SetEnvironmentVariable(
            "DOTNET_SYSTEM_NET_SOCKETS_THREAD_COUNT", Math.Max(1, Environment.ProcessorCount / 2).ToString(CultureInfo.InvariantCulture));
    }
}
