using SmartSink.Settings.Values;
using SmartSink.Smtp.Server;

namespace SmartSink.Tests.Settings;

public sealed class ReplyFaultRatesTests
{
    [Theory]
    [InlineData("", 0, ReplyFault.None)]
    [InlineData("late-line=5", 0.049, ReplyFault.LateLine)]
    [InlineData("late-line=5", 0.05, ReplyFault.None)]
    [InlineData("late-line=5, ok-for-354=2.5", 0.074, ReplyFault.OkFor354)]
    [InlineData("delay=1s,keywords=0,full-line=100,seed=1", 0, ReplyFault.FullLine)]
    [InlineData("keywords=99.9,full-line=0.1", 0.9995, ReplyFault.FullLine)]
    public void A_list_decides_for_a_session(string text, double draw, ReplyFault fault)
    {
        ReplyFaultRates.TryParse(text, out var rates).ShouldBeTrue();
        rates.Pick(draw).ShouldBe(fault);
    }

    [Theory]
    [InlineData("late-line=1", 10)]
    [InlineData("late-line=1,delay=2m", 120)]
    public void Late_lines_have_their_time(string text, double seconds)
    {
        ReplyFaultRates.TryParse(text, out var rates).ShouldBeTrue();
        rates.LateLineDelay.ShouldBe(TimeSpan.FromSeconds(seconds));
    }

    [Theory]
    [InlineData("late-line")]
    [InlineData("late-line=")]
    [InlineData("=5")]
    [InlineData("late-line=x")]
    [InlineData("late-line=-1")]
    [InlineData("late-line=101")]
    [InlineData("late-line=60,keywords=50")]
    [InlineData("late-line=5,late-line=5")]
    [InlineData("none=5")]
    [InlineData("late-line=5,")]
    [InlineData("delay=0")]
    [InlineData("delay=5s,delay=5s")]
    [InlineData("seed=x")]
    [InlineData("seed=1,seed=2")]
    public void Mistakes(string text) => ReplyFaultRates.TryParse(text, out _).ShouldBeFalse();

    [Fact]
    public void A_word_for_each_fault() => ReplyFaults.Words.Count.ShouldBe(Enum.GetValues<ReplyFault>().Length);
}
