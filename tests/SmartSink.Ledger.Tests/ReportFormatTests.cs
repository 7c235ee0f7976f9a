using System.Text.Json;
using System.Xml;
using System.Xml.Linq;
using FsCheck;
using FsCheck.Fluent;
using SmartSink.Ledger.Report;

namespace SmartSink.Ledger.Tests;

/// <summary>A report as text, JSON, HTML and JUnit.</summary>
public sealed class ReportFormatTests
{
    private static readonly DateTimeOffset At = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private static readonly string[] Hostile =
    [
        "<script>alert(1)</script>", "</td></table>", "\"", "'", " onload=alert(1) ", "&amp;", "&#60;b&#62;", "]]>", "<!--", "-->", "<![CDATA[", "</style>", "</svg>", "\0", "\u001b[31m", "\u009b2J",
        "\r\n", "\n", "\t", "\u2028", "\u202e", "\ufffe", "\uffff", "\ud800", "\udc00x", "😀", "é", "{0}", "<?xml?>", "=", "`", "/", ">", "<",
    ];

    private static readonly Gen<string> Texts =
        Gen.OneOf(Gen.Elements(Hostile), ArbMap.Default.ArbFor<NonNull<string>>().Generator.Select(text => text.Get)).ArrayOf().Select(pieces => string.Concat(pieces));

    [Fact]
    public void The_text_shows_verdicts_numbers_and_cases() => ReportFormats.Write(Sample(), ReportFormat.Text).ShouldBe(
        """
        Report card
        Made on 2026-01-02 at 03:04:05 UTC; covers 10 min 0 s.
        Durations are in the provider's time, which runs 60 times as fast (time_scale).
        The ledger was full: the 1,200 oldest facts were forgotten and are missing from this report. Raise
        SINK_LEDGER_MEMORY, or clear the ledger before each test.
        2 more senders with better grades are not shown.

        Grade F  192.0.2.1/32, user news
                 12,345 accepted, 678 temporarily refused, 90 permanently refused, 1 connection

        VERDICT   RULE                NUMBER     FINDING
        fail      no-retry-after-5xx  3.25 %     3 of 92 recipients that were refused for good were tried
                                                 again by the same sender.
        warn      backs-off           ×0.8       Gaps do not grow.
        pass      keeps-limits        5 at once  It kept to 5 connections at once.
        not seen  tls                            STARTTLS was not offered.
        pass      classification      97 %       Most classes are right.

        fail: no-retry-after-5xx: Never retries after a 5xx
          03:00:01  tried again 12 s after the refusal (connection 17, gmail.com)
                    550-5.1.1 The account does not exist.
                    550 5.1.1 Check it.
          2026-01-01 23:59:59  tried again
          Why it matters: It costs reputation.
          Source: RFC 5321 section 4.2.1; Email sender guidelines (Google)

        warn: backs-off: Waits longer each time
          Why it matters: Providers slow down who does not.
          Source: RFC 5321 section 4.5.4.1

        pass: classification: Classifies replies rightly
          label         hard  soft
          unknown_user  12    1

        """.ReplaceLineEndings("\n"));

    [Fact]
    public void Colours_are_added_when_they_are_wanted_and_change_no_text()
    {
        var plain = ReportFormats.Write(Sample(), ReportFormat.Text);
        var coloured = ReportFormats.Write(Sample(), ReportFormat.Text, colours: true);
        plain.ShouldNotContain('\e');
        coloured.ShouldContain("\e[1;31mfail\e[0m");
        System.Text.RegularExpressions.Regex.Replace(coloured, "\e\\[[0-9;]+m", string.Empty).ShouldBe(plain);
    }

    [Fact]
    public void Json_has_the_words_of_the_API_and_is_read_again()
    {
        var text = ReportFormats.Write(Sample(), ReportFormat.Json);
        using var json = JsonDocument.Parse(text);
        var rules = json.RootElement.GetProperty("senders")[0].GetProperty("rules");
        rules.EnumerateArray().Select(rule => rule.GetProperty("verdict").GetString()).ShouldBe(["fail", "warn", "pass", "not_seen", "pass"]);
        rules.EnumerateArray().Select(rule => rule.GetProperty("weight").GetString()).ShouldBe(["critical", "minor", "major", "none", "none"]);
        json.RootElement.GetProperty("time_scale").GetDouble().ShouldBe(60);
        ReportFormats.Write(JsonSerializer.Deserialize(text, ReportJson.Default.ReportCard)!, ReportFormat.Json).ShouldBe(text);
    }

