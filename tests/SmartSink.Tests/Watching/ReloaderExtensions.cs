using SmartSink.Watching;

namespace SmartSink.Tests.Watching;

internal static class ReloaderExtensions
{
    /// <summary>Looks until nothing more is new.</summary>
    public static void LookUntilSame<T>(this Reloader<T> reloader)
        where T : class
    {
        while (reloader.Look() != WatchOutcome.Same)
        {
        }
    }
}
