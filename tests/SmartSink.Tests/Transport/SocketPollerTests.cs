using System.IO.Pipes;
using System.Net.Sockets;
using System.Threading.Channels;
using SmartSink.Tests.Connections;
using SmartSink.Transport;

namespace SmartSink.Tests.Transport;

public sealed class SocketPollerTests : IDisposable
{
    private readonly SocketPoller _poller = new("test");

    public void Dispose() => _poller.Dispose();

    [Fact]
    public async Task What_is_ready_is_reported_on_the_pollers_thread()
    {
        using var pipe = new Pipe();
        var polled = new Recorder();
        _poller.Add(pipe.Descriptor, polled, ReadyFlags.Readable);
        pipe.Write(1);
        var (flags, thread) = await polled.NextReadyAsync();
        flags.ShouldBe(ReadyFlags.Readable);
        thread.ShouldBe("test");
        _poller.Remove(pipe.Descriptor);
    }

    [Fact]
    public async Task A_change_is_reported_once_where_that_was_asked_for()
    {
        using var pipe = new Pipe();
        var polled = new Recorder();
        _poller.Add(pipe.Descriptor, polled, ReadyFlags.Readable | ReadyFlags.Once);
        pipe.Write(1);
        await polled.NextReadyAsync();
        await PostedAsync();
        await PostedAsync();
        polled.ReadyCount.ShouldBe(1);
        pipe.Write(1);
        await polled.NextReadyAsync();
    }

    [Fact]
    public async Task What_was_removed_is_not_reported()
    {
        using var pipe = new Pipe();
        var polled = new Recorder();
        _poller.Add(pipe.Descriptor, polled, ReadyFlags.Readable);
        await RunAsync(() => _poller.Remove(pipe.Descriptor));
        pipe.Write(1);
        await PostedAsync();
        await PostedAsync();
        polled.ReadyCount.ShouldBe(0);
    }

    [Fact]
    public async Task Who_posts_itself_again_and_again_leaves_the_sockets_their_turn()
    {
        using var pipe = new Pipe();
        var polled = new Recorder();
        var busy = new Busy(_poller);
        _poller.Add(pipe.Descriptor, polled, ReadyFlags.Readable | ReadyFlags.Once);
        _poller.Post(busy);
        pipe.Write(1);
        await polled.NextReadyAsync();
        busy.Stop();
        await PostedAsync();
    }

    [Fact]
    public async Task Many_threads_may_post_and_nothing_is_lost()
    {
        var polled = new Recorder();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 1000; i++)
            {
                _poller.Post(polled);
            }
        })));
        await PostedAsync();
        polled.PostedCount.ShouldBe(4000);
    }

    [Fact]
    public void What_is_posted_after_the_end_is_let_go()
    {
        var polled = new Recorder();
        _poller.Dispose();
        _poller.Post(polled);
        polled.PostedCount.ShouldBe(0);
    }

    [Fact]
    public void A_descriptor_that_is_none_cannot_be_watched() =>
        Should.Throw<SocketException>(() => _poller.Add(1_000, new Recorder(), ReadyFlags.Readable));

    private Task<bool> PostedAsync() => RunAsync(() => { });

    private Task<bool> RunAsync(Action action)
    {
        var posted = new Recorder { WhenPosted = action };
        _poller.Post(posted);
        return posted.NextPostedAsync().AsTask();
    }

    private sealed class Pipe : IDisposable
    {
        private readonly AnonymousPipeServerStream _writer = new(PipeDirection.Out);
        private readonly AnonymousPipeClientStream _reader;

        public Pipe() => _reader = new AnonymousPipeClientStream(PipeDirection.In, _writer.ClientSafePipeHandle);

        public int Descriptor => (int)_reader.SafePipeHandle.DangerousGetHandle();

        public void Write(byte octet) => _writer.WriteByte(octet);

        public void Dispose()
        {
            _reader.Dispose();
            _writer.Dispose();
        }
    }

    private sealed class Recorder : IReadyHandler
    {
        private readonly Channel<(ReadyFlags Flags, string? Thread)> _ready = System.Threading.Channels.Channel.CreateUnbounded<(ReadyFlags, string?)>();
        private readonly Channel<bool> _posted = System.Threading.Channels.Channel.CreateUnbounded<bool>();

        public Action? WhenPosted { get; init; }

        public int ReadyCount { get; private set; }

        public int PostedCount { get; private set; }

        public void OnReady(ReadyFlags flags)
        {
            ReadyCount++;
            _ready.Writer.TryWrite((flags, Thread.CurrentThread.Name));
        }

        public void OnPosted()
        {
            PostedCount++;
            WhenPosted?.Invoke();
            _posted.Writer.TryWrite(true);
        }

        public ValueTask<(ReadyFlags Flags, string? Thread)> NextReadyAsync() => _ready.Reader.ReadAsync(Patience.Token());

        public ValueTask<bool> NextPostedAsync() => _posted.Reader.ReadAsync(Patience.Token());
    }

    private sealed class Busy(SocketPoller poller) : IReadyHandler
    {
        private volatile bool _stopped;

        public void OnReady(ReadyFlags flags)
        {
        }

        public void OnPosted()
        {
            if (!_stopped)
            {
                poller.Post(this);
            }
        }

        public void Stop() => _stopped = true;
    }
}
