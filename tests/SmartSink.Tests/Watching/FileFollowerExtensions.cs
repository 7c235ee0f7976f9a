using SmartSink.Watching;

namespace SmartSink.Tests.Watching;

internal static class FileFollowerExtensions
{
    /// <summary>Looks until nothing more is new.</summary>
    public static void LookUntilSame(this FileFollower follower)
    {
        while (follower.Poll() != PollOutcome.Same)
        {
        }
    }
}
