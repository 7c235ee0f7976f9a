namespace SmartSink.Ledger.Tests;

public sealed class RunNumberTests
{
    [Fact]
    public void A_message_without_a_run_is_of_none() => default(Facts.RunNumber).IsKnown.ShouldBeFalse();
}
