using SmartSink.EndToEnd.Tests.Compatibility.Clients;
using SmartSink.EndToEnd.Tests.Compatibility.Relays;

namespace SmartSink.EndToEnd.Tests.Compatibility;

public sealed class CompatibilityPageTests
{
    [Fact]
    public void Each_row_has_a_test() =>
        CompatibilityPage.Names.ShouldBe(RelayTests.Names.Concat(SubmissionClientTests.Names).Select(row => row.Data));
}
