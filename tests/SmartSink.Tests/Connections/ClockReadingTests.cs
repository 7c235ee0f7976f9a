using SmartSink.Connections;
using SmartSink.Smtp.Replies;

namespace SmartSink.Tests.Connections;

public sealed class ClockReadingTests
{
    [Theory]
    [InlineData(1_000_000_000, 1_500_999_999, 1500, 15_009_999)]
    [InlineData(10_000_000, 25_000_012, 2500, 25_000_012)]
    [InlineData(10_000_000, 639_000_000_000_010_001, 63_900_000_000_001, 639_000_000_000_010_001)]
    [InlineData(1000, 7, 7, 70_000)]
    public void The_moment_follows_from_the_clocks_frequency(long frequency, long timestamp, long milliseconds, long ticks) =>
        new StoppedClock(frequency, timestamp).ReadMoment().ShouldBe(new Moment(milliseconds, DateTimeOffset.UnixEpoch) { Ticks = ticks });

    private sealed class StoppedClock(long frequency, long timestamp) : TimeProvider
    {
        public override long TimestampFrequency => frequency;

        public override long GetTimestamp() => timestamp;

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch;
    }
}
