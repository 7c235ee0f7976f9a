using System.Net;
using SmartSink.TrafficGen.Options;
using SmartSink.TrafficGen.Sending;

namespace SmartSink.TrafficGen.Tests.Sending;

/// <summary>What a server does not offer, or refuses for good, ends a run at once, --keep-going or not.</summary>
public sealed class RefusalTests
{
    private static readonly TrafficOptions StartTls = new() { Tls = TlsMode.StartTls };
    private static readonly TrafficOptions Tls = new() { Tls = TlsMode.Implicit };
    private static readonly TrafficOptions Auth = new() { Credential = new NetworkCredential("me", "secret") };

    private static readonly Dictionary<string, TrafficOptions> Wishes = new(StringComparer.Ordinal)
    {
        ["--starttls"] = StartTls,
        ["--tls"] = Tls,
        ["--auth"] = Auth,
        ["--chunking"] = new() { Chunking = true },
        ["--smtputf8"] = new() { SmtpUtf8 = true },
        ["--chunking --smtputf8"] = new() { Chunking = true, SmtpUtf8 = true },
    };

    [Theory]
    [InlineData("--starttls", "EHLO", "250 fake.example\r\n", "does not offer STARTTLS", nameof(TrafficFault.TlsFailed))]
    [InlineData("--starttls", "STARTTLS", "502 5.5.1 No\r\n", "refused STARTTLS with 502", nameof(TrafficFault.TlsFailed))]
    [InlineData("--tls", "CONNECT", "220 fake.example ESMTP in the clear\r\n", "failed the TLS handshake: ", nameof(TrafficFault.TlsFailed))]
    [InlineData("--auth", "EHLO", "250-fake.example\r\n250 AUTH CRAM-MD5\r\n", "offers neither AUTH PLAIN nor AUTH LOGIN", nameof(TrafficFault.AuthFailed))]
    [InlineData("--auth", "AUTH", "535 5.7.8 Who are you?\r\n", "refused AUTH with 535", nameof(TrafficFault.AuthFailed))]
    [InlineData("--chunking", "EHLO", "250-fake.example\r\n250 SMTPUTF8\r\n", "does not offer CHUNKING", nameof(TrafficFault.NotOffered))]
    [InlineData("--smtputf8", "EHLO", "250-fake.example\r\n250 CHUNKING\r\n", "does not offer SMTPUTF8", nameof(TrafficFault.NotOffered))]
    [InlineData("--chunking --smtputf8", "EHLO", "250-fake.example\r\n250 CHUNKING\r\n", "does not offer SMTPUTF8", nameof(TrafficFault.NotOffered))]
    public async Task A_refusal_for_good_ends_the_run_with_its_reason(string wish, string command, string reply, string reason, string fault)
    {
        await using var server = FakeServer.Start((session, _) =>
        {
            session.Extensions = ["STARTTLS", "AUTH PLAIN"];
            return session.ServeAsync(line => line.StartsWith(command, StringComparison.Ordinal) ? reply : null);
        });

        await FailsAtOnceAsync(server, Wishes[wish], reason, fault);
    }

    [Fact]
    public async Task What_follows_STARTTLS_and_is_no_TLS_ends_the_run()
    {
        await using var server = FakeServer.Start(async (session, _) =>
        {
            await session.SayAsync("220 fake.example\r\n");
            await session.HearAsync();
            await session.SayAsync("250-fake.example\r\n250 STARTTLS\r\n");
            await session.HearAsync();
            await session.SayAsync("220 Go on\r\n");
            await session.HearBytesAsync(3);
            await session.SayAsync("This is no TLS, whatever was said before.\r\n");
            await session.HearAsync();
        });

        await FailsAtOnceAsync(server, StartTls, "failed the TLS handshake: ", nameof(TrafficFault.TlsFailed));
    }

    [Theory]
    [InlineData("--starttls", "STARTTLS", "454 4.3.0 Not now\r\n")]
    [InlineData("--starttls", "STARTTLS", "")]
    [InlineData("--auth", "AUTH", "454 4.7.0 Not now\r\n")]
    public async Task A_refusal_for_now_and_a_broken_handshake_are_tried_again(string wish, string command, string reply)
    {
        await using var server = FakeServer.Start((session, number) =>
        {
            session.Extensions = ["STARTTLS", "AUTH PLAIN"];
            return session.ServeAsync(line => number == 0 && line.StartsWith(command, StringComparison.Ordinal) ? reply : null);
        });

        var (end, observer) = await (Wishes[wish] with { Target = server.EndPoint, Concurrency = 1, KeepGoing = true, Duration = null, MessageCount = 2 }).MakeAsync();

        (end, observer.Reason, observer.Accepted, observer.Connections).ShouldBe((TrafficEnd.Complete, null, 2, 2));
    }

    [Fact]
    public async Task A_handshake_that_fails_after_another_went_well_is_tried_again()
    {
        await using var server = FakeServer.Start(async (session, number) =>
        {
            if (number == 1)
            {
                await session.SayAsync("This is no TLS, though the connection before had it.\r\n");
                return;
            }

            await session.SecureAsync();
            await session.ServeAsync();
        });

        var (end, observer) = await (Tls with { Target = server.EndPoint, Concurrency = 1, KeepGoing = true, Duration = null, MessageCount = 2, MessagesPerConnection = 1 }).MakeAsync();

        (end, observer.Reason, observer.Accepted, observer.Connections).ShouldBe((TrafficEnd.Complete, null, 2, 3));
        observer.Faults.ShouldHaveSingleItem().Key.ShouldBe((TrafficFault.TlsFailed, TrafficStage.Tls));
    }

    private static async Task FailsAtOnceAsync(FakeServer server, TrafficOptions options, string reason, string fault)
    {
        var (end, observer) = await (options with { Target = server.EndPoint, Concurrency = 1, KeepGoing = true, Duration = null, MessageCount = 100 }).MakeAsync();

        end.ShouldBe(TrafficEnd.Failed);
        observer.Reason.ShouldNotBeNull().ShouldStartWith($"127.0.0.1:{server.EndPoint.Port} {reason}");
        (observer.Connections, observer.Open, observer.Retried, observer.Accepted).ShouldBe((1, 0, 0, 0));
        observer.Faults.ShouldHaveSingleItem().Key.Fault.ToString().ShouldBe(fault);
    }
}
