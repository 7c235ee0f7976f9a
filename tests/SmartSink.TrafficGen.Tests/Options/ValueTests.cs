using SmartSink.TrafficGen.Options;

namespace SmartSink.TrafficGen.Tests.Options;

public sealed class ValueTests
{
    [Theory]
    [InlineData("90", 90)]
    [InlineData("90s", 90)]
    [InlineData("10m", 600)]
    [InlineData("2h", 7200)]
    [InlineData("1.5h", 5400)]
    [InlineData("1d", 86400)]
    [InlineData("250ms", 0.25)]
    [InlineData("10 M", 600)]
    [InlineData("24d", 2073600)]
    public void A_duration(string text, double seconds)
    {
        PlainText.TryParseTime(text, out var value).ShouldBeTrue();
        value.TotalSeconds.ShouldBe(seconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("s")]
    [InlineData("0")]
    [InlineData("0.0001s")]
    [InlineData("-1")]
    [InlineData("1x")]
    [InlineData("1e3")]
    [InlineData("25d")]
    [InlineData("NaN")]
    public void Not_a_duration(string text) => PlainText.TryParseTime(text, out _).ShouldBeFalse();

    [Theory]
    [InlineData("1024", 1024)]
    [InlineData("0", 0)]
    [InlineData("60kb", 60_000)]
    [InlineData("100KB", 100_000)]
    [InlineData("1k", 1_000)]
    [InlineData("1.5mb", 1_500_000)]
    [InlineData("1KiB", 1024)]
    [InlineData("1MiB", 1_048_576)]
    [InlineData("2 mib", 2_097_152)]
    [InlineData("1GiB", 1 << 30)]
    [InlineData("5b", 5)]
    [InlineData("1,024", 1024)]
    public void A_size(string text, int bytes)
    {
        PlainText.TryParseSize(text, out var value).ShouldBeTrue();
        value.ShouldBe(bytes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("kb")]
    [InlineData("-1")]
    [InlineData("2GiB")]
    [InlineData("1,5kb")]
    [InlineData("1 foo")]
    public void Not_a_size(string text) => PlainText.TryParseSize(text, out _).ShouldBeFalse();

    [Theory]
    [InlineData("aol.com", "aol.com", 1)]
    [InlineData("aol.com:1.5", "aol.com", 1.5)]
    [InlineData("GMail.COM:67.4", "gmail.com", 67.4)]
    [InlineData("münchen.example:0", "xn--mnchen-3ya.example", 0)]
    [InlineData("mu\u0308nchen.example:0", "xn--mnchen-3ya.example", 0)]
    public void A_weighted_domain(string text, string name, double weight)
    {
        DomainText.TryParseWeighted(text, out var value).ShouldBeTrue();
        value.ShouldBe(new WeightedDomain(name, weight));
    }

    [Theory]
    [InlineData("")]
    [InlineData(":1")]
    [InlineData("aol.com:")]
    [InlineData("aol.com:much")]
    [InlineData("aol.com:-1")]
    [InlineData("aol.com:Infinity")]
    [InlineData("aol.com:NaN")]
    [InlineData("a b.com")]
    public void Not_a_weighted_domain(string text) => DomainText.TryParseWeighted(text, out _).ShouldBeFalse();

    [Fact]
    public void A_domain_that_is_named_twice_has_both_weights() =>
        DomainText.Merge([new WeightedDomain("a.test", 1), new WeightedDomain("b.test", 2), new WeightedDomain("a.test", 3)])
            .ShouldBe([new WeightedDomain("a.test", 4), new WeightedDomain("b.test", 2)]);

    [Theory]
    [InlineData("1000/s", 1000, 1, 1000)]
    [InlineData("1,000/hr", 1000, 3600, 1000)]
    [InlineData("10/5s", 10, 5, 10)]
    [InlineData("60/min", 60, 60, 60)]
    [InlineData("5/day", 5, 86400, 5)]
    [InlineData("100/s,max_burst=1", 100, 1, 1)]
    [InlineData("local:100/second", 100, 1, 100)]
    public void A_throttle(string text, long limit, double seconds, long burst)
    {
        ThrottleText.TryParse(text, out var value).ShouldBeTrue();
        value.ShouldBe(new Throttle(limit, TimeSpan.FromSeconds(seconds), burst));
    }

    [Theory]
    [InlineData("")]
    [InlineData("100")]
    [InlineData("/s")]
    [InlineData("0/s")]
    [InlineData("1.5/s")]
    [InlineData("100/0s")]
    [InlineData("100/week")]
    [InlineData("100/s,max_burst=0")]
    [InlineData("100/s,burst=1")]
    public void Not_a_throttle(string text) => ThrottleText.TryParse(text, out _).ShouldBeFalse();

    [Fact]
    public void A_rate_profile()
    {
        RateProfileText.TryParse("0..5000/s:2m,5000/s:10m,600..0/min:30", out var stages).ShouldBeTrue();
        stages.ShouldBe(
        [
            new RateStage(0, 5000, TimeSpan.FromMinutes(2)),
            new RateStage(5000, 5000, TimeSpan.FromMinutes(10)),
            new RateStage(10, 0, TimeSpan.FromSeconds(30)),
        ]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("5000/s")]
    [InlineData("5000:2m")]
    [InlineData("0/s:10s")]
    [InlineData("5../s:2m")]
    [InlineData("-5..5/s:2m")]
    [InlineData("5/s:2m,")]
    public void Not_a_rate_profile(string text) => RateProfileText.TryParse(text, out _).ShouldBeFalse();

    [Fact]
    public void Sizes_by_weight()
    {
        SizeDistributionText.TryParse("2kb:60,20kb:30,1MiB", out var value).ShouldBeTrue();
        value!.Sizes.ShouldBe([new WeightedSize(2000, 60), new WeightedSize(20_000, 30), new WeightedSize(1 << 20, 1)]);
    }

    [Fact]
    public void Lognormal_sizes()
    {
        SizeDistributionText.TryParse("lognormal:20kb:1.2", out var value).ShouldBeTrue();
        (value!.Sizes.Count, value.Median, value.Sigma).ShouldBe((0, 20_000, 1.2));
    }

    [Theory]
    [InlineData("")]
    [InlineData("lognormal")]
    [InlineData("lognormal:20kb")]
    [InlineData("lognormal:0:1")]
    [InlineData("lognormal:20kb:0")]
    [InlineData("lognormal:20kb:6")]
    [InlineData("1kb:0")]
    [InlineData("1kb:x")]
    [InlineData("1kb:1,")]
    public void Not_a_size_distribution(string text) => SizeDistributionText.TryParse(text, out _).ShouldBeFalse();

    [Theory]
    [InlineData("X-Campaign: spring", true)]
    [InlineData("X-Empty:", true)]
    [InlineData("X-Text: grüße\tda", true)]
    [InlineData("no colon", false)]
    [InlineData(": value", false)]
    [InlineData("X Y: value", false)]
    [InlineData("X-Two: a\r\nX-Lines: b", false)]
    public void A_header_field(string text, bool good) => HeaderText.TryParse(text, out _).ShouldBe(good);

    [Theory]
    [InlineData("localhost:2525", "localhost", 2525)]
    [InlineData("127.0.0.1:25", "127.0.0.1", 25)]
    [InlineData("[::1]:2525", "::1", 2525)]
    [InlineData("[::ffff:127.0.0.1]:2525", "127.0.0.1", 2525)]
    public void A_target(string text, string host, int port)
    {
        AddressText.TryParseEndPoint(text, out var value).ShouldBeTrue();
        (value!.Host, value.Port).ShouldBe((host, port));
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("localhost:0")]
    [InlineData("localhost:65536")]
    [InlineData(":25")]
    [InlineData("::1:25")]
    [InlineData("[x]:25")]
    [InlineData("[127.0.0.1]:25")]
    public void Not_a_target(string text) => AddressText.TryParseEndPoint(text, out _).ShouldBeFalse();

    [Theory]
    [InlineData("localhost", true)]
    [InlineData("LOCALHOST", true)]
    [InlineData("127.8.9.1", true)]
    [InlineData("::1", true)]
    [InlineData("[::1]", true)]
    [InlineData("192.0.2.1", false)]
    [InlineData("mx.example.com", false)]
    [InlineData("localhost.example.com", false)]
    public void This_machine(string host, bool loopback) => AddressText.IsLoopback(host).ShouldBe(loopback);
}
