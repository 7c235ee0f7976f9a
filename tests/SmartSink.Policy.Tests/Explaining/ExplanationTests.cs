using SmartSink.Policy.Decisions;
using SmartSink.Policy.Explaining;
using SmartSink.Testing;

namespace SmartSink.Policy.Tests.Explaining;

public sealed class ExplanationTests
{
    private const string File = """
        seed = 3
        domain_suffix = "sink.test"
        [default]
        bounce = 10
        [domain."gmail.example"]
        defer = 12.5
        [domain."*.google.example"]
        like = "gmail.example"
        [domain."sticky.example"]
        sticky = true
        bounce = 50
        [[bounce."gmail.example"]]
        code = 550
        msg = "5.1.1 <{recipient}> is unknown\nsecond line"
        weight = 3
        stage = "data"
        label = "suspended"
        [[bounce."gmail.example"]]
        code = 421
        msg = "slow down"
        """;

    private static readonly PolicySnapshot Policy = PolicyFolder.Snapshot(File);

    [Fact]
    public void An_explanation_is_written_for_people()
    {
        using var folder = new PolicyFolder(File);

        var text = folder.Snapshot().Explain("421-x@mx.google.example.sink.test").ToText();

        text.Replace(folder.MainFile, "responses.toml", StringComparison.Ordinal).ShouldBe("""
            421-x@mx.google.example.sink.test
              domain   mx.google.example (without the suffix sink.test) matches the pattern "*.google.example"
              like     gmail.example
              bounce         10 %   [default] at responses.toml(4,10)
              defer        12.5 %   [domain."gmail.example"] at responses.toml(6,9)
              accept       77.5 %
              trigger  "421-": always 421 4.0.0 you said 421-x
                   7.5 %  bounce  550 5.1.1 <{recipient}> is unknown
                                suspended at data   responses.toml(12,1)
                   2.5 %  bounce  421 slow down
                                system (inferred) at rcpt, then closes   responses.toml(18,1)
                  12.5 %  defer   451 4.3.0 Temporary failure, please try again later
                                system at rcpt   built in

            """.ReplaceLineEndings("\n"));
    }

    [Fact]
    public void A_code_alone_is_told_as_that() =>
        PolicyFolder.Snapshot("[[bounce.\"*\"]]\ncode = 550\ntext = false\n").Explain("x@a.example").ToText().ShouldContain("  bounce  550 (the code alone)\n");

    [Fact]
    public void What_a_reply_is_written_in_is_told_and_its_text_is_shown()
    {
        var text = PolicyFolder.Snapshot("[[bounce.\"*\"]]\ncode = 550\nmsg = \"5.1.1 用户\"\nencoding = \"gbk\"\nclose = true\n").Explain("x@a.example").ToText();

        text.ShouldContain("  bounce  550 5.1.1 用户\n");
        text.ShouldContain(" at rcpt, in gbk, then closes   ");
    }

    [Theory]
    [InlineData("x@gmail.example", MatchKind.Exact, "gmail.example")]
    [InlineData("gmail.EXAMPLE", MatchKind.Exact, "gmail.example")]
    [InlineData("x@a.google.example", MatchKind.Pattern, "*.google.example")]
    [InlineData("x@google.example", MatchKind.Default, "other")]
    [InlineData("x@bücher.example", MatchKind.Default, "other")]
    public void The_entry_and_how_it_was_found_are_told(string address, MatchKind match, string entry)
    {
        var explanation = Policy.Explain(address);

        explanation.Problem.ShouldBeNull();
        explanation.Match.ShouldBe(match);
        explanation.Entry.ShouldBe(entry);
        Policy.EntryName(explanation.EntryIndex).ShouldBe(entry);
        explanation.ToText().ShouldStartWith(address + "\n  domain ");
    }

    [Theory]
    [InlineData("tempfail@gmail.example", Trigger.TempFail, "  trigger  \"tempfail\": always one of the defer replies\n")]
    [InlineData("PermFail@gmail.example", Trigger.PermFail, "  trigger  \"permfail\": always one of the bounce replies\n")]
    [InlineData("\"250-a b\"@gmail.example", Trigger.Accept, "  trigger  \"250-\": always accepted\n")]
    [InlineData("\"451-a\\\"b\"@gmail.example", Trigger.Code, "  trigger  \"451-\": always 451 4.0.0 you said 451-a\"b\n")]
    public void A_trigger_is_told(string address, Trigger trigger, string line)
    {
        var explanation = Policy.Explain(address);

        explanation.Trigger.ShouldBe(trigger);
        explanation.ToText().ShouldContain(line);
    }

