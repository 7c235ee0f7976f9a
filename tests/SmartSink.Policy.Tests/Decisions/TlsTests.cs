using SmartSink.Smtp;
using SmartSink.Testing;

namespace SmartSink.Policy.Tests.Decisions;

public sealed class TlsTests
{
    private static readonly PolicySnapshot Policy = PolicyFolder.Snapshot("""
        [domain."bank.example"]
        tls = "required"
        [[tls."bank.example"]]
        code = 421
        msg = "4.7.0 TLS required for {domain}, closing connection"

        [domain."*.bank.example"]
        like = "bank.example"
        [domain."open.bank.example"]
        like = "bank.example"
        tls = "optional"

        [domain."late.example"]
        tls = "required"
        [[tls."late.example"]]
        code = 550
        msg = "5.7.29 Not without TLS"
        stage = "data"

        [domain."plain.example"]
        tls = "required"
        bounce = 100
        """);

    [Theory]
    [InlineData("a@bank.example", "421 4.7.0 TLS required for bank.example, closing connection")]
    [InlineData("a@mx.bank.example", "421 4.7.0 TLS required for mx.bank.example, closing connection")]
    [InlineData("a@open.bank.example", "")]
    [InlineData("a@other.example", "")]
    [InlineData("a@plain.example", "530 5.7.0 Must issue a STARTTLS command first")]
    [InlineData("250-a@plain.example", "530 5.7.0 Must issue a STARTTLS command first")]
    [InlineData("tempfail@bank.example", "421 4.7.0 TLS required for bank.example, closing connection")]
    public void In_the_clear_it_is_asked_for_before_all_else(string recipient, string wire) => Dialog.With(recipient).Wire(Policy).ShouldBe(wire);

    [Theory]
    [InlineData("a@bank.example", "")]
    [InlineData("a@plain.example", "550 5.1.1 The mailbox does not exist")]
    [InlineData("450-a@plain.example", "450 4.0.0 you said 450-a")]
    public void Over_TLS_the_policy_decides_as_ever(string recipient, string wire)
    {
        var dialog = new Dialog { IsTls = true };
        dialog.Recipient(recipient);
        dialog.Wire(Policy).ShouldBe(wire);
    }

    [Fact]
    public void The_reply_says_at_which_stage_it_is_given_and_counts_under_its_domain()
    {
        Dialog.With("a@bank.example").Ask(Policy).ReplyStage.ShouldBe(Stage.Rcpt);
        var late = Dialog.With("a@late.example").Ask(Policy);
        late.ReplyStage.ShouldBe(Stage.Data);
        Policy.EntryName(late.Entry).ShouldBe("late.example");
        late.Reply.ShouldNotBeNull().Outcome.ShouldBe(Outcome.PermFail);
    }

    [Fact]
    public void Default_asks_it_of_all_domains_that_do_not_say_otherwise()
    {
        var policy = PolicyFolder.Snapshot("""
            default.tls = "required"
            tls."*" = [{ code = 451, msg = "4.7.1 TLS first" }]
            [domain."free.example"]
            tls = "optional"
            """);

        Dialog.With("a@anything.example").Wire(policy).ShouldBe("451 4.7.1 TLS first");
        Dialog.With("a@free.example").Ask(policy).Reply.ShouldBeNull();
    }

    [Fact]
    public void An_address_always_gets_the_same_of_several_texts_and_all_of_them_are_given()
    {
        var policy = PolicyFolder.Snapshot("""
            default.tls = "required"
            tls."*" = [{ code = 451, msg = "one", weight = 3 }, { code = 550, msg = "two" }]
            """);

        var codes = Sample.Codes(policy, "example.com", 400);

        codes.ShouldBe(Sample.Codes(policy, "example.com", 400));
        codes.Count(code => code == 451).ShouldBeInRange(250, 350);
        codes.ShouldAllBe(code => code == 451 || code == 550);
    }

    [Fact]
    public void Recipients_refused_for_it_use_up_no_draw()
    {
        const string file = """
            seed = 7
            [domain."example.com"]
            bounce = 30
            defer = 30
            tls = "required"
            """;
        var protectedOnly = PolicyFolder.Snapshot(file);
        var mixed = PolicyFolder.Snapshot(file);
        var tls = new Dialog { IsTls = true };
        var clear = Dialog.With("user@example.com");
        tls.Recipient("user@example.com");
        for (var i = 0; i < 200; i++)
        {
            clear.Ask(mixed).Reply.ShouldNotBeNull().Code.ShouldBe(530);
            tls.Wire(mixed).ShouldBe(tls.Wire(protectedOnly));
        }
    }

    [Fact]
    public void Mistakes_are_told_with_their_place() => PolicyFolder.Diagnostics("""
        [default]
        tls = "requires"
        [domain."example.com"]
        tls = true
        [[tls."example.com"]]
        code = 250
        msg = "no"
        """).ShouldBe(
        [
            "responses.toml(2,7): error: tls = \"requires\" is neither \"required\" nor \"optional\"",
            "responses.toml(4,7): error: tls must be a string, not true or false",
            "responses.toml(6,8): error: code = 250 is out of range; it must be 400 to 599",
        ]);

    [Fact]
    public void Of_two_files_that_differ_the_main_one_holds_and_two_included_ones_clash()
    {
        using var folder = new PolicyFolder("include = [\"*.inc\"]\n[domain.\"a.example\"]\ntls = \"optional\"\n");
        folder.Write("1.inc", "[domain.\"a.example\"]\ntls = \"required\"\n[[tls.\"b.example\"]]\ncode = 530\nmsg = \"x\"\n");
        Dialog.With("x@a.example").Ask(folder.Snapshot()).Reply.ShouldBeNull();
        folder.Write("2.inc", "[domain.\"a.example\"]\ntls = \"required\"\n[[tls.\"b.example\"]]\ncode = 530\nmsg = \"x\"\n");
        folder.Diagnostics().ShouldBe(
        [
            "2.inc(2,7): error: tls of [domain.\"a.example\"] is already given at 1.inc(2,7)",
            "2.inc(3,7): error: the replies of tls.\"b.example\" are already given at 1.inc(3,7)",
        ]);
    }

    [Fact]
    public void It_is_explained()
    {
        var explained = Policy.Explain("a@mx.bank.example");

        explained.TlsRequiredBy.ShouldNotBeNull().ShouldStartWith("[domain.\"bank.example\"] at ");
        explained.ToText().ShouldContain("  tls      required   [domain.\"bank.example\"] at ");
        explained.ToText().ShouldContain("     100 %  tls     421 4.7.0 TLS required for {domain}, closing connection\n");
        Policy.Explain("a@open.bank.example").ToText().ShouldNotContain("tls");
    }

    [Fact]
    public void A_refusal_allocates_nothing()
    {
        var dialog = Dialog.With("someone@bank.example");
        Policy.Answer(dialog.Facts());
        AllocatedMemory.ByCaller(dialog.Facts(), facts =>
        {
            for (var i = 0; i < 1000; i++)
            {
                Policy.Answer(facts);
            }
        }).ShouldBe(0);
    }
}
