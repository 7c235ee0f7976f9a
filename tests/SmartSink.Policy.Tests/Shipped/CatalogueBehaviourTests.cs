using System.Text.RegularExpressions;
using SmartSink.Policy.Decisions;
using SmartSink.Testing.Policies;

namespace SmartSink.Policy.Tests.Shipped;

/// <summary>How the catalogue's providers behave towards senders: figures with their sources, in force with <c>behaviour = "provider"</c> alone.</summary>
public sealed partial class CatalogueBehaviourTests
{
    private static readonly PolicySnapshot ProviderLike = PolicyLoader.Load(Catalogue.ProviderLikeFile).Snapshot.ShouldNotBeNull();

    [Fact]
    public void Each_figure_says_behind_it_where_it_comes_from() =>
        Catalogue.Figures.Where(figure => !SourcePattern().IsMatch(figure.Source)).Select(figure => figure.Place).ShouldBeEmpty();

    [Fact]
    public void No_figure_stands_anywhere_else() =>
        Catalogue.Files.Where(file => Catalogue.CountFigures(file) != Catalogue.Figures.Count(figure => figure.File == file)).ShouldBeEmpty();

    /// <summary>What providers publish, or senders with experience keep to.</summary>
    [Theory]
    [InlineData("gmail.com", "5 connections, 50 messages")]
    [InlineData("yahoo.com", "20 messages and close")]
    [InlineData("aol.com", "20 messages and close")]
    [InlineData("outlook.com", "500 connections, 50 messages")]
    [InlineData("contoso.mail.protection.outlook.com", "5 connections, 50 messages")]
    [InlineData("icloud.com", "10 connections, 5 messages")]
    [InlineData("comcast.net", "25 connections, 1000 messages, 100 recipients, 1000/h")]
    [InlineData("cox.net", "10 connections, 100 messages")]
    [InlineData("gmx.de", "4 connections, 20 messages")]
    [InlineData("mail.com", "4 connections, 100 messages")]
    [InlineData("web.de", "4 connections, 20 messages")]
    [InlineData("orange.fr", "2 connections, 100 messages, 100 recipients")]
    [InlineData("laposte.net", "2 connections, 100 messages")]
    [InlineData("sfr.fr", "2 connections")]
    [InlineData("qq.com", "4 connections, 8 messages")]
    [InlineData("163.com", "4 connections, 7 messages")]
    [InlineData("yahoo.co.jp", "2 connections, 20 messages, 10/s")]
    [InlineData("eu.mimecast.com", "10 connections, 100 messages")]
    [InlineData("a.ess.barracudanetworks.com", "10 connections, 15 messages")]
    [InlineData("a.pphosted.com", "1000 recipients")]
    public void A_provider_has_the_limits_that_are_known_of_it(string domain, string known)
    {
        var limits = BehaviourOf(domain).Limits.ShouldNotBeNull();
        var figures = known.Split(", ").ToDictionary(figure => figure[(figure.IndexOf(' ', StringComparison.Ordinal) + 1)..].Split(' ')[0], figure => figure);

        limits.Connections.ShouldBe(NumberOf("connections"));
        limits.MessagesPerConnection.ShouldBe(NumberOf("messages"));
        limits.RecipientsPerMessage.ShouldBe(NumberOf("recipients"));
        limits.ClosesSilently.ShouldBe(known.EndsWith("and close", StringComparison.Ordinal));
        if (figures.Keys.SingleOrDefault(figure => figure.Contains('/', StringComparison.Ordinal)) is { } rate)
        {
            limits.Rate.ShouldNotBeNull().ToString().ShouldBe(rate);
        }

        int? NumberOf(string what) => figures.TryGetValue(what, out var figure) ? int.Parse(figure.Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture) : null;
    }

    [Theory]
    [InlineData("eu.mimecast.com", 1, 12)]
    [InlineData("a.ess.barracudanetworks.com", 5, 12)]
    [InlineData("titan.email", 5, 12)]
    [InlineData("zerospam.ca", 1, 12)]
    public void A_provider_that_greylists_does_so(string domain, int minutes, int hours) =>
        BehaviourOf(domain).Greylist.ShouldBe(new GreylistRule(TimeSpan.FromMinutes(minutes), TimeSpan.FromHours(hours)));

    [Theory]
    [InlineData("sfr.fr", 2)]
    [InlineData("cox.net", 24)]
    [InlineData("yahoo.com", 2)]
    public void A_block_lasts_as_long_as_it_is_known_to(string domain, int hours) =>
        BehaviourOf(domain).Limits.ShouldNotBeNull().Block.ShouldNotBeNull().For.ShouldBe(TimeSpan.FromHours(hours));