    [Theory]
    [InlineData("Full-a b@gmail.example", "\"Full-\": always 552 5.2.2 The mailbox is full (built in, because no reply of the domain or of \"*\" is labelled mailbox_full)")]
    [InlineData("label-suspended-x@a.google.example", "\"label-suspended-\": always one of the replies labelled suspended")]
    [InlineData("label-system-x+rcpt@gmail.example", "\"label-system-\": always one of the replies labelled system, at rcpt")]
    [InlineData("label-unknown_user-x+data@gmail.example", "\"label-unknown_user-\": always one of the replies of \"*\" labelled unknown_user, because the domain has none, at data")]
    [InlineData("tempfail+data@gmail.example", "\"tempfail\": always one of the defer replies, at data")]
    public void A_trigger_by_label_or_with_a_stage_is_told(string address, string line)
    {
        Policy.Explain(address).ToText().ShouldContain($"  trigger  {line}\n");
        Policy.Explain(address).ToText().ShouldNotContain("  triggers ");
    }

    [Theory]
    [InlineData("tempfail@off.example", "off   [domain.\"off.example\"] at ", false)]
    [InlineData("spam-x@a.example", "tempfail, labels   the top level at ", true)]
    [InlineData("450-x@a.example", "tempfail, labels   the top level at ", false)]
    [InlineData("x@a.example", "tempfail, labels   the top level at ", false)]
    [InlineData("a.example", "tempfail, labels   the top level at ", false)]
    public void Which_triggers_hold_is_told_where_a_file_says_so(string address, string line, bool isTrigger)
    {
        var text = PolicyFolder.Snapshot("triggers = [\"labels\", \"tempfail\"]\n[domain.\"off.example\"]\ntriggers = false\n").Explain(address).ToText();

        text.ShouldContain($"  triggers {line}");
        text.Contains("  trigger  ", StringComparison.Ordinal).ShouldBe(isTrigger);
    }

    [Fact]
    public void What_holds_for_senders_is_told_with_its_origin()
    {
        using var folder = new PolicyFolder("""
            behaviour = "provider"
            [domain."a.example"]
            like = "b.example"
            limits.rate = "100/min"
            [domain."b.example"]
            limits.block = { after = "5 throttled/min", for = "10m", reply = "554 5.7.1 blocked" }
            limits.warmup = ["200/h", "1000/h"]
            limits.by = ["network", "user"]
            limits.unknown = 10
            delay.data = "lognormal(50ms, 0.5)"
            greylist.wait = "90s"
            [[throttle."b.example"]]
            code = 421
            msg = "4.7.0 slow down"
            limit = "rate"
            [[fault]]
            do = "drop"
            domain = ["*.example", "none.test"]
            [[fault]]
            do = "hang"
            domain = "b.example"
            [[answers]]
            name = "try again"
            match = "x*@a.example"
            sequence = [451, 250]
            """);

        var text = folder.Snapshot().Explain("x@a.example").ToText();

        text.Replace(folder.MainFile, "responses.toml", StringComparison.Ordinal).ShouldContain("""

              behaviour provider   the top level at responses.toml(1,13)
              limits   block.after 5 throttled/min   [domain."b.example"] at responses.toml(6,26)
              limits   block.for 10m   [domain."b.example"] at responses.toml(6,51)
              limits   block.reply 554 5.7.1 blocked   [domain."b.example"] at responses.toml(6,66)
              limits   warmup 200/h, 1000/h   [domain."b.example"] at responses.toml(7,17)
              limits   by network, user   [domain."b.example"] at responses.toml(8,13)
              limits   unknown 10 %   [domain."b.example"] at responses.toml(9,18)
              delay    data lognormal(50ms, 0.5)   [domain."b.example"] at responses.toml(10,14)
              greylist wait 90s   [domain."b.example"] at responses.toml(11,17)
              limits   rate 100/min   [domain."a.example"] at responses.toml(4,15)
              memory   senders are remembered under b.example
              answers  try again   responses.toml(22,1)
              fault    fault 1   responses.toml(16,1)
            """.ReplaceLineEndings("\n"));
        text.ShouldContain("     100 %  throttle  421 4.7.0 slow down\n                    rate_limit (inferred) at rcpt, over rate, then closes");
        folder.Snapshot().Explain("y@c.test").Behaviour.ShouldBeEmpty();
        folder.Snapshot().Explain("y@c.test").Rules.ShouldBeEmpty();
        folder.Snapshot().Explain("y@b.example").Rules.Select(rule => rule.Name).ShouldBe(["fault 1", "fault 2"]);
    }

    [Theory]
    [InlineData("drop-joe@a.example", "\"drop-\": accepted, but the connection is closed instead of a reply")]
    [InlineData("Reset-joe+data@a.example", "\"Reset-\": accepted, but the connection is reset instead of a reply, at data")]
    [InlineData("hang-joe@a.example", "\"hang-\": accepted, but no reply ever comes")]
    [InlineData("delay-5s-joe@a.example", "\"delay-5s-\": always accepted, after that time")]
    [InlineData("fail3-joe@a.example", "\"fail3-\": 3 times 451, then accepted")]
    [InlineData("bounce+1@a.example", "\"bounce\", as in Amazon's mailbox simulator: always 550 5.1.1")]
    public void Trouble_that_is_asked_for_is_told(string address, string line) =>
        PolicyFolder.Snapshot("ses = true\n").Explain(address).ToText().ShouldContain($"  trigger  {line}\n");