    [Fact]
    public void Junit_counts_what_it_holds()
    {
        var xml = XDocument.Parse(ReportFormats.Write(Sample(), ReportFormat.Junit)).Root!;
        (xml.Name.LocalName, (int)xml.Attribute("tests")!, (int)xml.Attribute("failures")!).ShouldBe(("testsuites", 5, 1));
        var suite = xml.Elements("testsuite").ShouldHaveSingleItem();
        (suite.Attribute("name")!.Value, suite.Attribute("timestamp")!.Value, suite.Attribute("time")!.Value).ShouldBe(("192.0.2.1/32, user news", "2026-01-02T02:54:05", "600"));
        ((int)suite.Attribute("tests")!, (int)suite.Attribute("failures")!, (int)suite.Attribute("skipped")!, (int)suite.Attribute("errors")!).ShouldBe((5, 1, 1, 0));
        var cases = suite.Elements("testcase").ToDictionary(one => one.Attribute("name")!.Value, one => one.Elements().Single());
        cases.Values.Select(result => result.Name.LocalName).ShouldBe(["failure", "system-out", "system-out", "skipped", "system-out"]);
        var failure = cases["no-retry-after-5xx"];
        failure.Attribute("message")!.Value.ShouldStartWith("3 of 92 recipients");
        failure.Value.ShouldContain("03:00:01  tried again 12 s after the refusal");
        failure.Value.ShouldContain("550-5.1.1 The account does not exist.\n550 5.1.1 Check it.");
        cases["backs-off"].Value.ShouldStartWith("warn: Waits longer each time: ×0.8");
        suite.Elements("testcase").ShouldAllBe(one => one.Attribute("classname")!.Value == "192.0.2.1/32, user news");
    }

    [Fact]
    public void A_text_is_as_wide_as_it_is_told_and_replies_go_on_below_their_beginning()
    {
        var card = Sample();
        var rule = card.Senders[0].Rules[0] with { Number = 1, Unit = "messages", Examples = [new ReportExample(At, "tried again", "550 5.1.1  " + string.Join(' ', Enumerable.Repeat("{id}", 20)))] };
        var text = ReportFormats.Write(card with { Senders = [card.Senders[0] with { Rules = [rule] }] }, ReportFormat.Text, width: 72);

        text.Split('\n').ShouldAllBe(line => line.Length <= 72);
        text.ShouldContain("""

              03:04:05  tried again
                        550 5.1.1  {id} {id} {id} {id} {id} {id} {id} {id} {id} {id}
                        {id} {id} {id} {id} {id} {id} {id} {id} {id} {id}
              Why
            """.ReplaceLineEndings("\n"));
        text.ShouldContain("\nWords in braces in a reply, such as {id}, stand for parts that varied\nfrom reply to reply.\n");
        text.ShouldContain("\nfail      no-retry-after-5xx  1 message  3 of 92");
    }

    [Fact]
    public void A_failed_rule_without_weight_is_no_failure_of_a_build()
    {
        var card = Sample();
        var sender = card.Senders[0];
        card = card with { Senders = [sender with { Rules = [sender.Rules[0] with { Weight = RuleWeight.None }] }] };
        var xml = XDocument.Parse(ReportFormats.Write(card, ReportFormat.Junit)).Root!;
        ((int)xml.Attribute("failures")!, xml.Descendants("failure").Count()).ShouldBe((0, 0));
        xml.Descendants("system-out").Single().Value.ShouldStartWith("fail: ");
    }

    [Fact]
    public void Html_shows_the_chart_of_each_sender_and_fetches_nothing()
    {
        var html = ReportFormats.Write(Sample(), ReportFormat.Html);
        var page = Parse(html);
        var chart = page.Descendants("svg").ShouldHaveSingleItem();
        chart.Attribute("aria-label")!.Value.ShouldBe("Recipients each second from 02:54:05 to 02:54:08, at most 40");
        chart.Elements("path").Select(path => path.Attribute("d")!.Value).ShouldBe(["M0 1000H0V500H1V0H2V1000H3V1000Z", "M0 1000H0V500H2V1000H3V1000Z", "M0 1000H0V500H1V1000H3V1000Z"]);
        page.Descendants("details").Count(details => details.Attribute("open") is not null).ShouldBe(1);
        page.DescendantsAndSelf().Attributes().Select(attribute => attribute.Name.LocalName).ShouldNotContain(name => name == "src" || name == "href" || name.StartsWith("on"));
        html.ShouldNotContain("url(");
        html.ShouldNotContain("@import");
    }

