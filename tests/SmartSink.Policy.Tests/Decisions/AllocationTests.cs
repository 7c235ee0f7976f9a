namespace SmartSink.Policy.Tests.Decisions;

public sealed class AllocationTests
{
    [Theory]
    [InlineData("")]
    [InlineData("seed = 1\n")]
    [InlineData("sticky = true\n")]
    [InlineData("seed = 1\nsticky = true\ndomain_suffix = [\"sink.test\", \"load.test\"]\n")]
    public void A_decision_allocates_nothing(string head)
    {
        var policy = PolicyFolder.Snapshot(head + """
            [default]
            bounce = 30
            defer = 30
            [domain."example.com"]
            [domain."*.example.com"]
            """);
        string[] recipients = ["x@example.com", "x@a.b.example.com", "x@other.example.sink.test", "tempfail@example.com", "450-x@example.com", "postmaster"];
        foreach (var dialog in recipients.Select(Dialog.With))
        {
            // The first answer may count a domain for the first time, and the first thousand take every way through the code once.
            Allocated(policy, dialog);

            Allocated(policy, dialog).ShouldBe(0);
        }
    }

    private static long Allocated(PolicySnapshot policy, Dialog dialog)
    {
        var facts = dialog.Facts();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            policy.Answer(facts);
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
