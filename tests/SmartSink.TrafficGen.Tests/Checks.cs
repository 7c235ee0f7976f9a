using FsCheck;

namespace SmartSink.TrafficGen.Tests;

/// <summary>Runs properties.</summary>
internal static class Checks
{
    public static void QuickCheckThrowOnFailure(this Property property, int tests) =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(tests), property);
}