    [Fact]
    public void A_habit_of_asking_for_TLS_is_told_with_its_own_place()
    {
        using var folder = new PolicyFolder("behaviour = \"provider\"\n[domain.\"a.example\".habits]\ntls = \"required\"\n");

        folder.Snapshot().Explain("x@a.example").TlsRequiredBy
            .ShouldBe($"[domain.\"a.example\"] at {folder.MainFile}(3,7)");
    }

    [Fact]
    public void Under_sticky_the_address_own_fate_is_told()
    {
        var dialog = new Dialog();
        for (var i = 0; i < 50; i++)
        {
            var address = $"user{i}@sticky.example";
            dialog.Recipient(address);
            var bounces = dialog.Ask(Policy).Reply is not null;

            Policy.Explain(address).AlwaysBounces.ShouldBe(bounces);
            Policy.Explain(address).ToText().ShouldContain(bounces ? "this address always bounces" : "this address never bounces");
        }

        Policy.Explain("sticky.example").AlwaysBounces.ShouldBeNull();
        Policy.Explain("x@gmail.example").AlwaysBounces.ShouldBeNull();
    }

    [Theory]
    [InlineData("root", "root")]
    [InlineData("<root>", "root")]
    [InlineData("user+folder", "user+folder")]
    [InlineData("<a.b>", "a.b")]
    [InlineData("<tempfail>", "tempfail")]
    public void A_mailbox_without_a_domain_is_answered_by_the_default(string address, string localPart)
    {
        var explanation = Policy.Explain(address);

        (explanation.LocalPart, explanation.Domain, explanation.Match).ShouldBe((localPart, string.Empty, MatchKind.Default));
        explanation.ToText().ShouldStartWith($"{address}\n  domain   (none) for a mailbox without a domain: [default] and \"*\" apply; SINK_STRICT does not accept it\n  bounce         10 %");
    }

    [Fact]
    public void Brackets_around_an_address_change_nothing()
    {
        Policy.Explain("<x@gmail.example>").Entry.ShouldBe("gmail.example");
        PolicyFolder.Snapshot("[domain.\"localhost\"]\nbounce = 1\n").Explain("localhost").Match.ShouldBe(MatchKind.Exact);
    }

    [Theory]
    [InlineData("<>")]
    [InlineData("*")]
    [InlineData("a b")]
    [InlineData("")]
    [InlineData("@gmail.example")]
    [InlineData("x@")]
    [InlineData("x@a..b")]
    [InlineData("x@*.google.example")]
    [InlineData("x@*")]
    public void What_is_no_address_is_told_as_that(string address)
    {
        var explanation = Policy.Explain(address);

        explanation.Problem.ShouldNotBeNull();
        explanation.ToText().ShouldBe($"{address}\n  is neither a mailbox nor a domain\n");
    }

    [Fact]
    public void The_files_are_read_again_as_they_were_when_the_policy_was_loaded()
    {
        using var folder = new PolicyFolder("include = \"more.toml\"\n" + File);
        folder.Write("more.toml", "[domain.\"more.example\"]\nbounce = 1\n[domain.\"gmail.example\"]\ndefer = 1\n");
        var policy = folder.Snapshot();
        string[] addresses = ["x@gmail.example", "more.example", "a.google.example"];
        string[] first = [.. addresses.Select(address => policy.Explain(address).ToText())];

        folder.Write("more.toml", "broken").Write(PolicyFolder.MainName, "broken");
        GC.Collect();

        addresses.Select(address => policy.Explain(address).ToText()).ShouldBe(first);
    }

    [Fact]
    public void Explaining_takes_no_draw()
    {
        var plain = Dialogs(PolicyFolder.Snapshot(File), explain: false);

        Dialogs(PolicyFolder.Snapshot(File), explain: true).ShouldBe(plain);
    }

    [Fact]
    public void The_odds_of_all_replies_add_up_to_the_rates()
    {
        var policy = PolicyLoader.Load(RepositoryRoot.Combine("policy", "responses.toml")).Snapshot.ShouldNotBeNull();

        foreach (var entry in Enumerable.Range(1, policy.EntryCount - 1).Select(policy.EntryName))
        {
            var explanation = policy.Explain("x@" + entry.Replace("*", "any", StringComparison.Ordinal));
            explanation.Entry.ShouldBe(entry);
            explanation.Replies.Sum(reply => reply.Percent).ShouldBe(explanation.Bounce.Percent + explanation.Defer.Percent, 0.000001m);
        }
    }

    private static List<int> Dialogs(PolicySnapshot policy, bool explain)
    {
        var dialog = Dialog.With("x@gmail.example");
        return [.. Enumerable.Range(0, 100).Select(_ =>
        {
            var problem = explain ? policy.Explain("x@gmail.example").Problem : null;
            return problem is null ? dialog.Ask(policy).Reply?.Code ?? 250 : 0;
        })];
    }
}
