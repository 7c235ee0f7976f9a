using System.Net;
using SmartSink.Policy;
using SmartSink.Smtp.Replies;
using SmartSink.Testing;

namespace SmartSink.Behaviour.Tests;

public sealed class BehaviourFiltersTests
{
    [Fact]
    public void Each_revision_has_one_filter()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("responses.toml", "[domain.\"gmail.com\"]\nbounce = 3\n");
        var policy = PolicyLoader.Load(file).Snapshot!;
        var filters = new BehaviourFilters(() => policy, new Moment(0, default));
        var first = filters.Current;
        filters.Current.ShouldBeSameAs(first);
        policy = PolicyLoader.Load(file).Snapshot!;
        filters.Current.ShouldNotBeSameAs(first);
        filters.DialogEnded(7);
        (filters.Entries, filters.Evictions).ShouldBe((0, 0));
    }
    [Fact]
    public void The_limits_of_a_schedule_for_one_domain_are_recalled_for_that_domain_alone()
    {
        using var folder = new TemporaryFolder();
        var policy = PolicyLoader.Load(folder.Write(
            "responses.toml", "[[schedule]]\ndomain = \"only.example\"\nat = \"+0s\"\nset = { defer = 100, limits = { connections = 1 } }\n")).Snapshot!;
        var filters = new BehaviourFilters(() => policy, new Moment(0, default));
        filters.Refresh(new Moment(1, default));
        OwnersOf("a@only.example").ShouldHaveSingleItem().Connections.ShouldNotBeNull();
        OwnersOf("a@elsewhere.example").ShouldBeEmpty();
        filters.LimitsInForce.Limits.ShouldBeEmpty();

        IReadOnlyList<OwnerRecall> OwnersOf(string recipient) => filters.Recall(recipient, IPAddress.Loopback, "s@sender.example", string.Empty, new Moment(1, default))!.Owners;
    }
}
