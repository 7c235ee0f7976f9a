using System.Net;
using SmartSink.Smtp;
using SmartSink.Testing;

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
            [domain."example.*"]
            """);
        string[] recipients =
        [
            "x@example.com", "x@a.b.example.com", "x@example.co.uk", "x@other.example.sink.test", "tempfail@example.com", "450-x@example.com", "postmaster",
            "unknown-x@example.com", "full-x@example.co.uk", "label-block_list-x@a.b.example.com", "greylist-x+data@other.example.sink.test",
        ];
        foreach (var dialog in recipients.Select(Dialog.With))
        {
            // The first answer may count a domain for the first time, and the first thousand take every way through the code once.
            Allocated(policy, dialog);

            Allocated(policy, dialog).ShouldBe(0);
        }
    }

    [Fact]
    public void A_decision_among_very_many_domains_allocates_nothing()
    {
        var policy = PolicyFolder.Snapshot(string.Concat(Enumerable.Range(0, 500).Select(i => $"[domain.\"mail{i}.example\"]\nbounce = 50\n[domain.\"*.mail{i}.example\"]\n")));
        foreach (var dialog in new[] { "x@mail7.example", "x@a.b.mail499.example", "x@nobody.example" }.Select(Dialog.With))
        {
            Allocated(policy, dialog);

            Allocated(policy, dialog).ShouldBe(0);
        }
    }

    [Theory]
    [InlineData("", Stage.Connect)]
    [InlineData("", Stage.Ehlo)]
    [InlineData("seed = 1\n", Stage.Mail)]
    [InlineData("seed = 1\nsticky = true\n", Stage.Rcpt)]
    public void A_decision_about_a_known_destination_allocates_nothing(string head, Stage stage)
    {
        var policy = PolicyFolder.Snapshot(head + """
            [domain."example.com"]
            bounce = 50
            [[mx]]
            networks = ["192.0.2.0/24", "198.51.100.0/25", "2001:db8::/32"]
            hostname = "mx.example.com"
            domains = ["example.com"]
            [[bounce."example.com"]]
            code = 550
            msg = "no"
            stage = "connect"
            """);
        foreach (var destination in new[] { "192.0.2.1", "203.0.113.1", "2001:db8::1" })
        {
            var dialog = new Dialog { Destination = IPAddress.Parse(destination) };
            Allocated(policy, dialog, stage);

            Allocated(policy, dialog, stage).ShouldBe(0);
        }
    }

    private static long Allocated(PolicySnapshot policy, Dialog dialog, Stage stage = Stage.Rcpt) => AllocatedMemory.ByCaller(dialog.Facts(stage), facts =>
    {
        for (var i = 0; i < 1000; i++)
        {
            policy.Answer(facts);
        }
    });
}
