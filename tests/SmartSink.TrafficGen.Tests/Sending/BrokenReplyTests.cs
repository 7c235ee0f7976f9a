using SmartSink.TrafficGen.Sending;

namespace SmartSink.TrafficGen.Tests.Sending;

/// <summary>Replies that break off, come in pieces or come unasked.</summary>
public sealed class BrokenReplyTests
{
    [Theory]
    [InlineData("CONNECT")]
    [InlineData("EHLO")]
    [InlineData("RCPT")]
    [InlineData("DATA")]
    [InlineData(".")]
    public async Task A_connection_closed_in_the_middle_of_any_reply_is_made_anew(string command)
    {
        await using var server = FakeServer.Start((session, number) =>
            session.ServeAsync(line => number == 0 && line.StartsWith(command, StringComparison.Ordinal) ? "250-2" : null));

        var (end, observer) = await Runs.To(server, messages: 2).MakeAsync();

        (end, observer.Accepted, observer.GivenUp, observer.Connections, observer.Open).ShouldBe((TrafficEnd.Complete, 2, 0, 2, 0));
        observer.Faults.ShouldHaveSingleItem().Key.Fault.ShouldBe(TrafficFault.Closed);
    }

    [Theory]
    [InlineData("CONNECT")]
    [InlineData("EHLO")]
    [InlineData("MAIL")]
    [InlineData("RCPT")]
    [InlineData(".")]
    public async Task A_354_where_none_is_due_is_a_fault_of_the_server_and_no_answer_to_a_recipient(string command)
    {
        await using var server = FakeServer.Start((session, number) =>
            session.ServeAsync(line => number == 0 && line.StartsWith(command, StringComparison.Ordinal) ? "354 Go on\r\n" : null));

        var (end, observer) = await Runs.To(server, messages: 2).MakeAsync();

        (end, observer.Accepted, observer.GivenUp, observer.Connections).ShouldBe((TrafficEnd.Complete, 2, 0, 2));
        observer.Faults.ShouldHaveSingleItem().Key.Fault.ShouldBe(TrafficFault.Malformed);
        observer.Answers.ToDictionary().ShouldBe(new Dictionary<(int, TrafficStage, int), int> { [(250, TrafficStage.EndOfData, 0)] = 2 });
    }

    [Theory]
    [InlineData("CONNECT", "220-one\r\n220-\r\n220 three\r\n")]
    [InlineData("EHLO", "502 5.5.1 Only HELO\r\n")]
    [InlineData("MAIL", "250\r\n")]
    [InlineData("RCPT", "250\r\n")]
    [InlineData("DATA", "354\r\n")]
    [InlineData("RCPT", "250 Empf\u00e4nger \u00ff\u00fe gut\r\n")]
    [InlineData(".", "250-Stra\u00dfe\r\n250 \u0080\u00b0\r\n")]
    public async Task Odd_replies_that_say_yes_are_taken(string command, string reply)
    {
        await using var server = FakeServer.Start((session, _) => session.ServeAsync(line => line.StartsWith(command, StringComparison.Ordinal) ? reply : null));

        var (end, observer) = await Runs.To(server, messages: 2).MakeAsync();

        (end, observer.Accepted, observer.GivenUp, observer.Faults.Count).ShouldBe((TrafficEnd.Complete, 2, 0, 0));
    }

    [Theory]
    [InlineData("--pipelining")]
    [InlineData("--chunking")]
    [InlineData("--auth")]
    public async Task Replies_in_single_octets_are_read_in_every_kind_of_dialog(string flag)
    {
        await using var server = FakeServer.Start((session, _) =>
        {
            session.ByteByByte = true;
            session.Extensions = ["PIPELINING", "CHUNKING", "AUTH LOGIN"];
            return session.ServeAsync();
        });

        var (end, observer) = await (Runs.To(server, messages: 3) with
        {
            RecipientsPerMessage = 3,
            Pipelining = flag == "--pipelining",
            Chunking = flag == "--chunking",
            Credential = flag == "--auth" ? new("me", "secret") : null,
        }).MakeAsync();

        (end, observer.Accepted, observer.Faults.Count).ShouldBe((TrafficEnd.Complete, 3, 0));
        observer.Answers[(250, TrafficStage.EndOfData, 0)].ShouldBe(9);
    }

    [Fact]
    public async Task A_421_between_two_messages_costs_neither_of_them()
    {
        await using var server = FakeServer.Start((session, number) =>
            session.ServeAsync(line => number == 0 && line == "." ? "250 OK\r\n421 4.3.2 Going down\r\n" : null));

        var (end, observer) = await Runs.To(server, messages: 2).MakeAsync();

        (end, observer.Accepted, observer.GivenUp, observer.Connections).ShouldBe((TrafficEnd.Complete, 2, 0, 2));
        observer.Faults.ShouldHaveSingleItem().Key.Fault.ShouldBe(TrafficFault.ServiceClosing);
        observer.Answers.ToDictionary().ShouldBe(new Dictionary<(int, TrafficStage, int), int> { [(250, TrafficStage.EndOfData, 0)] = 2 });
    }

    [Fact]
    public async Task A_421_to_RSET_leaves_the_refused_message_refused()
    {
        await using var server = FakeServer.Start((session, number) => session.ServeAsync(line =>
            number > 0 ? null
            : line.StartsWith("RCPT", StringComparison.Ordinal) ? "550 5.1.1 No\r\n"
            : line == "RSET" ? "421 4.3.2 Later\r\n" : null));

        var (end, observer) = await Runs.To(server, messages: 2).MakeAsync();

        (end, observer.Refused, observer.Accepted, observer.Retried).ShouldBe((TrafficEnd.Complete, 1, 1, 0));
        observer.Faults.ShouldHaveSingleItem().Key.Fault.ShouldBe(TrafficFault.ServiceClosing);
    }
}
