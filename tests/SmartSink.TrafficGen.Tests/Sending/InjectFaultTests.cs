using SmartSink.Testing.Time;
using SmartSink.TrafficGen.Sending;

namespace SmartSink.TrafficGen.Tests.Sending;

/// <summary>HTTP servers that do not do what they should.</summary>
public sealed class InjectFaultTests
{
    private const string NoJson = "<html>It works!</html>";
    private const string NoCounts = "{}";
    private const string NoList = """{"success_count":1,"fail_count":0,"failed_recipients":null,"errors":[]}""";
    private const string WrongSum = """{"success_count":2,"fail_count":0,"failed_recipients":[],"errors":[]}""";
    private const string WrongCount = """{"success_count":0,"fail_count":1,"failed_recipients":[],"errors":[]}""";
    private const string WrongName = """{"success_count":0,"fail_count":1,"failed_recipients":["who@else.example"],"errors":[]}""";

    private readonly ManualTimeProvider _clock = new();

    [Theory]
    [InlineData(500, "{}", nameof(TrafficFault.RequestFailed))]
    [InlineData(503, "", nameof(TrafficFault.RequestFailed))]
    [InlineData(429, "", nameof(TrafficFault.RequestRefused))]
    [InlineData(400, "what?", nameof(TrafficFault.RequestRefused))]
    [InlineData(200, NoJson, nameof(TrafficFault.Malformed))]
    [InlineData(200, NoCounts, nameof(TrafficFault.Malformed))]
    [InlineData(200, NoList, nameof(TrafficFault.Malformed))]
    [InlineData(200, "", nameof(TrafficFault.Malformed))]
    [InlineData(200, "null", nameof(TrafficFault.Malformed))]
    [InlineData(200, WrongSum, nameof(TrafficFault.Malformed))]
    [InlineData(200, WrongCount, nameof(TrafficFault.Malformed))]
    [InlineData(200, WrongName, nameof(TrafficFault.Malformed))]
    public async Task An_answer_that_is_an_error_is_counted_and_the_message_tried_again(int status, string body, string fault)
    {
        var bodies = new List<string>();
        await using var server = FakeServer.Start((session, _) => session.ServeHttpAsync(request =>
        {
            bodies.Add(request.Body);
            return bodies.Count == 1 ? HttpDialog.Answer(status, body) : null;
        }));

        var (end, observer) = await InjectRuns.To(server, messages: 2).MakeAsync();

        (end, observer.Accepted, observer.Retried, observer.GivenUp, observer.Reason).ShouldBe((TrafficEnd.Complete, 2, 1, 0, null));
        observer.Faults.ShouldHaveSingleItem().Key.ShouldBe((Enum.Parse<TrafficFault>(fault), TrafficStage.Request));
        observer.Answers.ShouldHaveSingleItem().Value.ShouldBe(2);
        bodies[1].ShouldBe(bodies[0]);
    }

