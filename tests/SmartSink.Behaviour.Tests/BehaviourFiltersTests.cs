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
}
