using SmartSink.Policy.Decisions;

namespace SmartSink.Behaviour.Tests.Limits;

public sealed class GreylistTests
{
    private static readonly GreylistRule Rule = new(TimeSpan.FromMinutes(5), TimeSpan.FromHours(12));

    [Fact]
    public void A_try_is_accepted_once_the_wait_is_over_and_for_good()
    {
        var record = new BehaviourRecord();
        var host = new BehaviourHost(greylist: Rule, observer: record);

        host.Rcpt().ShouldBe(451);
        host.Advance(TimeSpan.FromMilliseconds(299_999));
        host.Rcpt().ShouldBe(451);
        host.Advance(TimeSpan.FromMilliseconds(1));
        host.Rcpt().ShouldBe(250);
        host.Advance(TimeSpan.FromDays(29));
        host.Rcpt().ShouldBe(250);
        host.Advance(TimeSpan.FromDays(30));
        host.Rcpt().ShouldBe(451);
        record.Lines.ShouldBe(["gmail.com greylist First", "gmail.com greylist TooEarly", "gmail.com greylist Passed", "gmail.com greylist Known", "gmail.com greylist First"]);
    }

    [Fact]
    public void After_the_window_it_begins_anew()
    {
        var host = new BehaviourHost(greylist: Rule);
        host.Rcpt().ShouldBe(451);
        host.Advance(TimeSpan.FromHours(12));
        host.Rcpt().ShouldBe(451);
        host.Advance(TimeSpan.FromMinutes(5));
        host.Rcpt().ShouldBe(250);
    }

    [Theory]
    [InlineData("someone@gmail.com", "192.0.2.7", "News@Sender.Example", true)]
    [InlineData("Someone@GMAIL.com", "192.0.2.7", "news@sender.example", true)]
    [InlineData("someone@gmail.com", "192.0.2.8", "news@sender.example", false)]
    [InlineData("someone@gmail.com", "192.0.2.7", "other@sender.example", false)]
    [InlineData("someone@gmail.com", "192.0.2.7", "", false)]
    [InlineData("someone.else@gmail.com", "192.0.2.7", "news@sender.example", false)]
    public void Network_sender_and_recipient_make_a_try(string recipient, string client, string sender, bool isSame)
    {
        var host = new BehaviourHost(greylist: Rule);
        host.Rcpt().ShouldBe(451);
        host.Advance(TimeSpan.FromMinutes(10));
        host.Ask(recipient.Replace("GMAIL", "gmail", StringComparison.Ordinal), client, sender).Reply.ShouldBe(isSame ? null : host.Ask("greylist-x@gmail.com").Reply);
    }

    [Fact]
    public void A_trigger_is_not_greylisted()
    {
        var host = new BehaviourHost(greylist: Rule);
        host.Rcpt("250-now@gmail.com").ShouldBe(250);
    }

    [Fact]
    public void A_limit_refuses_before_the_greylist_is_asked()
    {
        var record = new BehaviourRecord();
        var host = new BehaviourHost(new ProviderLimits { Rate = new Policy.Model.Rate(1, TimeSpan.FromDays(1)) }, Rule, observer: record);
        host.Rcpt();
        host.Rcpt();
        record.Lines.ShouldBe(["gmail.com greylist First", "gmail.com Rate"]);
    }
}
