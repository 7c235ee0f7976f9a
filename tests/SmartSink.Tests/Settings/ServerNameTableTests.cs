using SmartSink.Settings.Values;

namespace SmartSink.Tests.Settings;

public sealed class ServerNameTableTests
{
    [Theory]
    [InlineData("mx.example.com", "exact")]
    [InlineData("MX.Example.Com", "exact")]
    [InlineData("other.example.com", "wildcard")]
    [InlineData("example.com", null)]
    [InlineData("a.b.example.com", null)]
    [InlineData("deep.sub.example.com", "deeper wildcard")]
    [InlineData("", null)]
    [InlineData(".example.com", null)]
    [InlineData("localhost", null)]
    public void The_very_name_goes_before_a_wildcard_which_is_one_label(string asked, string? found)
    {
        var table = new ServerNameTable<string>();
        table.TryAdd("*.example.com", "wildcard").ShouldBeTrue();
        table.TryAdd("mx.example.com", "exact").ShouldBeTrue();
        table.TryAdd("*.sub.example.com", "deeper wildcard").ShouldBeTrue();

        table.Find(asked).ShouldBe(found);
    }

    [Fact]
    public void A_name_is_taken_once_without_case()
    {
        var table = new ServerNameTable<string>();
        table.TryAdd("mx.example.com", "first").ShouldBeTrue();
        table.TryAdd("MX.example.com", "second").ShouldBeFalse();
        table.TryGet("mx.EXAMPLE.com", out var value).ShouldBeTrue();
        value.ShouldBe("first");
        table.Names.ShouldBe(["mx.example.com"]);
    }
}
