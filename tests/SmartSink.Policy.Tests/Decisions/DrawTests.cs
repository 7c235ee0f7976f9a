using System.Text;
using SmartSink.Policy.Decisions;
using SmartSink.Smtp.Replies;

namespace SmartSink.Policy.Tests.Decisions;

/// <summary>These numbers are a promise to everyone who wrote a seed down: they never change.</summary>
public sealed class DrawTests
{
    [Theory]
    [InlineData("", 0xF8BB92C91B3F5CC0)]
    [InlineData("com", 0xE56B3B03650042D5)]
    [InlineData("gmail.com", 0x041E2D649D4BC8D8)]
    [InlineData("a-label-of-24-octets-xyz.sub-domain.example", 0xFAA2DB3580947160)]
    public void A_name_has_always_the_same_hash(string name, ulong hash) =>
        ByteHash.Of(Encoding.ASCII.GetBytes(name)).ShouldBe(hash);

    [Theory]
    [InlineData(42, "gmail.com", 0, 0xEAE8F6068CAF3596)]
    [InlineData(42, "gmail.com", 1, 0x21C0926167DAC14A)]
    [InlineData(42, "gmail.com", 1_000_000, 0x35834AE193E909EE)]
    [InlineData(43, "gmail.com", 0, 0x286802C0022751AB)]
    [InlineData(42, "yahoo.com", 0, 0x011138A96738A53D)]
    public void A_seeded_draw_is_always_the_same(ulong seed, string domain, ulong index, ulong draw) =>
        Draw.Seeded(seed, ByteHash.Of(Encoding.ASCII.GetBytes(domain)), index).ShouldBe(draw);

    [Theory]
    [InlineData(0, "someone", "gmail.com", 0x1D20D9E623E0BBD8)]
    [InlineData(0, "SomeOne", "gmail.com", 0x1D20D9E623E0BBD8)]
    [InlineData(42, "someone", "gmail.com", 0x627805B366867235)]
    [InlineData(0, "someone.else", "gmail.com", 0xF4896326EAAC8976)]
    public void A_sticky_draw_is_always_the_same(ulong seed, string localPart, string domain, ulong draw) =>
        Draw.Sticky(seed, Encoding.ASCII.GetBytes(localPart), ByteHash.Of(Encoding.ASCII.GetBytes(domain))).ShouldBe(draw);

    [Fact]
    public void The_draws_of_triggers_are_always_the_same()
    {
        Draw.SeedOf(42, Trigger.TempFail).ShouldBe(0xEF45706F4A6B2E24);
        Draw.SeedOf(42, Trigger.PermFail).ShouldBe(0xE027FBD408B64B22);
        Draw.SeedOf(null, Trigger.TempFail).ShouldBeNull();
        Draw.SeedOf(42, ReplyLabel.UnknownUser).ShouldBe(0x5A2FF3807D507C0AUL);
        Draw.SeedOf(42, ReplyLabel.Protocol).ShouldBe(0x675F85CF6A98C560UL);
        Draw.SeedOf(null, ReplyLabel.Protocol).ShouldBeNull();
    }

    [Fact]
    public void Only_the_letters_A_to_Z_are_taken_as_lower_case()
    {
        for (var octet = 0; octet < 256; octet++)
        {
            // Once within a group of eight, once in the last group, each with neighbours that a carry would change.
            byte[] label = [0xFF, (byte)octet, 0x7F, 0x00, (byte)octet, 0xFF, 0x5B, 0x40, 0x80, (byte)octet, 0xFF];
            var lower = label.Select(o => o is >= (byte)'A' and <= (byte)'Z' ? (byte)(o + 0x20) : o).ToArray();

            ByteHash.AddLabelIgnoringCase(1, label).ShouldBe(ByteHash.AddLabel(1, lower));
        }
    }

    [Fact]
    public void A_random_draw_uses_all_bits()
    {
        ulong ones = 0;
        ulong zeros = 0;
        for (var i = 0; i < 200; i++)
        {
            var draw = Draw.Random();
            ones |= draw;
            zeros |= ~draw;
        }

        (ones & zeros).ShouldBe(ulong.MaxValue);
    }

    [Fact]
    public void Thresholds_are_exact_at_both_ends()
    {
        Threshold.Of(0, 100).ShouldBe(0UL);
        Threshold.Of(100, 100).ShouldBe(Threshold.Always);
        Threshold.Of(50, 100).ShouldBe(Threshold.Always / 2);
        Draw.ForRate(ulong.MaxValue).ShouldBe(Threshold.Always - 1);
    }
}