    [Theory]
    [InlineData("", nameof(TrafficFault.Closed))]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{", nameof(TrafficFault.Closed))]
    [InlineData("220 This is SMTP\r\n", nameof(TrafficFault.Malformed))]
    public async Task A_broken_connection_is_made_anew(string answer, string fault)
    {
        await using var server = FakeServer.Start(async (session, number) =>
        {
            if (number == 0)
            {
                await session.HearRequestAsync();
                await session.SayAsync(answer);
                return;
            }

            await session.ServeHttpAsync();
        });

        var (end, observer) = await InjectRuns.To(server, messages: 2).MakeAsync();

        (end, observer.Accepted, observer.Retried, observer.Connections, observer.Open).ShouldBe((TrafficEnd.Complete, 2, 1, 2, 0));
        observer.Faults.ShouldHaveSingleItem().Key.Fault.ToString().ShouldBe(fault);
    }

    [Fact]
    public async Task Without_keep_going_the_first_error_ends_the_run()
    {
        await using var server = FakeServer.Start((session, _) => session.ServeHttpAsync(_ => HttpDialog.Answer(500, "{}")));

        var (end, observer) = await (InjectRuns.To(server, messages: 100) with { KeepGoing = false }).MakeAsync();

        (end, observer.GivenUp, observer.Retried, observer.Accepted).ShouldBe((TrafficEnd.Failed, 1, 0, 0));
    }

    [Theory]
    [InlineData(401, "rejected the credentials: HTTP 401", nameof(TrafficFault.AuthFailed))]
    [InlineData(403, "rejected the credentials: HTTP 403", nameof(TrafficFault.AuthFailed))]
    [InlineData(404, "does not accept messages: HTTP 404", nameof(TrafficFault.NotOffered))]
    [InlineData(405, "does not accept messages: HTTP 405", nameof(TrafficFault.NotOffered))]
    [InlineData(302, "does not accept messages: HTTP 302", nameof(TrafficFault.NotOffered))]
    public async Task An_error_that_no_other_try_can_mend_ends_the_run_at_once(int status, string reason, string fault)
    {
        await using var server = FakeServer.Start((session, _) => session.ServeHttpAsync(_ => HttpDialog.Answer(status, string.Empty)));

        var (end, observer) = await InjectRuns.To(server, messages: 100).MakeAsync();

        (end, observer.GivenUp, observer.Retried).ShouldBe((TrafficEnd.Failed, 1, 0));
        observer.Reason.ShouldBe($"http://127.0.0.1:{server.EndPoint.Port}/ {reason}");
        observer.Faults.ShouldHaveSingleItem().Key.ShouldBe((Enum.Parse<TrafficFault>(fault), TrafficStage.Request));
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{")]
    public async Task A_silent_server_is_waited_for_a_minute(string beginning)
    {
        await using var server = FakeServer.Start(async (session, _) =>
        {
            await session.HearRequestAsync();
            await session.SayAsync(beginning);
            await session.FallSilentAsync();
        });
        var run = (InjectRuns.To(server, messages: 5) with { KeepGoing = false }).MakeAsync(_clock);
        await server.Silent;

        _clock.Advance(TimeSpan.FromSeconds(59));
        run.IsCompleted.ShouldBeFalse();
        _clock.Advance(TimeSpan.FromSeconds(2));
        var (end, observer) = await run;

        (end, observer.GivenUp, observer.Open).ShouldBe((TrafficEnd.Failed, 1, 0));
        observer.Faults.ShouldHaveSingleItem().Key.ShouldBe((TrafficFault.TimedOut, TrafficStage.Request));
    }

    [Fact]
    public async Task A_run_that_is_stopped_waits_ten_seconds_for_a_silent_server()
    {
        await using var server = FakeServer.Start(async (session, _) =>
        {
            await session.HearRequestAsync();
            await session.FallSilentAsync();
        });
        var (end, observer) = await InjectRuns.To(server, messages: 5).StopInSilenceAsync(server, _clock);

        (end, observer.Open, observer.GivenUp, observer.Retried).ShouldBe((TrafficEnd.Cancelled, 0, 1, 0));
    }

    [Fact]
    public async Task A_server_that_is_not_there_fails_the_run()
    {
        var server = FakeServer.Start((session, _) => session.ServeHttpAsync());
        await server.DisposeAsync();

        var (end, observer) = await (InjectRuns.To(server, messages: 5) with { KeepGoing = false }).MakeAsync();

        (end, observer.Connections, observer.GivenUp).ShouldBe((TrafficEnd.Failed, 0, 1));
        observer.Faults.ShouldHaveSingleItem().Key.ShouldBe((TrafficFault.ConnectFailed, TrafficStage.Request));
    }

    [Theory]
    [InlineData(true, null)]
    [InlineData(false, nameof(TrafficFault.TlsFailed))]
    public async Task HTTPS_encrypts_and_does_not_look_at_the_certificate(bool speaksTls, string? fault)
    {
        await using var server = FakeServer.Start(async (session, _) =>
        {
            if (!speaksTls)
            {
                await session.SayAsync("This is no TLS.\r\n");
                return;
            }

            await session.SecureAsync();
            await session.ServeHttpAsync();
        });

        var (_, observer) = await (InjectRuns.To(server, messages: 2) with { Http = new Uri($"https://127.0.0.1:{server.EndPoint.Port}"), KeepGoing = false }).MakeAsync();

        observer.Accepted.ShouldBe(speaksTls ? 2 : 0);
        observer.Faults.Keys.Select(key => key.Fault.ToString()).ShouldBe(fault is null ? [] : [fault]);
    }
}
