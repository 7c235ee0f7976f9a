namespace SmartSink.TrafficGen;

/// <summary>How the runtime's socket layer is to work in this process.</summary>
internal static class SocketRuntime
{
    /// <summary>
    /// Makes the completions of the runtime's sockets come on the thread that polls them instead of the thread pool: one hand-over
    /// less for each. Works only before the first socket of the process exists, so it is called first of all.
    /// </summary>
    public static void UseInlineCompletions() =>
        Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");
}
