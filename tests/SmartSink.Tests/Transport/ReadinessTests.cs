using System.Net.Sockets;
using SmartSink.Transport;

namespace SmartSink.Tests.Transport;

public class ReadinessTests
{
    private const int Room = 100;

    [Theory]
    [InlineData(PollFlags.None, false, false)]
    [InlineData(PollFlags.Writable, false, false)]
    [InlineData(PollFlags.Readable, true, false)]
    [InlineData(PollFlags.Readable | PollFlags.Writable, true, false)]
    [InlineData(PollFlags.Readable | PollFlags.Urgent, true, false)]
    [InlineData(PollFlags.Readable | PollFlags.PeerClosed, true, true)]
    [InlineData(PollFlags.Writable | PollFlags.HungUp, true, true)]
    [InlineData(PollFlags.Failed, true, true)]
    internal void What_is_reported_says_whether_to_receive(PollFlags flags, bool mayRead, bool isEnd)
    {
        var readiness = After(flags);
        (readiness.MayRead, readiness.MayHoldBytes, readiness.IsEndReported).ShouldBe((mayRead, mayRead, isEnd));
    }

    [Theory]
    [InlineData(PollFlags.Readable, Room, true, true)]
    [InlineData(PollFlags.Readable, Room - 1, false, false)]
    [InlineData(PollFlags.Readable, 0, false, false)]
    [InlineData(PollFlags.Readable | PollFlags.PeerClosed, Room, true, true)]
    [InlineData(PollFlags.Readable | PollFlags.PeerClosed, Room - 1, true, false)]
    [InlineData(PollFlags.Readable | PollFlags.HungUp, 1, true, false)]
    [InlineData(PollFlags.Failed, 1, true, false)]
    [InlineData(PollFlags.Readable | PollFlags.Urgent, Room - 1, true, true)]
    internal void A_receive_that_falls_short_has_emptied_the_socket_unless_something_lasting_was_reported(PollFlags flags, int bytes, bool mayRead, bool mayHoldBytes)
    {
        var readiness = After(flags);
        readiness.Received(bytes, Room, SocketError.Success);
        (readiness.MayRead, readiness.MayHoldBytes).ShouldBe((mayRead, mayHoldBytes));
    }

    [Theory]
    [InlineData(PollFlags.Readable)]
    [InlineData(PollFlags.Readable | PollFlags.PeerClosed)]
    internal void A_socket_that_was_found_empty_is_left_alone_until_something_is_reported(PollFlags flags)
    {
        var readiness = After(flags);
        readiness.Received(0, Room, SocketError.WouldBlock);
        readiness.MayRead.ShouldBeFalse();
        readiness.Report(PollFlags.Writable);
        readiness.MayRead.ShouldBeFalse();
        readiness.Report(PollFlags.Readable);
        readiness.MayRead.ShouldBeTrue();
    }

    [Fact]
    public void An_end_stays_reported_whatever_is_received_and_reported_after_it()
    {
        var readiness = After(PollFlags.Readable | PollFlags.PeerClosed);
        readiness.Received(1, Room, SocketError.Success);
        readiness.Report(PollFlags.Writable);
        (readiness.IsEndReported, readiness.MayHoldBytes).ShouldBe((true, false));
        readiness.Received(0, Room, SocketError.Success);
        readiness.MayRead.ShouldBeTrue();
    }

    private static Readiness After(PollFlags flags)
    {
        var readiness = new Readiness();
        readiness.Report(flags);
        return readiness;
    }
}
