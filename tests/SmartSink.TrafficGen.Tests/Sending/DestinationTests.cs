using System.Net;
using System.Net.Sockets;
using SmartSink.TrafficGen.Options;
using SmartSink.TrafficGen.Sending;

namespace SmartSink.TrafficGen.Tests.Sending;

/// <summary>Where a run may go, and whether it can.</summary>
public sealed class DestinationTests
{
    // A document's address (RFC 5737): nothing is sent, the run ends before.
    private static readonly TrafficOptions Astray = new() { Target = new DnsEndPoint("192.0.2.1", 25), MessageCount = 1 };

    [Fact]
    public async Task An_address_of_another_machine_is_refused_however_it_got_there()
    {
        const string Reason = "192.0.2.1 resolves to 192.0.2.1, which is not this machine; see --i-know-where-this-goes";

        (await Should.ThrowAsync<TrafficException>(() => Astray.MakeAsync())).Message.ShouldBe(Reason);
        (await Should.ThrowAsync<TrafficException>(() => (Astray with { Http = new Uri("http://192.0.2.1:8000") }).MakeAsync())).Message.ShouldBe(Reason);
    }

    [Theory]
    [InlineData(true, null)]
    [InlineData(false, "sink.test")]
    public async Task Who_knows_or_has_a_suffix_may_go_there(bool knows, string? suffix) =>
        (await HostAddresses.FindAsync("192.0.2.1", Astray with { KnowsWhereItGoes = knows, DomainSuffix = suffix }, TestContext.Current.CancellationToken))
            .ShouldBe([IPAddress.Parse("192.0.2.1")]);

    [Fact]
    public async Task A_source_that_is_no_address_of_this_machine_is_told_before_the_run()
    {
        await using var server = FakeServer.Start((session, _) => session.ServeAsync());

        var run = (Runs.To(server, messages: 1) with { SourceAddresses = [IPAddress.Parse("192.0.2.1")] }).MakeAsync();

        (await Should.ThrowAsync<TrafficException>(() => run)).Message.ShouldStartWith("--source-ip: 192.0.2.1: ");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Why_the_system_could_not_connect_is_told_when_the_run_ends_by_it(bool keepGoing)
    {
        // A port that is taken, so that nobody else gets it, but on which nobody listens.
        using var deaf = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        deaf.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var closed = new DnsEndPoint("127.0.0.1", ((IPEndPoint)deaf.LocalEndPoint!).Port);
        var options = new TrafficOptions { Target = closed, Concurrency = 1, Duration = TimeSpan.FromMilliseconds(1), KeepGoing = keepGoing };

        (await options.MakeAsync()).Observer.Reason.ShouldBe(keepGoing ? null : $"127.0.0.1:{closed.Port} cannot be reached: Connection refused");
    }

    [Theory]
    [InlineData(640, 1024, true)]
    [InlineData(641, 1024, false)]
    [InlineData(250_000, null, true)]
    public void More_connections_than_there_are_descriptors_are_refused(int connections, int? limit, bool good)
    {
        var check = () => TrafficRun.CheckDescriptors(new TrafficOptions { Concurrency = connections }, limit);

        if (good)
        {
            check.ShouldNotThrow();
        }
        else
        {
            check.ShouldThrow<TrafficException>().Message.ShouldBe("--concurrency: the limit of 1,024 open files leaves room for 640 connections; raise it with ulimit -n");
        }
    }
}
