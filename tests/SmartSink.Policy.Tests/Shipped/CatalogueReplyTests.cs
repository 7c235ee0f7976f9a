using System.Net;
using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using SmartSink.Policy.Model;
using SmartSink.Policy.Replies;
using SmartSink.Policy.Tests.Replies;
using SmartSink.Testing.Policies;

namespace SmartSink.Policy.Tests.Shipped;

public sealed partial class CatalogueReplyTests
{
    private static readonly string[] HostilePieces =
    [
        "a", "two words", new string('l', 512), string.Concat(Enumerable.Repeat("words ", 80)), "\"quoted \\\" local\"", "[192.0.2.25]", "[IPv6:2001:db8::1]",
        "<", ">", "@", "..", "{recipient}", "{{", "}}", "\r\n250 2.1.5 OK", "\n", "\r", "\0", "\t", "\u001b[2J", "\u007f", "\u0085", "\u2028", "550-", "5.1.1 ",
        "\u043f\u043e\u0447\u0442\u0430", "\u7528\u6237", new string('\u00e9', 300), "\ud83d\ude00", "\ufffd",
    ];

    private static Gen<string> HostileText => Gen.Elements(HostilePieces).ArrayOf().Select(string.Concat);

    private static Gen<Dialog> HostileClients =>
        from localPart in HostileText
        from sender in HostileText
        from helo in HostileText
        from id in HostileText
        let label = new string('d', 60)
        from domain in Gen.Elements("a.example", "[192.0.2.1]", string.Empty, $"{label}.{label}.{label}.{label}.example")
        from address in Gen.Elements(null, IPAddress.Loopback, IPAddress.Parse("2001:db8:1111:2222:3333:4444:5555:6666"))
        select Asking($"{localPart}@{domain}", new Dialog { Sender = sender, Helo = helo, Id = id, ClientAddress = address });

    [Fact]
    public void Each_says_above_it_where_it_comes_from() =>
        PlacesWhere(reply => !OriginPattern().IsMatch(reply.Comment)).ShouldBeEmpty();

    [Fact]
    public void Nothing_unverified_is_shipped() =>
        PlacesWhere(reply => reply.Comment.Contains("unverified", StringComparison.OrdinalIgnoreCase)).ShouldBeEmpty();

    [Fact]
    public void Each_stands_in_the_list_of_its_code() =>
        PlacesWhere(reply => reply.Kind != ReplyKind.Tls && reply.Code / 100 != (reply.Kind == ReplyKind.Bounce ? 5 : 4)).ShouldBeEmpty();

    [Fact]
    public void A_text_never_begins_with_its_code() =>
        PlacesWhere(reply => reply.Text.Split('\n').Any(line => !GluedCode.TakeOff(reply.Code, line).SequenceEqual(line))).ShouldBeEmpty();

    [Fact]
    public void No_sample_address_is_left_in_a_text() =>
        PlacesWhere(reply => AddressPattern().IsMatch(reply.Text)).ShouldBeEmpty();

    [Fact]
    public void Close_is_written_only_where_it_differs_from_the_rule() =>
        PlacesWhere(reply => reply.Closes == (reply.Code == 421)).ShouldBeEmpty();

    [Fact]
    public void On_the_wire_each_is_a_well_formed_reply()
    {
        foreach (var reply in Catalogue.Replies)
        {
            var lines = LinesOf(reply);
            lines.ShouldAllBe(line => line.Length <= 510 && line.All(c => c >= ' ' && c <= '~'), reply.Place);
            lines.SkipLast(1).ShouldAllBe(line => line.StartsWith($"{reply.Code}-", StringComparison.Ordinal), reply.Place);
            lines[^1].ShouldStartWith($"{reply.Code} ", customMessage: reply.Place);
            lines.Length.ShouldBe(reply.Text.Split('\n').Length, reply.Place);
        }
    }

    [Fact]
    public void An_enhanced_code_stands_on_every_line_and_is_of_the_class_of_the_code()
    {
        foreach (var reply in Catalogue.Replies.Where(reply => EnhancedCodeText.LengthAtStart(reply.Text) > 0))
        {
            var enhanced = reply.Text[..EnhancedCodeText.LengthAtStart(reply.Text)];
            (enhanced[0] - '0').ShouldBe(reply.Code / 100, reply.Place);
            LinesOf(reply).ShouldAllBe(line => line.IndexOf(enhanced, StringComparison.Ordinal) == 4, reply.Place);
        }
    }

    [Fact]
    public void Whatever_a_client_says_the_lines_stay_within_RFC_5321() =>
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(30),
            Prop.ForAll(HostileClients.ToArbitrary(), client =>
                PlacesWhere(reply => !ReplyTextProperties.IsValid(reply.ToReply(), client)).ShouldBeEmpty()));

    [Fact]
    public void The_empty_lines_and_the_leading_blanks_in_Gmail_s_answers_are_sent()
    {
        var reply = Catalogue.Replies.Single(reply =>
            reply.Kind == ReplyKind.Bounce && reply.Text.Contains("DKIM = did not pass\nSPF", StringComparison.Ordinal));

        LinesOf(reply).Select(line => line.TrimEnd()).ShouldBe(
        [
            "550-5.7.26 This mail has been blocked because the sender is unauthenticated.",
            "550-5.7.26 Gmail requires all senders to authenticate with either SPF or DKIM.",
            "550-5.7.26",
            "550-5.7.26 Authentication results:",
            "550-5.7.26 DKIM = did not pass",
            "550-5.7.26 SPF [sender.example] with ip: [192.0.2.25] = did not pass",
            "550-5.7.26",
            "550-5.7.26 For instructions on setting up authentication, go to",
            "550 5.7.26  https://support.google.com/mail/answer/81126#authentication 4fGh2k - gsmtp",
        ]);
    }

    private static Dialog Asking(string recipient, Dialog client)
    {
        client.Recipient(recipient);
        return client;
    }

    private static string[] LinesOf(CatalogueReply reply) => Dialog.With("someone@recipient.example").Wire(reply.ToReply()).Split('\n');

    private static IEnumerable<string> PlacesWhere(Func<CatalogueReply, bool> broken) =>
        Catalogue.Replies.Where(broken).Select(reply => reply.Place);

    [GeneratedRegex(@"^# (((documented|documented \(class only\)|linked): https?://\S+\.\S)|observed \(third parties\)(;|$))", RegexOptions.None, 60_000)]
    private static partial Regex OriginPattern();

    /// <summary>Four numbers with dots. Yahoo's 4.16.55.1 and 4.16.56.1 are numbers of rules, the same for every client.</summary>
    [GeneratedRegex(@"(?<![\d.])(?!4\.16\.5[56]\.1\b)\d{1,3}(\.\d{1,3}){3}(?![\d.])", RegexOptions.None, 60_000)]
    private static partial Regex AddressPattern();
}
