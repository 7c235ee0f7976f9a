using System.Net;
using System.Net.Sockets;
using SmartSink.Connections;
using SmartSink.Testing.Time;
using SmartSink.Transport;

namespace SmartSink.Tests.Connections;

public sealed class AcceptorTests : IDisposable
{
    private readonly ManualTimeProvider _clock = new();
    private readonly RecordingConnectionObserver _observer = new();
    private readonly ScriptedQueue _queue = new();
    private readonly List<Channel> _taken = [];
    private readonly Acceptor _acceptor;

    public AcceptorTests() =>
        _acceptor = new Acceptor(_queue, (channel, _) => _taken.Add(channel), TestContexts.Of(_observer, _clock));

    public void Dispose() => _acceptor.Dispose();

    [Theory]
    [InlineData(SocketError.ConnectionAborted)]
    [InlineData(SocketError.ConnectionReset)]
    [InlineData(SocketError.NetworkUnreachable)]
    [InlineData(SocketError.AccessDenied)]
    public async Task What_befalls_one_connection_is_counted_and_the_next_is_taken_at_once(SocketError error)
    {
        Ready(error, SocketError.Success);
        (await _observer.NextAcceptFailureAsync()).ShouldBe(error.ToString());
        _taken.Count.ShouldBe(1);
        _queue.IsWatched.ShouldBeTrue();
    }

    [Theory]
    [InlineData(SocketError.TooManyOpenSockets)]
    [InlineData(SocketError.NoBufferSpaceAvailable)]
    public void An_exhausted_machine_is_left_alone_for_longer_and_longer(SocketError error)
    {
        Ready(error);
        foreach (var milliseconds in new[] { 10, 20, 40 })
        {
            _queue.IsWatched.ShouldBeFalse();
            _clock.Advance(TimeSpan.FromMilliseconds(milliseconds - 1));
            _queue.IsWatched.ShouldBeFalse();
            _clock.Advance(TimeSpan.FromMilliseconds(1));
            _queue.IsWatched.ShouldBeTrue();
            Ready(error);
        }

        _queue.Accepts.ShouldBe(4);
        _clock.Advance(TimeSpan.FromMilliseconds(80));
        Ready(SocketError.Success, error);
        _taken.Count.ShouldBe(1);
        _clock.Advance(TimeSpan.FromMilliseconds(10));
        _queue.IsWatched.ShouldBeTrue();
    }

    [Fact]
    public void A_minute_without_descriptors_costs_a_few_dozen_accepts_and_the_next_one_takes_who_waits()
    {
        var step = TimeSpan.FromMilliseconds(10);
        Ready(SocketError.TooManyOpenSockets);
        for (var passed = TimeSpan.Zero; passed < TimeSpan.FromMinutes(1); passed += step)
        {
            _clock.Advance(step);
            if (_queue.IsWatched)
            {
                Ready(SocketError.TooManyOpenSockets);
            }
        }

        _queue.Accepts.ShouldBe(66);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Ready(SocketError.Success);
        _taken.Count.ShouldBe(1);
    }

    [Fact]
    public void A_machine_without_memory_for_the_watch_is_left_alone_for_a_while()
    {
        _queue.WatchError = SocketError.NoBufferSpaceAvailable;
        _acceptor.Start();
        _queue.IsWatched.ShouldBeFalse();
        _clock.Advance(TimeSpan.FromMilliseconds(10));
        _queue.WatchError = SocketError.Success;
        _queue.IsWatched.ShouldBeFalse();
        _clock.Advance(TimeSpan.FromMilliseconds(20));
        _queue.IsWatched.ShouldBeTrue();
    }

    [Fact]
    public async Task A_broken_listening_socket_surfaces()
    {
        Ready(SocketError.NotSocket, SocketError.Success);
        var error = await Should.ThrowAsync<SocketException>(() => _acceptor.Completion);
        error.SocketErrorCode.ShouldBe(SocketError.NotSocket);
        (await _observer.NextAcceptFailureAsync()).ShouldBe("NotSocket");
        _queue.IsWatched.ShouldBeFalse();
        _taken.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_stop_during_the_back_off_does_not_wait_for_its_end()
    {
        Ready(SocketError.TooManyOpenSockets);
        _acceptor.Stop();
        await _acceptor.Completion;
        _clock.Advance(TimeSpan.FromMinutes(1));
        _queue.IsWatched.ShouldBeFalse();
    }

    [Fact]
    public void A_flood_leaves_the_other_sockets_their_turn()
    {
        Ready([.. Enumerable.Repeat(SocketError.Success, 100)]);
        _taken.Count.ShouldBe(64);
        _acceptor.OnReady(ReadyFlags.Readable);
        _taken.Count.ShouldBe(100);
    }

    [Fact]
    public void The_back_off_doubles_up_to_a_second_and_starts_anew_after_a_success()
    {
        var backoff = default(AcceptBackoff);
        var delays = Enumerable.Range(0, 9).Select(_ => backoff.Next().TotalMilliseconds).ToArray();
        delays.ShouldBe([10, 20, 40, 80, 160, 320, 640, 1000, 1000]);
        backoff.Reset();
        backoff.Next().TotalMilliseconds.ShouldBe(10);
    }

    private void Ready(params SocketError[] script)
    {
        Array.ForEach(script, _queue.Script.Enqueue);
        _acceptor.Start();
        _acceptor.OnReady(ReadyFlags.Readable);
    }

    private sealed class ScriptedQueue : IAcceptQueue
    {
        public Queue<SocketError> Script { get; } = new();

        public bool IsWatched { get; private set; }

        public SocketError WatchError { get; set; }

        public int Accepts { get; private set; }

        public EndPoint EndPoint { get; } = new IPEndPoint(IPAddress.Loopback, 25);

        public SocketError TryAccept(out Channel? channel, out IPAddress client)
        {
            channel = null;
            client = IPAddress.Loopback;
            if (!Script.TryDequeue(out var step))
            {
                return SocketError.WouldBlock;
            }

            Accepts++;
            channel = step == SocketError.Success ? new EpollChannel(null!, -1, isTcp: true) : null;
            return step;
        }

        public void Watch(IReadyHandler handler) =>
            IsWatched = WatchError == SocketError.Success ? true : throw new SocketException((int)WatchError);

        public void Ignore() => IsWatched = false;

        public void Post(IReadyHandler handler) => handler.OnPosted();

        public void Dispose()
        {
        }
    }
}