    [Theory]
    [InlineData("gmail.com", "googlemail.com")]
    [InlineData("yahoo.com", "aol.com")]
    [InlineData("yahoo.com", "yahoo.fr")]
    [InlineData("outlook.com", "hotmail.com")]
    [InlineData("gmx.de", "mail.com")]
    [InlineData("a.mail.protection.outlook.com", "b.onmicrosoft.com")]
    public void Sister_domains_share_the_memory_of_one_provider(string domain, string sister) =>
        BehaviourOf(sister).Provider.ShouldBe(BehaviourOf(domain).Provider);

    [Fact]
    public void Only_files_with_figures_react()
    {
        var entries = Catalogue.Figures.Select(figure => figure.File).Distinct().SelectMany(file => Catalogue.ReadDomains(file).Keys).ToHashSet(StringComparer.Ordinal);

        Catalogue.Domains.Where(domain => FindBehaviour(ProviderLike, NameUnder(domain)) is not null).ShouldBe(entries, ignoreOrder: true);
    }

    [Fact]
    public void A_rate_that_nobody_publishes_is_above_what_the_rates_of_the_page_refuse()
    {
        foreach (var domain in Catalogue.Domains.Select(NameUnder))
        {
            if (FindBehaviour(ProviderLike, domain)?.Limits?.Unknown is { } unknown)
            {
                ((double)ProviderLike.Explain(domain).Bounce.Percent).ShouldBeLessThan(unknown / 2, domain);
            }
        }
    }

    [Fact]
    public void What_is_said_over_a_limit_is_a_reply_of_the_provider() =>
        Catalogue.Throttles.Where(throttle => !Catalogue.Replies.Any(reply => IsSame(reply, throttle))).Select(throttle => throttle.Place).ShouldBeEmpty();

    [Fact]
    public void It_speaks_of_a_limit_that_the_provider_has()
    {
        var figures = Catalogue.Figures.ToLookup(figure => figure.Entry);

        Catalogue.Throttles.Where(throttle => throttle.Limit is { } limit && !figures[throttle.Entry].Any(figure => figure.Key.StartsWith($"limits.{limit}", StringComparison.Ordinal)))
            .Select(throttle => throttle.Place).ShouldBeEmpty();
    }

    [Fact]
    public void With_dice_nothing_reacts()
    {
        ShippedPolicy.Snapshot.Behaviour.IsEmpty.ShouldBeTrue();
        Catalogue.Domains.Where(domain => ShippedPolicy.Snapshot.Explain(NameUnder(domain)).TlsRequiredBy is not null).ShouldBeEmpty();
    }

    [Fact]
    public void With_dice_every_answer_is_as_without_it()
    {
        var page = $"seed = {Catalogue.Seed}\n{File.ReadAllText(Catalogue.MainFile)}";
        using var folder = new PolicyFolder(page.Replace("\"builtin:providers\"", "\"providers/*.toml\"", StringComparison.Ordinal));
        foreach (var file in Catalogue.Files)
        {
            folder.Write($"providers/{file}", Catalogue.ReadWithoutBehaviour(file));
        }

        var without = folder.Snapshot();
        var with = PolicyFolder.Snapshot(page);
        without.Size.Keys.ShouldBe(with.Size.Keys - Catalogue.Figures.Count);
        without.Size.Replies.ShouldBe(with.Size.Replies - Catalogue.Throttles.Count);
        foreach (var domain in Catalogue.Domains.Select(NameUnder))
        {
            foreach (var localPart in (string[])["someone", "someone", "someone", "throttle-someone", "greylist-someone", "tempfail"])
            {
                var dialog = Dialog.With($"{localPart}@{domain}");
                dialog.Wire(with).ShouldBe(dialog.Wire(without), domain);
            }
        }
    }

    private static ProviderBehaviour BehaviourOf(string domain) => FindBehaviour(ProviderLike, domain).ShouldNotBeNull(domain);

    private static ProviderBehaviour? FindBehaviour(PolicySnapshot policy, string domain) =>
        policy.Behaviour.Providers[policy.EntryOf(System.Text.Encoding.ASCII.GetBytes(domain))];

    private static string NameUnder(string domain) => domain.Replace("*", "a-tenant", StringComparison.Ordinal);

    private static bool IsSame(CatalogueReply reply, CatalogueReply throttle) =>
        reply.Entry == throttle.Entry && reply.Code == throttle.Code && reply.Text == throttle.Text
        && reply.Label == throttle.Label && reply.Stage == throttle.Stage && reply.Closes == throttle.Closes && reply.Comment == throttle.Comment;

    [GeneratedRegex(@"^(documented: https?://\S+\.[^\s;]+|senders' practice: KumoMTA's (shaping rules|warm-up schedule)|observed \(third parties\)|not published)($|[;,] | \()", RegexOptions.None, 60_000)]
    private static partial Regex SourcePattern();
}
