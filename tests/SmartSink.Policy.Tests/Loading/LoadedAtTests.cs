namespace SmartSink.Policy.Tests.Loading;

public sealed class LoadedAtTests
{
    [Fact]
    public void A_snapshot_knows_when_it_was_read()
    {
        using var folder = new PolicyFolder();
        var now = new DateTimeOffset(2026, 3, 7, 9, 5, 4, TimeSpan.Zero);

        PolicyLoader.Load(folder.MainFile, new StoppedClock(now)).Snapshot.ShouldNotBeNull().LoadedAt.ShouldBe(now);
    }

    private sealed class StoppedClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
