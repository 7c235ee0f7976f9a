using SmartSink.Testing;

namespace SmartSink.Policy.Tests.Loading;

/// <summary>What stands in the repository's policy folder is what a user starts from.</summary>
public sealed class ShippedPolicyTests
{
    [Fact]
    public void The_shipped_policy_loads_without_any_diagnostic()
    {
        var result = PolicyLoader.Load(RepositoryRoot.Combine("policy", "responses.toml"));

        result.Diagnostics.ShouldBeEmpty();
        result.Snapshot.ShouldNotBeNull();
        result.Files.Count.ShouldBe(1 + Directory.GetFiles(RepositoryRoot.Combine("policy", "providers"), "*.toml").Length);
        result.IncludeFolders.ShouldBe([RepositoryRoot.Combine("policy", "providers")]);
    }

    [Fact]
    public void A_sister_domain_speaks_as_the_one_it_is_like()
    {
        var policy = PolicyLoader.Load(RepositoryRoot.Combine("policy", "responses.toml")).Snapshot.ShouldNotBeNull();

        policy.Explain("someone@googlemail.com").LikeChain.ShouldBe(["gmail.com"]);
        Dialog.With("permfail@googlemail.com").Ask(policy).Reply.ShouldNotBeNull().Code.ShouldBeGreaterThanOrEqualTo(500);
    }
}
