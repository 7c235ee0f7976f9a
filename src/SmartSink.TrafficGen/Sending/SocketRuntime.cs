namespace SmartSink.TrafficGen.Sending;

/// <summary>How the runtime's socket layer is to work in this process.</summary>
internal static class SocketRuntime
{
    /// <summary>
    /// Makes completions run on the threads that poll the sockets instead of the thread pool. Works only before the first socket of
    /// the process exists, so it is called first of all.
    /// </summary>
    public static void UseInlineCompletions() =>
        Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");
}
