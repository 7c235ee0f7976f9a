using System.Net.Sockets;
using SmartSink.Transport;

namespace SmartSink.Tests.Transport;

public class ReadinessTests
{
    private const int Room = 100;

    [Theory]
    [InlineData(ReadyFlags.None, false, false)]
    [InlineData(ReadyFlags.Writable, false, false)]
    [InlineData(ReadyFlags.Readable, true, false)]
    [InlineData(ReadyFlags.Readable | ReadyFlags.Writable, true, false)]
    [InlineData(ReadyFlags.Readable | ReadyFlags.Urgent, true, false)]
    [InlineData(ReadyFlags.Readable | ReadyFlags.PeerClosed, true, true)]
    [InlineData(ReadyFlags.Writable | ReadyFlags.HungUp, true, true)]
    [InlineData(ReadyFlags.Failed, true, true)]
    internal void What_is_reported_says_whether_to_receive(ReadyFlags flags, bool mayRead, bool isEnd)
    {
        var readiness = After(flags);
        (readiness.MayRead, readiness.MayHoldBytes, readiness.IsEndReported).ShouldBe((mayRead, mayRead, isEnd));
    }

    [Theory]
    [InlineData(ReadyFlags.Readable, Room, true, true)]
    [InlineData(ReadyFlags.Readable, Room - 1, false, false)]
    [InlineData(ReadyFlags.Readable, 0, true, false)]
    [InlineData(ReadyFlags.Readable | ReadyFlags.PeerClosed, Room, true, true)]
    [InlineData(ReadyFlags.Readable | ReadyFlags.PeerClosed, Room - 1, true, false)]
    [InlineData(ReadyFlags.Readable | ReadyFlags.HungUp, 1, true, false)]
    [InlineData(ReadyFlags.Failed, 1, true, false)]
    [InlineData(ReadyFlags.Readable | ReadyFlags.Urgent, Room - 1, true, true)]
    internal void A_receive_that_falls_short_has_emptied_the_socket_unless_something_lasting_was_reported(ReadyFlags flags, int bytes, bool mayRead, bool mayHoldBytes)
    {
        var readiness = After(flags);
        readiness.Received(bytes, Room, SocketError.Success);
        (readiness.MayRead, readiness.MayHoldBytes).ShouldBe((mayRead, mayHoldBytes));
    }

    [Theory]
    [InlineData(ReadyFlags.Readable)]
    [InlineData(ReadyFlags.Readable | ReadyFlags.PeerClosed)]
    internal void A_socket_that_was_found_empty_is_left_alone_until_something_is_reported(ReadyFlags flags)
    {
        var readiness = After(flags);
        readiness.Received(0, Room, SocketError.WouldBlock);
        readiness.MayRead.ShouldBeFalse();
        readiness.Report(ReadyFlags.Writable);
        readiness.MayRead.ShouldBeFalse();
        readiness.Report(ReadyFlags.Readable);
        readiness.MayRead.ShouldBeTrue();
    }

    [Fact]
    public void An_end_stays_reported_whatever_is_received_and_reported_after_it()
    {
        var readiness = After(ReadyFlags.Readable | ReadyFlags.PeerClosed);
        readiness.Received(1, Room, SocketError.Success);
        readiness.Report(ReadyFlags.Writable);
        (readiness.IsEndReported, readiness.MayHoldBytes).ShouldBe((true, false));
        readiness.Received(0, Room, SocketError.Success);
        readiness.MayRead.ShouldBeTrue();
    }

    private static Readiness After(ReadyFlags flags)
    {
        var readiness = new Readiness();
        readiness.Report(flags);
        return readiness;
    }
}
