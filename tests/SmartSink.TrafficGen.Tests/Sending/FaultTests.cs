using System.Net;
using System.Net.Sockets;
using SmartSink.TrafficGen.Options;
using SmartSink.TrafficGen.Sending;

namespace SmartSink.TrafficGen.Tests.Sending;

/// <summary>Servers that do not do what they should.</summary>
public sealed class FaultTests
{
    [Fact]
    public async Task Replies_split_into_single_octets_are_read()
    {
        await using var server = FakeServer.Start((session, _) =>
        {
            session.ByteByByte = true;
            return session.ServeAsync();
        });

        var (end, observer) = await RunAsync(server, messages: 5, keepGoing: false);

        (end, observer.Accepted, observer.Faults.Count).ShouldBe((TrafficEnd.Complete, 5, 0));
    }

    [Theory]
    [InlineData("CONNECT", nameof(TrafficStage.Connect))]
    [InlineData("EHLO", nameof(TrafficStage.Ehlo))]
    [InlineData("MAIL", nameof(TrafficStage.Mail))]
    [InlineData("RCPT", nameof(TrafficStage.Rcpt))]
    [InlineData("DATA", nameof(TrafficStage.Data))]
    [InlineData(".", nameof(TrafficStage.EndOfData))]
    public async Task After_421_the_message_is_tried_again_on_another_connection(string command, string stageName)
    {
        var stage = Enum.Parse<TrafficStage>(stageName);
        await using var server = FakeServer.Start((session, number) =>
            session.ServeAsync(line => number == 0 && line.StartsWith(command, StringComparison.Ordinal) ? "421 4.3.2 Later\r\n" : null));

        var (end, observer) = await RunAsync(server, messages: 3, keepGoing: true);

        (end, observer.Accepted, observer.GivenUp).ShouldBe((TrafficEnd.Complete, 3, 0));
        observer.Faults.ShouldHaveSingleItem().Key.ShouldBe((TrafficFault.ServiceClosing, stage));
        observer.Retried.ShouldBe(stage < TrafficStage.Mail ? 0 : 1);
        observer.Open.ShouldBe(0);
    }

    [Theory]
    [InlineData("25")]
    [InlineData("250-more")]
    [InlineData("")]
    public async Task A_connection_closed_in_the_middle_of_a_reply_is_made_anew(string reply)
    {
        await using var server = FakeServer.Start(async (session, number) =>
        {
            if (number > 0)
            {
                await session.ServeAsync();
                return;
            }

            await session.SayAsync("220 fake.example\r\n");
            await session.HearAsync();
            await session.SayAsync("250 fake.example\r\n");
            await session.HearAsync();
            await session.SayAsync(reply);
        });

        var (end, observer) = await RunAsync(server, messages: 2, keepGoing: true);

        (end, observer.Accepted, observer.Retried, observer.Connections).ShouldBe((TrafficEnd.Complete, 2, 1, 2));
        observer.Faults.ShouldHaveSingleItem().Key.Fault.ShouldBe(TrafficFault.Closed);
    }

    [Fact]
    public async Task A_connection_closed_after_the_message_was_refused_does_not_repeat_the_message()
    {
        await using var server = FakeServer.Start(async (session, _) =>
        {
            await session.SayAsync("220 fake.example\r\n");
            await session.HearAsync();
            await session.SayAsync("250 fake.example\r\n");
            await session.HearAsync();
            await session.SayAsync("250 OK\r\n");
            await session.HearAsync();
            await session.SayAsync("521 5.3.2 No mail here\r\n");
        });

        var (end, observer) = await RunAsync(server, messages: 1, keepGoing: true);

        (end, observer.Refused, observer.Retried, observer.Answers.Count).ShouldBe((TrafficEnd.Complete, 1, 0, 1));
        observer.Faults.ShouldHaveSingleItem().Key.Fault.ShouldBe(TrafficFault.Closed);
    }

