using SmartSink.Settings;

namespace SmartSink.Tests.Settings;

public sealed class EditDistanceTests
{
    [Theory]
    [InlineData("", "", 0)]
    [InlineData("port", "PORT", 0)]
    [InlineData("", "abc", 3)]
    [InlineData("prot", "port", 1)]
    [InlineData("maxconections", "maxconnections", 1)]
    [InlineData("kitten", "sitting", 3)]
    public void Slips_between_words(string first, string second, int slips)
    {
        EditDistance.Between(first, second).ShouldBe(slips);
        EditDistance.Between(second, first).ShouldBe(slips);
    }
}
