using System.Globalization;
using System.Net;
using SmartSink.Behaviour.Rules;

namespace SmartSink.Behaviour.Tests.Rules;

/// <summary>Overrides come and go: lists, ends, limits, and the mistakes in what is asked for.</summary>
public sealed class OverrideBookTests
{
    private static readonly OverrideText Down = new() { Do = new OverrideAction { Defer = 100 } };

    [Fact]
    public void The_list_has_the_newest_first_and_what_was_given()
    {
        var sink = new RuledSink(string.Empty);
        sink.Override(Down.Do, new OverrideMatch { Domain = ["yahoo.com"] }, lasts: "90s");
        sink.Pass("0:00:30");
        sink.Override(new OverrideAction { Accept = true }, name: "all is well");
        sink.Say("a@b.example");
        var list = sink.Book.Overrides.List(sink.Now);
        list.Select(rule => (rule.Id, rule.Name, rule.Acted, rule.Left)).ShouldBe(
            [("2", "all is well", 1, TimeSpan.FromMinutes(10)), ("1", "defer 100 for yahoo.com", 0, TimeSpan.FromMinutes(1))]);
        list[1].CreatedAt.ShouldBe(sink.Now.Utc - TimeSpan.FromSeconds(30));
        list[1].ExpiresAt.ShouldBe(sink.Now.Utc + TimeSpan.FromMinutes(1));
        list[1].Given.For.ShouldBe("90s");
        sink.Book.Overrides.InForce.ShouldBe((2, list[1].CreatedAt));
    }

    [Fact]
    public void Each_goes_once_and_it_is_told_how()
    {
        var sink = new RuledSink(string.Empty);
        var book = sink.Book.Overrides;
        var first = sink.Override(Down.Do, name: "first");
        sink.Override(Down.Do, lasts: "1s", name: "second");
        sink.Override(Down.Do, name: "third");
        book.Find(first, sink.Now)!.Name.ShouldBe("first");
        book.Remove(first, sink.Now).ShouldBeTrue();
        book.Remove(first, sink.Now).ShouldBeFalse();
        book.Find(first, sink.Now).ShouldBeNull();
        sink.Pass("0:00:01");
        book.Clear(sink.Now).ShouldBe(1);
        book.Clear(sink.Now).ShouldBe(0);
        book.InForce.ShouldBe((0, null));
        book.Index.IsEmpty.ShouldBeTrue();
        sink.Told.ShouldBe(
        [
            "1 first until 10:10:00", "2 second until 10:00:01", "3 third until 10:10:00", "1 first removed after 0", "2 second ended after 0", "3 third removed after 0",
        ]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("01")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData("99999999999999999999")]
    [InlineData("x")]
    public void What_is_no_id_finds_nothing(string id)
    {
        var sink = new RuledSink(string.Empty);
        sink.Override(Down.Do);
        sink.Book.Overrides.Remove(id, sink.Now).ShouldBeFalse();
        sink.Book.Overrides.Find(id, sink.Now).ShouldBeNull();
    }

    [Fact]
    public void There_are_ten_thousand_at_most_and_those_that_are_over_make_room()
    {
        var sink = new RuledSink(string.Empty);
        for (var i = 0; i < OverrideBook.Most; i++)
        {
            sink.Override(Down.Do, new OverrideMatch { Domain = [$"d{i % 100}.example"] }, lasts: i < 10 ? "1m" : "2m");
        }

        Add(sink, Down).ShouldSatisfyAllConditions(result => result.Added.ShouldBeNull(), result => result.Problems.ShouldBeEmpty());
        sink.Pass("0:01:00");
        for (var i = 0; i < 10; i++)
        {
            Add(sink, Down).Added.ShouldNotBeNull();
        }

        Add(sink, Down).Added.ShouldBeNull();
        sink.Book.Overrides.List(sink.Now).Count.ShouldBe(OverrideBook.Most);
        sink.Say("a@d99.example").ShouldBe("451");
        sink.Pass("0:01:00");
        sink.Book.Refresh(sink.Now);
        sink.Book.Overrides.InForce.Count.ShouldBe(10);
        sink.Say("a@b.example").ShouldBe("451");
        sink.Book.Overrides.Clear(sink.Now).ShouldBe(10);
        sink.Book.Overrides.Index.IsEmpty.ShouldBeTrue();
    }

    /// <summary>Four threads ask while overrides come and go: nobody is met who should not be, each acts as often as it may, and nothing is left behind.</summary>
    [Fact]
    public void Overrides_come_and_go_while_many_ask()
    {
        var sink = new RuledSink("[domain.\"fixed.example\"]\nbounce = 100\n");
        using var stop = new CancellationTokenSource();
        var refused = 0L;
        var asking = Enumerable.Range(0, 4).Select(_ => new Thread(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                sink.Ask("a@fixed.example").Reply!.Code.ShouldBe(550);
                sink.Ask("a@other.example").Reply.ShouldBeNull();
                Interlocked.Add(ref refused, sink.Ask("a@changing.example").Reply is null ? 0 : 1);
            }
        })).ToList();
        asking.ForEach(thread => thread.Start());
        for (var i = 0; i < 500; i++)
        {
            var id = sink.Override(Down.Do, new OverrideMatch { Domain = [i % 2 == 0 ? "changing.example" : "*.example.changing"] }, times: 1);
            sink.Override(new OverrideAction { Accept = true }, new OverrideMatch { Domain = ["*.fixed.example"] });
            sink.Book.Overrides.Remove(id, sink.Now);
            sink.Book.Overrides.Clear(sink.Now);
        }

