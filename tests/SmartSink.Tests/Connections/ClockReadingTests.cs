using SmartSink.Connections;
using SmartSink.Smtp.Replies;

namespace SmartSink.Tests.Connections;

public sealed class ClockReadingTests
{
    [Theory]
    [InlineData(1_000_000_000, 1_500_999_999, 1500)]
    [InlineData(10_000_000, 25_000_000, 2500)]
    [InlineData(1000, 7, 7)]
    public void Milliseconds_follow_from_the_clocks_frequency(long frequency, long timestamp, long milliseconds) =>
        new StoppedClock(frequency, timestamp).ReadMoment().ShouldBe(new Moment(milliseconds, DateTimeOffset.UnixEpoch));

    private sealed class StoppedClock(long frequency, long timestamp) : TimeProvider
    {
        public override long TimestampFrequency => frequency;

        public override long GetTimestamp() => timestamp;

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch;
    }
}
