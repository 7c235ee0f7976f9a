using System.Net;
using SmartSink.Policy.Replies;
using SmartSink.Smtp.Replies;
using SmartSink.Testing;

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
    [InlineData("{date:o}", "2026-03-07T07:05:04.000Z")]
    [InlineData("{epoch}", "1772867104")]
    [InlineData("{epoch_ms}", "1772867104000")]
    [InlineData("{{id}}", "{id}")]
    [InlineData("{{{id}}}", "{4fGh2k}")]
    [InlineData("a } alone", "a } alone")]
    public void A_placeholder_becomes_what_it_names(string text, string value) =>
        Dialog.With("Some.One@example.com").Wire(ReplyFactory.Create(550, "5.1.1 <" + text + ">")).ShouldBe($"550 5.1.1 <{value}>");

    [Theory]
    [InlineData("5.1.1 <{recipient}> at {host:20} and {host}\nread {id:hex16}, {date:o}", "5.1.1 <{recipient}> at {host:20} and {host}\n5.1.1 read {id:hex16}, {date:o}")]
    [InlineData("5.1.1 Nobody\nof that {{name}}", "5.1.1 Nobody\n5.1.1 of that {name}")]
    [InlineData("no enhanced code", "no enhanced code")]
    [InlineData(null, "")]
    public void For_people_a_reply_is_its_text_with_the_placeholders_in_it(string? text, string shown) => ReplyFactory.Create(550, text).ToText().ShouldBe(shown);

    [Fact]
    public void For_people_an_echo_is_of_any_local_part() => EchoReply.Of(450).ToText().ShouldBe("4.0.0 you said {local_part}");

    [Fact]
    public void Every_placeholder_has_a_name()
    {
        var found = Placeholders.Examples.Select(example => Placeholders.Find(example, out _));

        found.ShouldBe(Enum.GetValues<Placeholder>().Where(placeholder => placeholder != Placeholder.None), ignoreOrder: true);
    }

    [Theory]
    [InlineData("{id:hex16}", "^[0-9A-F]{16}$")]
    [InlineData("{id:hex8}", "^[0-9A-F]{8}$")]
    [InlineData("{id:lowhex13}", "^[0-9a-f]{13}$")]
    [InlineData("{digits:1}", "^[0-9]$")]
    [InlineData("{digits:18}", "^[0-9]{18}$")]
    [InlineData("{host:9}", "^[1-9]$")]
    [InlineData("{host:10}", "^(0[1-9]|10)$")]
    [InlineData("{host}", "^mx[0-9]{3}$")]
    [InlineData("{host:1}", "^1$")]
    public void A_made_up_value_has_its_form(string text, string form)
    {
        for (ulong seed = 0; seed < 200; seed++)
        {
            var dialog = new Dialog { Connection = (uint)seed + 1 };
            dialog.Wire(ReplyFactory.Create(550, text, seed: seed))["550 ".Length..].ShouldMatch(form);
        }
    }

    [Fact]
    public void Milliseconds_are_of_the_moment()
    {
        var dialog = new Dialog { Now = new DateTimeOffset(2026, 12, 31, 23, 59, 59, 987, TimeSpan.Zero) };

        dialog.Wire(ReplyFactory.Create(450, "{date:o} {epoch} {epoch_ms}")).ShouldBe("450 2026-12-31T23:59:59.987Z 1798761599 1798761599987");
    }

    [Fact]
    public void Hexadecimal_ids_are_of_the_transaction_in_one_or_the_other_case()
    {
        var reply = ReplyFactory.Create(550, "{id:hex16} {id:hex8} {id:lowhex16}");
        var first = new Dialog { Id = "0123456789ABC" }.Wire(reply).Split(' ');

        first[2].ShouldBe(first[1][8..]);
        first[3].ShouldBe(first[1].ToLowerInvariant());
        new Dialog { Id = "0123456789ABC", Answer = 9 }.Wire(reply).Split(' ').ShouldBe(first);
        new Dialog { Id = "0123456789ABD" }.Wire(reply).Split(' ')[1].ShouldNotBe(first[1]);
    }

    [Fact]
    public void Before_MAIL_a_hexadecimal_id_is_of_the_connection()
    {
        var reply = ReplyFactory.Create(554, "{id:hex16}");
        var before = new Dialog { Id = string.Empty }.Wire(reply);

        new Dialog { Id = string.Empty }.Wire(reply).ShouldBe(before);
        new Dialog { Id = string.Empty, Connection = 2 }.Wire(reply).ShouldNotBe(before);
    }

    [Fact]
    public void Digits_are_drawn_anew_at_each_place_of_each_reply_and_the_same_for_the_log()
    {
        var reply = ReplyFactory.Create(450, "{digits:18} {digits:18}", seed: 7);
        var dialog = new Dialog();
        var numbers = new List<string>();
        for (uint answer = 1; answer <= 50; answer++)
        {
            dialog.Answer = answer;
            numbers.AddRange(dialog.Wire(reply)["450 ".Length..].Split(' '));
            dialog.Wire(reply).ShouldEndWith($"{numbers[^2]} {numbers[^1]}");
        }

        dialog.Connection = 2;
        numbers.AddRange(dialog.Wire(reply)["450 ".Length..].Split(' '));
        numbers.ShouldBeUnique();
    }

    [Fact]
    public void Each_connection_meets_one_server_of_a_farm()
    {
        var reply = ReplyFactory.Create(450, "mta{host:20} {host:20}", seed: 1);
        var met = new HashSet<string>();
        for (uint connection = 1; connection <= 500; connection++)
        {
            var wire = new Dialog { Connection = connection }.Wire(reply);
            new Dialog { Connection = connection, Answer = 5, Id = "OTHER" }.Wire(reply).ShouldBe(wire);
            wire[^2..].ShouldBe(wire["450 mta".Length..][..2]);
            met.Add(wire[^2..]);
        }

        met.Order().ShouldBe(Enumerable.Range(1, 20).Select(server => $"{server:00}"));
    }

    [Fact]
    public void With_a_seed_made_up_values_are_those_of_the_run_before()
    {
        const string File = "[[bounce.\"*\"]]\ncode = 550\nmsg = \"{digits:18} {host:999999}\"\n";
        var dialog = Dialog.With("permfail@example.com");

        dialog.Wire(PolicyFolder.Snapshot("seed = 1\n" + File)).ShouldBe(dialog.Wire(PolicyFolder.Snapshot("seed = 1\n" + File)));
        dialog.Wire(PolicyFolder.Snapshot("seed = 2\n" + File)).ShouldNotBe(dialog.Wire(PolicyFolder.Snapshot("seed = 1\n" + File)));
        dialog.Wire(PolicyFolder.Snapshot(File)).ShouldNotBe(dialog.Wire(PolicyFolder.Snapshot(File)));
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

    [Theory]
    [InlineData("utf-8")]
    [InlineData("gbk")]
    public void Writing_a_template_allocates_nothing(string encoding)
    {
        var text = "5.1.1 用户 " + string.Join(' ', Placeholders.Examples.Select(example => $"{{{example}}}"));
        var reply = ReplyFactory.Create(550, text, encoding: TextEncodingsTests.EncodingOf(encoding));
        var dialog = new Dialog { Helo = "户用€ä" };
        var output = new ReplyBuffer(64 * 1024);
        reply.WriteTo(output, dialog.Facts());

        AllocatedMemory.ByCaller(dialog.Facts(), facts =>
        {
            output.Clear();
            for (var i = 0; i < 100; i++)
            {
                reply.WriteTo(output, facts);
            }
        }).ShouldBe(0);
    }
}
