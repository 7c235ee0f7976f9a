using SmartSink.Policy.Decisions;
using SmartSink.Policy.Model;
using SmartSink.Smtp;
using SmartSink.Smtp.Server;

namespace SmartSink.Behaviour.Tests.Limits;

public sealed class DialogLimitTests
{
    private const string Mx =
        """
        [domain."gmail.com"]

        [[mx]]
        networks = ["198.51.100.0/24"]
        hostname = "mx.google.com"
        domains = ["gmail.com"]
        """;

    [Fact]
    public void Connections_count_from_naming_the_provider_until_they_end()
    {
        var host = new BehaviourHost(new ProviderLimits { Connections = 2 });

        host.Rcpt(connection: 1).ShouldBe(250);
        host.Rcpt(connection: 1).ShouldBe(250);
        host.Rcpt(connection: 2).ShouldBe(250);
        host.Rcpt(connection: 3).ShouldBe(451);
        host.Rcpt("someone@other.example", connection: 3).ShouldBe(250);
        host.Rcpt(client: "192.0.2.8", connection: 4).ShouldBe(250);
        host.Close(3);
        host.Rcpt(connection: 5).ShouldBe(451);
        host.Close(1);
        host.Rcpt(connection: 5).ShouldBe(250);
        host.Rcpt(connection: 2).ShouldBe(250);
        host.Rcpt(connection: 6).ShouldBe(451);
    }

    [Fact]
    public void Behind_an_mx_they_are_refused_by_the_greeting()
    {
        var host = new BehaviourHost(new ProviderLimits { Connections = 1 }, policy: Mx);

        Greet(host, 1).Reply.ShouldBeNull();
        var refusal = Greet(host, 2);
        host.Text(refusal).ShouldBe("421 4.7.0 Too many connections or messages from your network, try again later");
        refusal.Reply!.Closes.ShouldBeTrue();
        host.Close(2);
        host.Rcpt(connection: 1).ShouldBe(250);
        host.Close(1);
        Greet(host, 3).Reply.ShouldBeNull();
    }

    [Fact]
    public void A_block_too_is_told_by_the_greeting_there()
    {
        var host = new BehaviourHost(
            new ProviderLimits
            {
                Rate = new Rate(1, TimeSpan.FromMinutes(1)),
                Block = new BlockRule(1, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5), 1, null),
            },
            policy: Mx);
        Greet(host, 1).Reply.ShouldBeNull();
        host.Accepted(3).ShouldBe(1);

        Greet(host, 2).Reply!.Code.ShouldBe(421);
        host.Ask(stage: Stage.Connect, connection: 3).Reply.ShouldBeNull();
        host.Advance(TimeSpan.FromMinutes(5));
        Greet(host, 4).Reply.ShouldBeNull();
    }

    [Fact]
    public void Messages_on_a_connection_are_counted_at_their_first_recipient()
    {
        var host = new BehaviourHost(new ProviderLimits { MessagesPerConnection = 2 });
        for (var message = 0; message < 2; message++)
        {
            host.Mail();
            host.Accepted(3).ShouldBe(3);
        }

        host.Mail();
        var refusal = host.Ask();
        host.Text(refusal).ShouldBe("421 4.7.0 Too many messages on this connection");
        refusal.EndFault.ShouldBe(AnswerFault.None);
        host.Rcpt("someone@other.example").ShouldBe(250);
        host.Mail(connection: 2);
        host.Rcpt(connection: 2).ShouldBe(250);
    }

    [Theory]
    [InlineData("163.com", 7, "450 MI:DMC ")]
    [InlineData("cox.net", 100, "452 ")]
    [InlineData("icloud.com", 5, "421 ")]
    public void A_provider_says_so_in_its_own_words(string domain, int messages, string words)
    {
        var host = new BehaviourHost();
        host.LoadAsWritten("include = [\"builtin:providers\"]\nbehaviour = \"provider\"\n");
        for (var message = 0; message < messages; message++)
        {
            host.Mail();
            host.Rcpt($"250-someone@{domain}").ShouldBe(250);
        }

        host.Mail();
        host.Text(host.Ask($"someone@{domain}")).ShouldStartWith(words);
    }

    [Fact]
    public void Or_the_connection_is_closed_behind_the_last()
    {
        var host = new BehaviourHost(new ProviderLimits { MessagesPerConnection = 2, ClosesSilently = true });
        host.Mail();
        host.Ask().EndFault.ShouldBe(AnswerFault.None);
        host.Mail();
        host.Ask().EndFault.ShouldBe(AnswerFault.DropAfterReply);
        host.Ask().EndFault.ShouldBe(AnswerFault.DropAfterReply);
        host.Ask("someone@other.example").EndFault.ShouldBe(AnswerFault.None);
    }

    [Fact]
    public void A_message_of_two_providers_counts_at_both()
    {
        var host = new BehaviourHost(new ProviderLimits { MessagesPerConnection = 1 });
        host.Mail();
        (host.Rcpt(), host.Rcpt("a@other.example"), host.Rcpt()).ShouldBe((250, 250, 250));
        host.Mail();
        (host.Rcpt(), host.Rcpt("a@other.example"), host.Rcpt("a@third.example")).ShouldBe((421, 421, 250));
    }

    [Fact]
    public void Recipients_of_a_message_are_those_that_no_limit_refused()
    {
        var host = new BehaviourHost(new ProviderLimits { RecipientsPerMessage = 3 });
        host.Mail();
        host.Accepted(5).ShouldBe(3);
        host.Text(host.Ask()).ShouldBe("452 4.5.3 Too many recipients");
        host.Mail();
        host.Accepted(5).ShouldBe(3);
    }

    [Fact]
    public void A_dialog_that_names_very_many_providers_forgets_the_first_and_frees_its_place()
    {
        var host = new BehaviourHost(new ProviderLimits { Connections = 1 });
        host.Rcpt("a@0.example", connection: 1).ShouldBe(250);
        for (var i = 1; i <= 64; i++)
        {
            host.Rcpt("a@0.example", connection: 2).ShouldBe(451);
            host.Rcpt($"a@{i}.example", connection: 1).ShouldBe(250);
        }

        host.Rcpt("a@0.example", connection: 2).ShouldBe(250);
        host.Rcpt("a@64.example", connection: 2).ShouldBe(451);
        host.Close(1);
        host.Rcpt("a@64.example", connection: 2).ShouldBe(250);
    }

    [Fact]
    public void A_reload_in_the_middle_of_a_dialog_keeps_its_counts()
    {
        var limits = new ProviderLimits { Connections = 1, MessagesPerConnection = 2 };
        var host = new BehaviourHost(limits);
        host.Mail();
        host.Rcpt().ShouldBe(250);
        host.Load("[domain.\"x.example\"]\n[domain.\"gmail.com\"]\n", limits);
        host.Mail();
        host.Rcpt().ShouldBe(250);
        host.Mail();
        host.Rcpt().ShouldBe(421);
        host.Rcpt(connection: 2).ShouldBe(451);
    }

    private static FilterAnswer Greet(BehaviourHost host, uint connection) => host.Ask(stage: Stage.Connect, connection: connection, destination: "198.51.100.9");
}