    [Fact]
    public void Nothing_to_report_is_said_in_every_format()
    {
        var card = new ReportCard(At, At.AddSeconds(-30), [], 0, 1);
        ReportFormats.Write(card, ReportFormat.Text).ShouldBe(
            """
            Report card
            Made on 2026-01-02 at 03:04:05 UTC; covers 30 s.
            No sender to report on: nothing has come in since the ledger was started, or nothing that matches
            the request.

            """.ReplaceLineEndings("\n"));
        Parse(ReportFormats.Write(card, ReportFormat.Html)).Value.ShouldContain("No sender to report on");
        XDocument.Parse(ReportFormats.Write(card, ReportFormat.Junit)).Root!.Attribute("tests")!.Value.ShouldBe("0");
        JsonDocument.Parse(ReportFormats.Write(card, ReportFormat.Json)).RootElement.GetProperty("senders").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public void No_text_of_a_client_becomes_markup()
    {
        var shapes = new[] { ReportFormat.Html, ReportFormat.Junit }.ToDictionary(format => format, format => ShapeOf(ReportFormats.Write(Sample("{x"), format)));
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll(Texts.ToArbitrary(), text =>
        {
            var card = Sample("{" + text); // A brace in a reply adds a remark.
            return ShapeOf(ReportFormats.Write(card, ReportFormat.Html)) == shapes[ReportFormat.Html] && ShapeOf(ReportFormats.Write(card, ReportFormat.Junit)) == shapes[ReportFormat.Junit];
        }));
    }

    [Fact]
    public void No_text_of_a_client_steers_a_terminal() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll(Texts.ToArbitrary(), text =>
        !ReportFormats.Write(Sample(text), ReportFormat.Text).Any(character => character != '\n' && (char.IsControl(character) || character is '\u2028' or '\u202e'))));

    [Fact]
    public void Text_that_is_shown_can_be_read()
    {
        var page = Parse(ReportFormats.Write(Sample("<b>&\"'é😀 \e[1m"), ReportFormat.Html));
        page.Descendants("h2").Single().Value.ShouldBe("192.0.2.1/32, user <b>&\"'é😀 \\u001B[1m");
    }

    /// <summary>A report with every kind of verdict; its texts end with one of a client.</summary>
    private static ReportCard Sample(string? text = null)
    {
        IReadOnlyList<ReportExample> examples =
        [
            new(At.AddSeconds(-244), $"tried again 12 s after the refusal (connection 17, {text ?? "gmail.com"})", text is null ? "550-5.1.1 The account does not exist.\n550 5.1.1 Check it." : $"550 {text}"),
            new(At.AddSeconds(-11046), "tried again", null),
        ];
        RuleReport[] rules =
        [
            new("no-retry-after-5xx", "Never retries after a 5xx", Verdict.Fail, RuleWeight.Critical, 3.25, "%", $"3 of 92 recipients that were refused for good were tried again by the same sender.{text}", examples, "It costs reputation.", ["RFC 5321 section 4.2.1", "Email sender guidelines (Google)"]),
            new("backs-off", "Waits longer each time", Verdict.Warn, RuleWeight.Minor, 0.8, "ratio", "Gaps do not grow.", [], "Providers slow down who does not.", ["RFC 5321 section 4.5.4.1"]),
            new("keeps-limits", "Keeps within limits", Verdict.Pass, RuleWeight.Major, 5, "at once", $"It kept to 5 connections at once.{text}", [], "Limits are hard.", ["RFC 5321"]),
            new("tls", "Uses TLS as it should", Verdict.NotSeen, RuleWeight.None, null, string.Empty, $"STARTTLS was not offered.{text}", [], "Mail in clear text can be read.", ["RFC 3207"]),
            new("classification", "Classifies replies rightly", Verdict.Pass, RuleWeight.None, 97, "%", "Most classes are right.", [], "Suppression lists.", ["RFC 3463"], [["label", "hard", "soft"], ["unknown_user" + text, "12", "1"]]),
        ];
        return new ReportCard(
            At, At.AddMinutes(-10), [new SenderReport("192.0.2.1/32", "news"[..(text is null ? 4 : 0)] + text, "F", 12345, 678, 90, 1, rules, new ReportChart(At.AddMinutes(-10), 1, [20, 0, 0], [0, 20, 0], [0, 20, 0]))], 1200, 60, LeftOut: 2);
    }

    private static XElement Parse(string html) => XDocument.Load(XmlReader.Create(new StringReader(html), new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore })).Root!;

    /// <summary>Elements and the names of their attributes, in their order; lists of lines in a cell do not count.</summary>
    private static string ShapeOf(string markup) => string.Join('\n', Parse(markup).DescendantsAndSelf().Select(element => $"{element.Name} {string.Join(' ', element.Attributes().Select(attribute => attribute.Name))}"));
}
