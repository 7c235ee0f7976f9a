using System.Globalization;
using SmartSink.TrafficGen;

// Only before its first socket exists can the runtime's socket layer be told how to work, and only by the environment. Completions come on
// the threads that poll instead of the thread pool, one hand-over less for each; and half of the processors poll, so that each wait ends
// with more to do, and the other half is left to what is under load.
Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");
Environment.SetEnvironmentVariable(
    "DOTNET_SYSTEM_NET_SOCKETS_THREAD_COUNT", Math.Max(1, Environment.ProcessorCount / 2).ToString(CultureInfo.InvariantCulture));
return await TrafficCommandLine.RunAsync(args, new TrafficSession(Console.Out, Console.Error, TimeProvider.System, TrafficRun.RunAsync));
