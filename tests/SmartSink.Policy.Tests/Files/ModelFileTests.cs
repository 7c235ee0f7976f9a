namespace SmartSink.Policy.Tests.Files;

/// <summary>
/// The established format as its files are in practice: codes glued to the texts in three ways, a refusal for good among the deferrals,
/// a reply listed twice, rates without a list and a list without rates, texts with a log's words around them.
/// </summary>
public sealed class ModelFileTests
{
    private const string File = """
        [default]
        bounce=10
        defer=5

        [domain."rates-only.example"]
        bounce = 5
        defer =  20

        [[defer."glued.example"]]
        code=421
        msg="421-4.7.0 [192.0.2.1] We have seen a strange amount of\r\n421-4.7.0 mail from your address. To guard our\r\n421,4.7.0 readers, come back later. 12ab34"

        [[bounce."glued.example"]]
        code=550
        msg="550-5.1.1 Nobody of that name lives here. Please\r\n550,5.1.1 look at https://help.example/names b1-20020a"

        [[defer."lines.example"]]
        code=451
        msg="4.4.2 A message of many lines. \n451 Its second line. \n 451 Its third line. \n451 Its last line."

        [[defer."mixed.example"]]
        code=550
        msg="5.5.0 mailbox gone \n550 and left no address \n550 the third line of it"

        [[defer."once.example"]]
        code=421
        msg="421 Too many messages on this connection, closing it"

        [[defer."twice.example"]]
        code=451
        msg="Inner resource away - https://docs.example/1369#451 [aBc.us1]"

        [[defer."twice.example"]]
        code=451
        msg="Inner resource away - https://docs.example/1369#451 [aBc.us1]"

        [[bounce."log.example"]]
        code=553
        msg="host mx.log.example [192.0.2.7] SMTP error after MAIL FROM:<user@example.com> SIZE=2022: 553 5.7.1 [BL1] Not accepted from 192.0.2.8 [550]"

        [[bounce."bare.example"]]
        code=550
        msg="MAILBOX NOT THERE"
        """;

    private static readonly PolicySnapshot Policy = PolicyFolder.Snapshot(File);

    [Theory]
    [InlineData("tempfail@glued.example", "421-4.7.0 [192.0.2.1] We have seen a strange amount of\n421-4.7.0 mail from your address. To guard our\n421 4.7.0 readers, come back later. 12ab34")]
    [InlineData("permfail@glued.example", "550-5.1.1 Nobody of that name lives here. Please\n550 5.1.1 look at https://help.example/names b1-20020a")]
    [InlineData("tempfail@lines.example", "451-4.4.2 A message of many lines.\n451-4.4.2 Its second line.\n451-4.4.2 Its third line.\n451 4.4.2 Its last line.")]
    [InlineData("tempfail@mixed.example", "550-5.5.0 mailbox gone\n550-5.5.0 and left no address\n550 5.5.0 the third line of it")]
    [InlineData("tempfail@once.example", "421 Too many messages on this connection, closing it")]
    [InlineData("tempfail@twice.example", "451 Inner resource away - https://docs.example/1369#451 [aBc.us1]")]
    [InlineData("permfail@log.example", "553 host mx.log.example [192.0.2.7] SMTP error after MAIL FROM:<user@example.com> SIZE=2022: 553 5.7.1 [BL1] Not accepted from 192.0.2.8 [550]")]
    [InlineData("permfail@bare.example", "550 MAILBOX NOT THERE")]
    [InlineData("permfail@rates-only.example", "550 5.1.1 The mailbox does not exist")]
    [InlineData("tempfail@rates-only.example", "451 4.3.0 Temporary failure, please try again later")]
    [InlineData("permfail@lines.example", "550 5.1.1 The mailbox does not exist")]
    public void A_text_goes_out_as_its_provider_would_send_it(string recipient, string wire) => Dialog.With(recipient).Wire(Policy).ShouldBe(wire);

    [Fact]
    public void A_list_without_rates_has_the_default_ones_and_the_other_way_round()
    {
        var listed = Policy.Explain("x@twice.example");
        var rated = Policy.Explain("x@rates-only.example");

        (listed.Bounce.Percent, listed.Defer.Percent).ShouldBe((10, 5));
        listed.Replies.Select(reply => (reply.Code, reply.Percent)).ShouldBe([(550, 10m), (451, 2.5m), (451, 2.5m)]);
        (rated.Bounce.Percent, rated.Defer.Percent).ShouldBe((5, 20));
    }

    [Fact]
    public void Only_doubts_are_reported() =>
        PolicyFolder.Diagnostics(File).ShouldBe(
        [
            Half(17, "defer", "lines.example", "bounce"),
            Half(21, "defer", "mixed.example", "bounce"),
            "responses.toml(22,6): warning: defer.\"mixed.example\" contains code 550, which is a permanent failure",
            Half(25, "defer", "once.example", "bounce"),
            Half(29, "defer", "twice.example", "bounce"),
            "responses.toml(33,1): warning: duplicate of the reply at line 29; use weight to make a reply more frequent",
            Half(37, "bounce", "log.example", "defer"),
            Half(41, "bounce", "bare.example", "defer"),
        ]);

    private static string Half(int line, string kind, string domain, string other) =>
        $"responses.toml({line},{kind.Length + 4}): warning: {kind}.\"{domain}\" has no matching {other} replies, "
        + $"so those of \"*\" are given; add [[{other}.\"{domain}\"]], or {other} = 0 if it never does";
}
