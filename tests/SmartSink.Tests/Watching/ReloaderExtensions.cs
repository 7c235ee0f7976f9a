using SmartSink.Testing.Time;
using SmartSink.Watching;

namespace SmartSink.Tests.Watching;

internal static class ReloaderExtensions
{
    /// <summary>Looks until nothing more is new, and moves the clock on meanwhile if that is in our hands.</summary>
    public static void LookUntilSame<T>(this Reloader<T> reloader, TimeProvider clock)
        where T : class
    {
        while (reloader.Look() != WatchOutcome.Same)
        {
            (clock as ManualTimeProvider)?.Advance(FileWatch.SettleTime);
        }
    }
}
