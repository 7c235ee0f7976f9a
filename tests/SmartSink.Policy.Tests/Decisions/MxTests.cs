using System.Net;
using SmartSink.Smtp;

namespace SmartSink.Policy.Tests.Decisions;

/// <summary>[[mx]]: the name of a destination, and what its provider says before any recipient is known.</summary>
public sealed class MxTests
{
    private const string Servers = """
        [[mx]]
        networks = ["192.0.2.0/24", "2001:db8::/32"]
        hostname = "wide.example"

        [[mx]]
        networks = ["192.0.2.128/25", "192.0.2.7", "2001:db8:1::/48"]
        hostname = "narrow.example"
        banner = "ready"

        [[mx]]
        networks = ["192.0.2.200"]
        hostname = "one.example"

        """;

    private const string Provider = """
        seed = 5
        [domain."mail.test"]
        bounce = 30
        defer = 20
        [[mx]]
        networks = ["192.0.2.0/24"]
        hostname = "mx.mail.test"
        domains = ["mail.test", "*.mail.test"]
        [[bounce."mail.test"]]
        code = 554
        msg = "5.7.1 at connect"
        stage = "connect"
        [[bounce."mail.test"]]
        code = 550
        msg = "5.1.1 at rcpt"
        weight = 2
        [[defer."mail.test"]]
        code = 451
        msg = "4.7.1 at mail"
        stage = "mail"
        [domain."*.mail.test"]
        like = "mail.test"
        [domain."other.test"]
        like = "mail.test"

        """;

    private static readonly IPAddress Known = IPAddress.Parse("192.0.2.25");

    [Theory]
    [InlineData("192.0.2.1", "wide.example")]
    [InlineData("192.0.2.7", "narrow.example")]
    [InlineData("192.0.2.8", "wide.example")]
    [InlineData("192.0.2.127", "wide.example")]
    [InlineData("192.0.2.128", "narrow.example")]
    [InlineData("192.0.2.200", "one.example")]
    [InlineData("192.0.3.1", null)]
    [InlineData("2001:db8::1", "wide.example")]
    [InlineData("2001:db8:1:ffff::1", "narrow.example")]
    [InlineData("2001:db9::1", null)]
    [InlineData("::ffff:192.0.2.7", "narrow.example")]
    [InlineData("::1", null)]
    public void The_longest_prefix_names_the_server(string destination, string? hostname)
    {
        var policy = PolicyFolder.Snapshot(Servers);

        policy.IdentityAt(IPAddress.Parse(destination))?.Hostname.ShouldBe(hostname);
        (policy.IdentityAt(IPAddress.Parse(destination)) is null).ShouldBe(hostname is null);
    }

    [Fact]
    public void A_network_of_everything_holds_what_no_other_does()
    {
        var policy = PolicyFolder.Snapshot(Servers + """
            [[mx]]
            networks = ["0.0.0.0/0", "::/0"]
            hostname = "any.example"

            """);

        policy.IdentityAt(IPAddress.Parse("203.0.113.1"))!.Hostname.ShouldBe("any.example");
        policy.IdentityAt(IPAddress.Parse("fe80::1"))!.Hostname.ShouldBe("any.example");
        policy.IdentityAt(IPAddress.Parse("192.0.2.200"))!.Hostname.ShouldBe("one.example");
        policy.Explain("a@b.example", IPAddress.Parse("203.0.113.1")).Server!.Network.ShouldBe(IPNetwork.Parse("0.0.0.0/0"));
    }

    [Fact]
    public void A_banner_belongs_to_its_entry()
    {
        var policy = PolicyFolder.Snapshot(Servers);

        policy.IdentityAt(IPAddress.Parse("192.0.2.7"))!.Banner.ShouldBe("ready");
        policy.IdentityAt(IPAddress.Parse("192.0.2.1"))!.Banner.ShouldBeNull();
    }

    [Fact]
    public void Only_a_policy_with_servers_wants_destinations()
    {
        PolicyFolder.Snapshot(Servers).WantsDestination.ShouldBeTrue();
        PolicyFolder.Snapshot("seed = 1").WantsDestination.ShouldBeFalse();
    }

    [Fact]
    public void The_main_file_takes_a_network_from_an_included_one()
    {
        using var folder = new PolicyFolder("include = \"more.toml\"\n[[mx]]\nnetworks = \"192.0.2.0/24\"\nhostname = \"main.example\"\n");
        folder.Write("more.toml", "[[mx]]\nnetworks = [\"192.0.2.0/24\", \"198.51.100.0/24\"]\nhostname = \"included.example\"\n");
        var policy = folder.Snapshot();

        policy.IdentityAt(IPAddress.Parse("192.0.2.1"))!.Hostname.ShouldBe("main.example");
        policy.IdentityAt(IPAddress.Parse("198.51.100.1"))!.Hostname.ShouldBe("included.example");
    }

    [Theory]
    [InlineData(Stage.Connect, 10, 554)]
    [InlineData(Stage.Ehlo, 0, 0)]
    [InlineData(Stage.Mail, 20, 451)]
    public void Where_the_provider_is_known_its_replies_are_drawn_at_their_own_stage(Stage stage, int percent, int code)
    {
        const int Dialogs = 20_000;
        var policy = PolicyFolder.Snapshot(Provider);
        var dialog = new Dialog { Destination = Known };

        var replies = Enumerable.Range(0, Dialogs).Select(_ => dialog.Ask(policy, stage).Reply).Where(reply => reply is not null).ToList();

        replies.ShouldAllBe(reply => reply!.Code == code);
        (replies.Count * 100.0 / Dialogs).ShouldBe(percent, tolerance: 1);
    }

