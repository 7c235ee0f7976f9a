using SmartSink.Policy;
using SmartSink.Smtp.Replies;
using SmartSink.Testing;

namespace SmartSink.Behaviour.Tests;

public sealed class BehaviourFiltersTests
{
    [Fact]
    public void A_policy_in_which_nothing_reacts_is_given_as_it_is()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("responses.toml", "[domain.\"gmail.com\"]\nbounce = 3\n");
        var policy = PolicyLoader.Load(file).Snapshot!;
        var filters = new BehaviourFilters(() => policy, new Moment(0, default));
        filters.Current.ShouldBeSameAs(policy);
        policy = PolicyLoader.Load(file).Snapshot!;
        filters.Current.ShouldBeSameAs(policy);
        filters.DialogEnded(7);
        (filters.Entries, filters.Evictions).ShouldBe((0, 0));
    }
}
