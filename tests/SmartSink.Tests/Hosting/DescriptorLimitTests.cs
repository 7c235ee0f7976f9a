using SmartSink.Shared;

namespace SmartSink.Tests.Hosting;

public sealed class DescriptorLimitTests
{
    [Theory]
    [InlineData("Max open files            1024                 524288               files     ", 1024)]
    [InlineData("Max open files            unlimited            unlimited            files     ", null)]
    [InlineData("Max processes             95680                95680                processes ", null)]
    public void The_soft_limit_counts(string line, int? limit) =>
        DescriptorLimit.Find(["Limit                     Soft Limit           Hard Limit           Units     ", line]).ShouldBe(limit);

    [Theory]
    [InlineData(32768, null, 32768)]
    [InlineData(32768, 1_048_576, 32768)]
    [InlineData(32768, 1024, 640)]
    [InlineData(100, 1024, 100)]
    [InlineData(100, 200, 1)]
    public void Connections_stay_below_it(int wanted, int? limit, int connections) =>
        DescriptorLimit.Connections(wanted, limit).ShouldBe(connections);
}
