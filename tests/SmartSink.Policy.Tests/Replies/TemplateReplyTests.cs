using System.Net;
using SmartSink.Policy.Replies;
using SmartSink.Smtp.Replies;

namespace SmartSink.Policy.Tests.Replies;

public sealed class TemplateReplyTests
{
    [Theory]
    [InlineData("{client_ip}", "192.0.2.25")]
    [InlineData("{sender}", "news@sender.example")]
    [InlineData("{sender_domain}", "sender.example")]
    [InlineData("{recipient}", "Some.One@example.com")]
    [InlineData("{domain}", "example.com")]
    [InlineData("{local_part}", "Some.One")]
    [InlineData("{helo}", "mx.sender.example")]
    [InlineData("{hostname}", "sink.test")]
    [InlineData("{id}", "4fGh2k")]
    [InlineData("{date}", "Sat, 07 Mar 2026 07:05:04 +0000")]
    [InlineData("{{id}}", "{id}")]
    [InlineData("{{{id}}}", "{4fGh2k}")]
    [InlineData("a } alone", "a } alone")]
    public void A_placeholder_becomes_what_it_names(string text, string value) =>
        Dialog.With("Some.One@example.com").Wire(ReplyFactory.Create(550, "5.1.1 <" + text + ">")).ShouldBe($"550 5.1.1 <{value}>");

    [Fact]
    public void Every_placeholder_has_a_name()
    {
        var found = Placeholders.Names.Select(name => Placeholders.TryFind(name, out var placeholder) ? placeholder : Placeholder.None);

        found.ShouldBe(Enum.GetValues<Placeholder>().Where(placeholder => placeholder != Placeholder.None));
    }

    [Fact]
    public void An_address_of_IPv6_is_written_out() =>
        new Dialog { ClientAddress = IPAddress.Parse("2001:db8::25") }.Wire(ReplyFactory.Create(550, "[{client_ip}]")).ShouldBe("550 [2001:db8::25]");

    [Fact]
    public void What_is_not_known_is_a_dash_or_nothing()
    {
        var dialog = new Dialog { Id = string.Empty, ClientAddress = null, Sender = string.Empty };

        dialog.Wire(ReplyFactory.Create(450, "{id} {client_ip} <{sender}>@{sender_domain}")).ShouldBe("450 - - <>@");
    }

    [Fact]
    public void Hostile_values_bring_no_control_character_and_no_line()
    {
        var dialog = new Dialog { Helo = "a\r\n250 ok\u0000\u001b[31m\u007f\u0085ü" };

        dialog.Wire(ReplyFactory.Create(550, "5.7.1 {helo}")).ShouldBe("550 5.7.1 a??250 ok??[31m??ü");
    }

    [Fact]
    public void Octets_that_are_not_UTF8_become_question_marks()
    {
        var output = new ReplyBuffer();
        ReplyFactory.Create(550, "{helo}").WriteTo(output, new SessionFacts { Helo = [0x61, 0xFF, 0xC3, 0x28, 0xE2, 0x82] });

        output.Pending.ToArray().ShouldBe("550 a??(?\r\n"u8.ToArray());
    }

    [Fact]
    public void Lines_are_wrapped_after_values_are_filled_in()
    {
        var dialog = Dialog.With(new string('l', 480) + "@example.com");

        dialog.Wire(ReplyFactory.Create(550, "5.1.1 The account <{recipient}> does not exist\n{local_part}"))
            .ShouldBe($"""
                550-5.1.1 The account
                550-5.1.1 <{new string('l', 480)}@example.com> does
                550-5.1.1 not exist
                550 5.1.1 {new string('l', 480)}
                """.ReplaceLineEndings("\n"));
    }

    [Fact]
    public void A_value_longer_than_a_line_is_cut_where_the_line_ends()
    {
        var dialog = new Dialog { Helo = new string('h', 1200) };

        var lines = dialog.Wire(ReplyFactory.Create(421, "{helo}")).Split('\n');

        lines.Select(line => line.Length).ShouldBe([510, 510, 4 + 1200 - 506 - 506]);
    }

    [Theory]
    [InlineData(421, null, true)]
    [InlineData(421, false, false)]
    [InlineData(450, null, false)]
    [InlineData(550, true, true)]
    public void Only_421_closes_unless_the_file_says_otherwise(int code, bool? close, bool closes) =>
        ReplyFactory.Create(code, "x", closes: close).Closes.ShouldBe(closes);

    [Fact]
    public void Writing_a_template_allocates_nothing()
    {
        var reply = ReplyFactory.Create(550, "5.1.1 {client_ip} {recipient} {helo} {id} {date}");
        var dialog = new Dialog();
        var output = new ReplyBuffer(64 * 1024);
        reply.WriteTo(output, dialog.Facts());
        var facts = dialog.Facts();

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            reply.WriteTo(output, facts);
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }
}
