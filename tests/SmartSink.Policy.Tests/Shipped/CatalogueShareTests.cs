using SmartSink.Policy.Model;
using SmartSink.Smtp.Replies;
using SmartSink.Testing.Policies;

namespace SmartSink.Policy.Tests.Shipped;

/// <summary>How often a provider's replies are drawn is what its file says.</summary>
public sealed class CatalogueShareTests
{
    private const int Draws = 100_000;

    /// <summary>Of the normal distribution: less than one sample in a million lies beyond it. The seed is fixed, so that a list fits always or never.</summary>
    private const double Deviations = 4.8;

    private static readonly PolicySnapshot Policy = PolicyFolder.Snapshot($"seed = {Catalogue.Seed}\ninclude = [\"builtin:providers\"]");

    public static TheoryData<string> Files => [.. Catalogue.Files];

    [Theory]
    [MemberData(nameof(Files))]
    public void Permfail_draws_as_the_weights_say(string file) => ShouldFit(file, ReplyKind.Bounce, "permfail");

    [Theory]
    [MemberData(nameof(Files))]
    public void Tempfail_draws_as_the_weights_say(string file) => ShouldFit(file, ReplyKind.Defer, "tempfail");

    private static void ShouldFit(string file, ReplyKind kind, string localPart)
    {
        CatalogueReply[] replies = [.. Catalogue.Replies.Where(reply => reply.File == file && reply.Kind == kind)];
        if (replies.Length == 0)
        {
            return;
        }

        var dialog = Dialog.With($"{localPart}@{replies[0].Entry.Replace("*", "any.example", StringComparison.Ordinal)}");
        var draws = Draw(dialog);
        var total = replies.Sum(reply => reply.Weight);
        var chiSquared = 0.0;
        var lists = replies.GroupBy(reply => dialog.Wire(reply.ToReply()), StringComparer.Ordinal).ToArray();
        foreach (var same in lists)
        {
            var expected = Draws * same.Sum(reply => reply.Weight) / total;
            draws.Remove(same.Key, out var drawn);
            chiSquared += (drawn - expected) * (drawn - expected) / expected;
        }

        draws.ShouldBeEmpty($"{file} does not have these");
        chiSquared.ShouldBeLessThanOrEqualTo(Highest(lists.Length - 1), file);
    }

    private static Dictionary<string, int> Draw(Dialog dialog)
    {
        var counts = new Dictionary<Reply, int>();
        var facts = dialog.Facts();
        for (var i = 0; i < Draws; i++)
        {
            var reply = Policy.Answer(facts).Reply!;
            counts[reply] = counts.GetValueOrDefault(reply) + 1;
        }

        return counts.GroupBy(pair => dialog.Wire(pair.Key), StringComparer.Ordinal)
            .ToDictionary(same => same.Key, same => same.Sum(pair => pair.Value), StringComparer.Ordinal);
    }

    /// <summary>The quantile of chi-squared, by Wilson and Hilferty's approximation.</summary>
    private static double Highest(int degrees)
    {
        var spread = 2.0 / (9 * degrees);
        return degrees == 0 ? 0 : degrees * Math.Pow(1 - spread + (Deviations * Math.Sqrt(spread)), 3);
    }
}
