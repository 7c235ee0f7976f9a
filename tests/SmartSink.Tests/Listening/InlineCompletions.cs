using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using SmartSink.Shared;

namespace SmartSink.Tests.Listening;

internal static class InlineCompletions
{
    /// <summary>The tests' sockets work as the program's do.</summary>
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "It has to happen before the first socket of the process.")]
    internal static void Use() => SocketRuntime.UseInlineCompletions();
}
