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

    /// <summary>What a recipient's own mailbox or address is refused for.</summary>
    private static readonly ReplyLabel[] FaultsOfRecipients = [ReplyLabel.UnknownUser, ReplyLabel.MailboxFull, ReplyLabel.Suspended, ReplyLabel.BadAddress];

    public static TheoryData<string> Files => [.. Catalogue.Files];

    [Theory]
    [MemberData(nameof(Files))]
    public void Permfail_draws_as_the_weights_say(string file) => ShouldFit(file, ReplyKind.Bounce, "permfail");

    [Theory]
    [MemberData(nameof(Files))]
    public void Tempfail_draws_as_the_weights_say(string file) => ShouldFit(file, ReplyKind.Defer, "tempfail");

    /// <summary>
    /// Providers of mailboxes for everybody: two of three permanent refusals are of the recipient's making there. What gateways, hosters and
    /// the rest of the internet refuse hangs on their customers.
    /// </summary>
    [Theory]
    [InlineData("att.toml")]
    [InlineData("comcast.toml")]
    [InlineData("cox.toml")]
    [InlineData("daum.toml")]
    [InlineData("docomo.toml")]
    [InlineData("earthlink.toml")]
    [InlineData("free.toml")]
    [InlineData("gmail.toml")]
    [InlineData("gmx.toml")]
    [InlineData("i-ua.toml")]
    [InlineData("icloud.toml")]
    [InlineData("iinet.toml")]
    [InlineData("ionos.toml")]
    [InlineData("kddi.toml")]
    [InlineData("laposte.toml")]
    [InlineData("libero.toml")]
    [InlineData("mail-ru.toml")]
    [InlineData("naver.toml")]
    [InlineData("netease.toml")]
    [InlineData("o2-pl.toml")]
    [InlineData("orange.toml")]
    [InlineData("outlook.toml")]
    [InlineData("proton.toml")]
    [InlineData("qq.toml")]
    [InlineData("rambler.toml")]
    [InlineData("sfr.toml")]
    [InlineData("sina.toml")]
    [InlineData("softbank.toml")]
    [InlineData("spectrum.toml")]
    [InlineData("t-online.toml")]
    [InlineData("ukr-net.toml")]
    [InlineData("virgin-media.toml")]
    [InlineData("web-de.toml")]
    [InlineData("yahoo.toml")]
    [InlineData("yahoo-japan.toml")]
    [InlineData("yandex.toml")]
    [InlineData("zoho.toml")]
    public void Of_what_a_provider_refuses_for_good_60_to_75_percent_is_the_recipients_fault(string file)
    {
        var drawn = Draw(AskingFor("permfail", Catalogue.Replies.First(reply => reply.File == file)));

        var faults = drawn.Where(pair => FaultsOfRecipients.Contains(pair.Key.Label)).Sum(pair => pair.Value);
        (100.0 * faults / Draws).ShouldBeInRange(60, 75);
    }

    private static void ShouldFit(string file, ReplyKind kind, string localPart)
    {
        CatalogueReply[] replies = [.. Catalogue.Replies.Where(reply => reply.File == file && reply.Kind == kind)];
        var dialog = AskingFor(localPart, replies[0]);
        var draws = Draw(dialog).GroupBy(pair => dialog.Wire(pair.Key), StringComparer.Ordinal)
            .ToDictionary(same => same.Key, same => same.Sum(pair => pair.Value), StringComparer.Ordinal);
        var total = replies.Sum(reply => reply.Weight);
        var chiSquared = 0.0;
        var texts = replies.GroupBy(reply => dialog.Wire(reply.ToReply()), StringComparer.Ordinal).ToArray();
        foreach (var same in texts)
        {
            var expected = Draws * same.Sum(reply => reply.Weight) / total;
            draws.Remove(same.Key, out var drawn);
            chiSquared += (drawn - expected) * (drawn - expected) / expected;
        }

        draws.ShouldBeEmpty($"{file} does not have these");
        chiSquared.ShouldBeLessThanOrEqualTo(Highest(texts.Length - 1), file);
    }

    private static Dialog AskingFor(string localPart, CatalogueReply reply) =>
        Dialog.With($"{localPart}@{reply.Entry.Replace("*", "any.example", StringComparison.Ordinal)}");

    private static Dictionary<Reply, int> Draw(Dialog dialog)
    {
        var counts = new Dictionary<Reply, int>();
        var facts = dialog.Facts();
        for (var i = 0; i < Draws; i++)
        {
            var reply = Policy.Answer(facts).Reply!;
            counts[reply] = counts.GetValueOrDefault(reply) + 1;
        }

        return counts;
    }

    /// <summary>The quantile of chi-squared, by Wilson and Hilferty's approximation.</summary>
    private static double Highest(int degrees)
    {
        var spread = 2.0 / (9 * degrees);
        return degrees == 0 ? 0 : degrees * Math.Pow(1 - spread + (Deviations * Math.Sqrt(spread)), 3);
    }
}