        stop.Cancel();
        asking.ForEach(thread => thread.Join());
        sink.Book.Overrides.Index.IsEmpty.ShouldBeTrue();
        refused.ShouldBe(sink.Book.Overrides.Acted);
    }

    [Theory]
    [InlineData("a@yahoo.com", null, null, "everything,client,sender,yahoo,a")]
    [InlineData("yahoo.com", null, null, "everything,client,sender,yahoo,a")]
    [InlineData("b@yahoo.com", "192.0.2.1", "s@x.example", "everything,client,sender,yahoo")]
    [InlineData("b@yahoo.com", "192.0.3.1", "", "everything,yahoo")]
    [InlineData("b@mail.yahoo.com", "192.0.3.1", "", "everything")]
    public void Those_that_an_address_may_meet_can_be_asked_for(string recipient, string? client, string? sender, string expected)
    {
        var policy = RuledSink.Read("domain_suffix = \"sink.test\"\n");
        var sink = new BehaviourFilters(() => policy, default);
        Add("a", new OverrideMatch { Recipient = "a@yahoo.com" });
        Add("yahoo", new OverrideMatch { Domain = ["yahoo.com"] });
        Add("sender", new OverrideMatch { Sender = "*@x.example" });
        Add("client", new OverrideMatch { Client = "192.0.2.0/24" });
        Add("everything", new OverrideMatch());
        Add("gmail", new OverrideMatch { Domain = ["gmail.com"] });
        var address = client is null ? null : IPAddress.Parse(client);
        sink.OverridesMeeting(recipient, address, sender, default)!.Select(rule => rule.Name).ShouldBe(expected.Split(','));
        sink.OverridesMeeting(recipient + ".sink.test", address, sender, default)!.Select(rule => rule.Name).ShouldBe(expected.Split(','));
        sink.OverridesMeeting("@", address, sender, default).ShouldBeNull();

        void Add(string name, OverrideMatch match) => sink.AddOverride(Down with { Name = name, Match = match }, [], default).Added.ShouldNotBeNull();
    }

    [Fact]
    public void All_mistakes_are_found_at_once_each_with_its_place()
    {
        var given = new OverrideText
        {
            Match = new OverrideMatch { Domain = ["a..b", "yahoo.com", "x y"], Recipient = string.Empty, Sender = new string('s', 400), Client = "192.0.2.1/24", Stage = "rctp" },
            Do = new OverrideAction { Bounce = -1, Reply = new OverrideReply { Code = 250, Msg = "{nonsense} \u0001" }, Delay = "soon", Fault = "dorp" },
            Share = 0,
            Times = 0,
            For = "25h",
            Name = "\u001b[31m",
        };
        ProblemsOf(given).Select(problem => problem.Pointer).Order(StringComparer.Ordinal).ShouldBe(
        [
            "/do", "/do/bounce", "/do/delay", "/do/fault", "/do/reply/code", "/do/reply/msg", "/do/reply/msg", "/for", "/match/client", "/match/domain/0", "/match/domain/2",
            "/match/recipient", "/match/sender", "/match/stage", "/name", "/share", "/times",
        ]);
    }

    [Theory]
    [InlineData("/do: do must be one of defer and bounce, reply, accept, delay or fault", null, null, null, null, null, null, null)]
    [InlineData("/do: do mixes defer and bounce with accept; an override does one thing, but several can be in force at once", 5.0, null, true, null, null, null, null)]
    [InlineData("/do: bounce = 60 and defer = 50 add up to more than 100", 50.0, 60.0, null, null, null, null, null)]
    [InlineData("/do/defer: defer = NaN is out of range; it must be 0 to 100", double.NaN, null, null, null, null, null, null)]
    [InlineData("/do/accept: accept can only be true; to refuse, give a reply or rates", null, null, false, null, null, null, null)]
    [InlineData("/do/delay: delay = \"0\" has no effect; it must be more than 0", null, null, null, "0", null, null, null)]
    [InlineData("/do/delay: delay = \"11m\" is longer than 10 minutes", null, null, null, "11m", null, null, null)]
    [InlineData("/do/fault: unknown fault \"resett\", did you mean \"reset\"?", null, null, null, null, "resett", null, null)]
    [InlineData("/match/stage: a message is accepted at stage data, not rcpt", null, null, null, null, "accept-then-drop", "rcpt", null)]
    [InlineData("/match/stage: rates are drawn at stage rcpt, not data; each of the domain's replies is given at its own stage", 5.0, null, null, null, null, "data", null)]
    [InlineData("/match/stage: recipients are accepted at stage rcpt", null, null, true, null, null, "data", null)]
    [InlineData("/match/domain: no recipient is known at stage mail, so no domain can be matched", null, null, null, null, "drop", "mail", "yahoo.com")]
    [InlineData("/match/stage: unknown stage \"RCPT\", did you mean \"rcpt\"?", null, null, true, null, null, "RCPT", null)]
    public void A_mistake_says_what_would_be_right(string problem, double? defer, double? bounce, bool? accept, string? delay, string? fault, string? stage, string? domain)
    {
        var given = new OverrideText
        {
            Match = new OverrideMatch { Stage = stage, Domain = domain is null ? null : [domain] },
            Do = new OverrideAction { Defer = defer, Bounce = bounce, Accept = accept, Delay = delay, Fault = fault },
        };
        ProblemsOf(given).Select(found => $"{found.Pointer}: {found.Detail}").ShouldBe([problem]);
    }

    [Fact]
    public void A_reply_is_judged_as_the_policy_s_are()
    {
        Of(null, null).ShouldBe(["/do/reply: the reply has no code", "/do/reply: the reply has no msg"]);
        Of(299, "x").ShouldBe(["/do/reply/code: code = 299 is out of range; it must be 400 to 599"]);
        Of(451, string.Join('\n', Enumerable.Repeat("x", 513))).ShouldBe(["/do/reply/msg: msg has 513 lines; a reply can have at most 512"]);
        Of(451, new string('x', 64_001)).ShouldBe(["/do/reply/msg: msg has 64001 bytes; a reply can have at most 64000"]);
        Of(451, "{").ShouldBe(["/do/reply/msg: unclosed {; write {{ for a literal brace"]);
        Add(new RuledSink(string.Empty), new OverrideText { Do = new OverrideAction { Reply = new OverrideReply { Code = 451, Msg = "4.7.1 {client_ip} \u00e9", Label = "greylist" } } }).Problems.ShouldBeEmpty();
        Of(451, "x", "grailist").ShouldBe(["/do/reply/label: unknown label \"grailist\", did you mean \"greylist\"?"]);

        static IEnumerable<string> Of(long? code, string? text, string? label = null) =>
            ProblemsOf(new OverrideText { Do = new OverrideAction { Reply = new OverrideReply { Code = code, Msg = text, Label = label } } }).Select(found => $"{found.Pointer}: {found.Detail}");
    }

    [Fact]
    public void What_is_known_to_be_wrong_is_not_found_a_second_time()
    {
        OverrideProblem[] found = [new("/do/reply/msg", "msg must be a string"), new("/do/extra", "unknown")];
        ProblemsOf(new OverrideText { Do = new OverrideAction { Reply = new OverrideReply { Code = 451 } } }, found).ShouldBe(found);
        ProblemsOf(new OverrideText(), [new("/do", "do must be an object")]).Count.ShouldBe(1);
        ProblemsOf(new OverrideText(), [new("/do/defer", "defer must be a number")]).Count.ShouldBe(1);
    }

    [Fact]
    public void A_name_is_made_of_what_it_does_unless_given()
    {
        NameOf(Down).ShouldBe("defer 100 for all");
        NameOf(new OverrideText { Do = new OverrideAction { Bounce = 2.5, Defer = 0 }, Match = new OverrideMatch { Domain = ["a.example", "b.example"], Sender = string.Empty } })
            .ShouldBe("bounce 2.5, defer 0 for a.example, b.example from <>");
        NameOf(new OverrideText { Do = new OverrideAction { Reply = new OverrideReply { Code = 451, Msg = "x" } }, Match = new OverrideMatch { Client = "192.0.2.7", Stage = "ehlo" } })
            .ShouldBe("reply 451 by 192.0.2.7 at ehlo");
        NameOf(new OverrideText { Do = new OverrideAction { Fault = "hang" }, Match = new OverrideMatch { Recipient = "a@*" } }).ShouldBe("hang to a@*");
        NameOf(Down with { Match = new OverrideMatch { Domain = [.. Enumerable.Range(0, 50).Select(i => $"d{i.ToString(CultureInfo.InvariantCulture)}.example")] } }).Length.ShouldBe(200);

        static string NameOf(OverrideText given) => Add(new RuledSink(string.Empty), given).Added!.Name;
    }

    private static OverrideResult Add(RuledSink sink, OverrideText given) => sink.Book.Overrides.Add(given, [], null, sink.Now);

    private static IReadOnlyList<OverrideProblem> ProblemsOf(OverrideText given, params OverrideProblem[] found)
    {
        var result = new OverrideBook(null).Add(given, found, null, default);
        result.Added.ShouldBeNull();
        return result.Problems;
    }
}
