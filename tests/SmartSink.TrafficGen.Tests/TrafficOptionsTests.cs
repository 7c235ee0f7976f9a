using System.Net;
using SmartSink.TrafficGen.Options;

namespace SmartSink.TrafficGen.Tests;

public sealed class TrafficOptionsTests
{
    [Fact]
    public void Mail_goes_nowhere_but_to_this_machine_unless_told() =>
        IPAddress.IsLoopback(IPAddress.Parse(new TrafficOptions().Target.Host)).ShouldBeTrue();
}