    [Fact]
    public async Task Without_keep_going_the_first_fault_ends_the_run()
    {
        await using var server = FakeServer.Start((session, _) =>
            session.ServeAsync(line => line.StartsWith("MAIL", StringComparison.Ordinal) ? "421 4.3.2 Later\r\n" : null));

        var (end, observer) = await RunAsync(server, messages: 100, keepGoing: false);

        (end, observer.GivenUp, observer.Retried, observer.Accepted).ShouldBe((TrafficEnd.Failed, 1, 0, 0));
    }

    [Fact]
    public async Task Without_keep_going_the_first_refused_message_ends_the_run()
    {
        await using var server = FakeServer.Start((session, _) =>
            session.ServeAsync(line => line.StartsWith("RCPT", StringComparison.Ordinal) ? "550 5.1.1 No\r\n" : null));

        var (end, observer) = await RunAsync(server, messages: 100, keepGoing: false);

        (end, observer.Refused, observer.Faults.Count).ShouldBe((TrafficEnd.Failed, 1, 0));
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_tried_a_bounded_number_of_times()
    {
        // A port that is taken, so that nobody else gets it, but on which nobody listens.
        using var deaf = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        deaf.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var port = ((IPEndPoint)deaf.LocalEndPoint!).Port;
        var observer = new CountingObserver();

        var end = await TrafficRun.RunAsync(
            new TrafficOptions { Target = new DnsEndPoint("127.0.0.1", port), Concurrency = 1, MessageCount = 1, Duration = null },
            observer,
            TimeProvider.System,
            CancellationToken.None);

        (end, observer.Connections).ShouldBe((TrafficEnd.Failed, 0));
        observer.Faults.ShouldHaveSingleItem().Key.ShouldBe((TrafficFault.ConnectFailed, TrafficStage.Connect));
    }

    [Fact]
    public async Task STARTTLS_that_is_not_offered_fails_the_run()
    {
        await using var server = FakeServer.Start((session, _) => session.ServeAsync());

        var (end, observer) = await RunAsync(server, messages: 1, keepGoing: false, options => options with { Tls = TlsMode.StartTls });

        end.ShouldBe(TrafficEnd.Failed);
        observer.Faults.Keys.ShouldContain(key => key.Fault == TrafficFault.TlsFailed);
        observer.Accepted.ShouldBe(0);
    }

    [Fact]
    public async Task A_run_that_is_cancelled_finishes_what_is_under_way()
    {
        using var stop = new CancellationTokenSource();
        await using var server = FakeServer.Start((session, _) => session.ServeAsync(line =>
        {
            if (line == ".")
            {
                stop.Cancel();
            }

            return null;
        }));
        var observer = new CountingObserver();

        var end = await TrafficRun.RunAsync(Options(server) with { Concurrency = 1 }, observer, TimeProvider.System, stop.Token);

        (end, observer.Accepted, observer.Open).ShouldBe((TrafficEnd.Cancelled, 1, 0));
    }

    [Fact]
    public async Task Messages_per_connection_are_counted_and_the_source_address_is_used()
    {
        var quits = 0;
        await using var server = FakeServer.Start(async (session, _) =>
        {
            await session.ServeAsync();
            Interlocked.Add(ref quits, session.Heard.Count(line => line == "QUIT"));
        });

        var (_, observer) = await RunAsync(server, messages: 6, keepGoing: false, options => options with
        {
            MessagesPerConnection = 2,
            Concurrency = 1,
            SourceAddresses = [IPAddress.Parse("127.0.0.7")],
        });

        await server.DisposeAsync();
        (observer.Accepted, quits).ShouldBe((6, observer.Connections));
        observer.Connections.ShouldBe(3);
    }

    private static TrafficOptions Options(FakeServer server) => new() { Target = server.EndPoint, Concurrency = 1, Duration = null };

    private static async Task<(TrafficEnd End, CountingObserver Observer)> RunAsync(
        FakeServer server, long messages, bool keepGoing, Func<TrafficOptions, TrafficOptions>? configure = null)
    {
        var observer = new CountingObserver();
        var options = Options(server) with { MessageCount = messages, KeepGoing = keepGoing };
        var end = await TrafficRun.RunAsync(configure?.Invoke(options) ?? options, observer, TimeProvider.System, CancellationToken.None);
        return (end, observer);
    }
}
