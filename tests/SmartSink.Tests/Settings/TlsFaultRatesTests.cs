using SmartSink.Settings.Values;

namespace SmartSink.Tests.Settings;

public sealed class TlsFaultRatesTests
{
    [Theory]
    [InlineData("", 0, 0, TlsFault.None)]
    [InlineData("expired=5", 0.049, 0, TlsFault.Expired)]
    [InlineData("expired=5", 0.05, 0, TlsFault.None)]
    [InlineData("expired=5, wrong-name=2.5", 0.074, 0, TlsFault.WrongName)]
    [InlineData("self-signed=0,reset=100", 0, 0, TlsFault.Reset)]
    [InlineData("no-answer=99.9,reset=0.1", 0.9995, 0, TlsFault.Reset)]
    [InlineData("hidden=100", 0, 0, TlsFault.None)]
    [InlineData("454=100", 0, 0, TlsFault.None)]
    [InlineData("reset=100,expired@mx.example=50", 0, 0.49, TlsFault.Expired)]
    [InlineData("reset=100,expired@mx.example=50", 0, 0.5, TlsFault.None)]
    [InlineData("reset=100,expired@*.example=100", 0, 0, TlsFault.Expired)]
    [InlineData("reset=100,expired@other.example=100", 0, 0, TlsFault.Reset)]
    [InlineData("seed=1,reset=100", 0, 0, TlsFault.Reset)]
    internal void A_list_decides_for_a_handshake(string text, double forAll, double forName, TlsFault fault)
    {
        TlsFaultRates.TryParse(text, out var rates).ShouldBeTrue();
        rates.Pick(new TlsFaultDraw(forAll, forName), "mx.example").ShouldBe(fault);
    }

    [Theory]
    [InlineData("expired")]
    [InlineData("expired=")]
    [InlineData("=5")]
    [InlineData("expired=x")]
    [InlineData("expired=-1")]
    [InlineData("expired=101")]
    [InlineData("expired=NaN")]
    [InlineData("expired=60,reset=50")]
    [InlineData("expired=5,expired=5")]
    [InlineData("expire=5")]
    [InlineData("none=5")]
    [InlineData("hidden@mx.example=5")]
    [InlineData("454@mx.example=5")]
    [InlineData("expired@=5")]
    [InlineData("expired@a b=5")]
    [InlineData("expired@mx.example@x=5")]
    [InlineData("expired@mx.example=60,reset@MX.example=50")]
    [InlineData("seed=x")]
    [InlineData("seed=1,seed=2")]
    public void Mistakes(string text) => TlsFaultRates.TryParse(text, out _).ShouldBeFalse();

    [Fact]
    public void Ten_tenths_of_a_hundred_are_a_hundred() =>
        TlsFaultRates.TryParse("expired=33.3,reset=33.3,no-answer=33.3,self-signed=0.1", out _).ShouldBeTrue();
}
