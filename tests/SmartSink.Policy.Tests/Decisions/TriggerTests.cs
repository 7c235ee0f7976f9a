using System.Text;
using SmartSink.Policy.Decisions;

namespace SmartSink.Policy.Tests.Decisions;

public sealed class TriggerTests
{
    private static readonly PolicySnapshot AcceptsAll = PolicyFolder.Snapshot("""
        defer."*" = [{ code = 452, msg = "4.2.2 full" }]
        bounce."own.example" = [{ code = 553, msg = "5.1.3 own" }]
        """);

    private static readonly PolicySnapshot RefusesAll = PolicyFolder.Snapshot("default.bounce = 100");

    [Theory]
    [InlineData("tempfail", Trigger.TempFail)]
    [InlineData("TempFail", Trigger.TempFail)]
    [InlineData("notempfailures", Trigger.TempFail)]
    [InlineData("permfail", Trigger.PermFail)]
    [InlineData("x-PERMFAIL-y", Trigger.PermFail)]
    [InlineData("fpermfailf", Trigger.PermFail)]
    [InlineData("permfail-tempfail", Trigger.TempFail)]
    [InlineData("tempfail-permfail", Trigger.TempFail)]
    [InlineData("250-tempfail", Trigger.TempFail)]
    [InlineData("450-permfail", Trigger.PermFail)]
    [InlineData("400-", Trigger.Code, 400)]
    [InlineData("599-x", Trigger.Code, 599)]
    [InlineData("421-x", Trigger.Code, 421)]
    [InlineData("250-", Trigger.Accept)]
    [InlineData("250-x", Trigger.Accept)]
    [InlineData("251-x", Trigger.None)]
    [InlineData("399-x", Trigger.None)]
    [InlineData("600-x", Trigger.None)]
    [InlineData("4500-x", Trigger.None)]
    [InlineData("450", Trigger.None)]
    [InlineData("450x", Trigger.None)]
    [InlineData("+50-x", Trigger.None)]
    [InlineData("-45-x", Trigger.None)]
    [InlineData("45 -x", Trigger.None)]
    [InlineData("x450-", Trigger.None)]
    [InlineData("temp fail", Trigger.None)]
    [InlineData("tempfai", Trigger.None)]
    [InlineData("failure", Trigger.None)]
    [InlineData("tempfaip", Trigger.None)]
    [InlineData("empfail", Trigger.None)]
    [InlineData("", Trigger.None)]
    public void A_local_part_asks_for_an_answer(string localPart, Trigger trigger, int code = 0)
    {
        TriggerReader.Read(Encoding.UTF8.GetBytes(localPart), out var found).ShouldBe(trigger);
        found.ShouldBe(code);
    }

    [Theory]
    [InlineData("tempfail@example.com", "452 4.2.2 full")]
    [InlineData("permfail@example.com", "550 5.1.1 The mailbox does not exist")]
    [InlineData("permfail@own.example", "553 5.1.3 own")]
    [InlineData("450-Please@example.com", "450 4.0.0 you said 450-Please")]
    [InlineData("599-@example.com", "599 5.0.0 you said 599-")]
    [InlineData("550-bücher@example.com", "550 5.0.0 you said 550-bücher")]
    [InlineData("550-a\nb\u0000@example.com", "550 5.0.0 you said 550-a?b?")]
    [InlineData("someone@example.com", "")]
    public void A_trigger_is_obeyed_before_any_rate(string recipient, string wire) => Dialog.With(recipient).Wire(AcceptsAll).ShouldBe(wire);

    [Fact]
    public void What_starts_with_250_is_accepted_whatever_the_rates_say() => Dialog.With("250-x@example.com").Ask(RefusesAll).Reply.ShouldBeNull();

    [Fact]
    public void Only_421_closes()
    {
        Dialog.With("421-x@example.com").Ask(AcceptsAll).Reply.ShouldNotBeNull().Closes.ShouldBeTrue();
        Dialog.With("450-x@example.com").Ask(AcceptsAll).Reply.ShouldNotBeNull().Closes.ShouldBeFalse();
    }

    [Fact]
    public void A_trigger_is_counted_under_its_domain()
    {
        AcceptsAll.EntryName(Dialog.With("450-x@own.example").Ask(AcceptsAll).Entry).ShouldBe("own.example");
        AcceptsAll.EntryName(Dialog.With("250-x@own.example").Ask(AcceptsAll).Entry).ShouldBe("own.example");
    }

    [Fact]
    public void A_long_local_part_is_wrapped_when_it_is_echoed()
    {
        var lines = Dialog.With("550-" + new string('x', 600) + "@example.com").Wire(AcceptsAll).Split('\n');

        lines.ShouldAllBe(line => line.Length <= 510 && line.StartsWith("550"));
        lines[^1].ShouldStartWith("550 5.0.0 x");
    }
}