    [Theory]
    [InlineData("someone@mail.test", 20, 0, 0)]
    [InlineData("someone@sub.mail.test", 20, 0, 0)]
    [InlineData("someone@other.test", 20, 10, 20)]
    public void What_was_drawn_before_RCPT_is_not_drawn_again_there(string recipient, int atRcpt, int atConnect, int atMail)
    {
        const int Recipients = 20_000;
        var policy = PolicyFolder.Snapshot(Provider);
        var dialog = new Dialog { Destination = Known };
        dialog.Recipient(recipient);

        var codes = Enumerable.Range(0, Recipients).Select(_ => dialog.Ask(policy).Reply?.Code ?? 250).CountBy(code => code).ToDictionary();

        (codes.GetValueOrDefault(550) * 100.0 / Recipients).ShouldBe(atRcpt, tolerance: 1);
        (codes.GetValueOrDefault(554) * 100.0 / Recipients).ShouldBe(atConnect, tolerance: 1);
        (codes.GetValueOrDefault(451) * 100.0 / Recipients).ShouldBe(atMail, tolerance: 1);
    }

    [Fact]
    public void A_trigger_is_answered_whatever_was_drawn_before()
    {
        var policy = PolicyFolder.Snapshot(Provider);
        var dialog = new Dialog { Destination = Known };
        dialog.Recipient("tempfail@mail.test");

        dialog.Ask(policy).Reply!.Code.ShouldBe(451);
    }

    [Theory]
    [InlineData("198.51.100.1")]
    [InlineData(null)]
    public void Elsewhere_nothing_is_said_before_RCPT(string? destination)
    {
        var policy = PolicyFolder.Snapshot(Provider);
        var dialog = new Dialog { Destination = destination is null ? null : IPAddress.Parse(destination) };

        for (var i = 0; i < 1000; i++)
        {
            dialog.Ask(policy, Stage.Connect).Reply.ShouldBeNull();
            dialog.Ask(policy, Stage.Ehlo).Reply.ShouldBeNull();
            dialog.Ask(policy, Stage.Mail).Reply.ShouldBeNull();
        }
    }

    [Fact]
    public void A_server_without_domains_has_a_name_and_no_opinion()
    {
        var policy = PolicyFolder.Snapshot("[default]\nbounce = 100\n[[bounce.\"*\"]]\ncode = 554\nmsg = \"no\"\nstage = \"connect\"\n" + Servers);
        var dialog = new Dialog { Destination = IPAddress.Parse("192.0.2.1") };

        dialog.Ask(policy, Stage.Connect).Reply.ShouldBeNull();
        dialog.Ask(policy).Reply!.Code.ShouldBe(554);
    }

    [Fact]
    public void With_a_seed_a_run_repeats_and_the_recipients_draws_stay_the_same()
    {
        var destined = new Dialog { Destination = Known };
        var other = Dialog.With("a@other.test");
        var plain = PolicyFolder.Snapshot(Provider);
        var expected = Enumerable.Range(0, 500).Select(_ => other.Ask(plain).Reply?.Code).ToList();

        Run().ShouldBe(Run());

        List<int?> Run()
        {
            var policy = PolicyFolder.Snapshot(Provider);
            var early = new List<int?>();
            var late = new List<int?>();
            for (var i = 0; i < 500; i++)
            {
                early.Add(destined.Ask(policy, Stage.Connect).Reply?.Code);
                early.Add(destined.Ask(policy, Stage.Mail).Reply?.Code);
                late.Add(other.Ask(policy).Reply?.Code);
            }

            late.ShouldBe(expected);
            return early;
        }
    }

    [Fact]
    public void Before_RCPT_a_sticky_provider_keeps_its_rates()
    {
        const int Dialogs = 20_000;
        var policy = PolicyFolder.Snapshot("sticky = true\n" + Provider);
        var dialog = new Dialog { Destination = Known };

        var refused = Enumerable.Range(0, Dialogs).Count(_ => dialog.Ask(policy, Stage.Mail).Reply is not null);

        (refused * 100.0 / Dialogs).ShouldBe(20, tolerance: 1);
    }

    [Theory]
    [InlineData("192.0.2.1", "someone@mail.test", "192.0.2.1 answers as mx.mail.test, by 192.0.2.0/24 at {0}(6,13); replies for connect, ehlo or mail are given there")]
    [InlineData("::ffff:192.0.2.1", "someone@other.test", "192.0.2.1 answers as mx.mail.test, by 192.0.2.0/24 at {0}(6,13); the domain is not one of this server's: replies for connect, ehlo or mail are given at rcpt")]
    [InlineData("2001:db8::1", "someone@mail.test", "2001:db8::1 is in no network of [[mx]]: replies for connect, ehlo or mail are given at rcpt")]
    public void A_destination_is_explained(string destination, string address, string expected)
    {
        using var folder = new PolicyFolder(Provider);

        var text = folder.Snapshot().Explain(address, IPAddress.Parse(destination)).ToText();

        text.ShouldContain("\n  mx       " + string.Format(System.Globalization.CultureInfo.InvariantCulture, expected, folder.MainFile) + "\n");
    }
}
