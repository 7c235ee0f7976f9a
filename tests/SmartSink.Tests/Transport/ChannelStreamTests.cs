using System.Net;
using System.Net.Sockets;
using SmartSink.Tests.Connections;
using SmartSink.Transport;

namespace SmartSink.Tests.Transport;

public sealed class ChannelStreamTests : IDisposable
{
    private readonly SocketPoller _poller = new("test");
    private readonly Socket _client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Socket _server;
    private readonly ChannelStream _stream;

    public ChannelStreamTests()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        _client.Connect(listener.LocalEndpoint);
        _server = listener.AcceptSocket();
        _server.Blocking = false;
        var descriptor = (int)_server.Handle;
        _stream = new ChannelStream(new EpollChannel(_poller, descriptor, isTcp: true), new Readiness());
        _poller.Add(descriptor, _stream, ReadyFlags.Connection);
    }

    public void Dispose()
    {
        _poller.Dispose();
        _stream.Dispose();
        _server.Dispose();
        _client.Dispose();
    }

    [Fact]
    public async Task A_read_waits_for_octets_and_goes_on_upon_the_pollers_thread()
    {
        var reading = OnThread(async () =>
        {
            var buffer = new byte[16];
            var bytes = await _stream.ReadAsync(buffer);
            return (Text: System.Text.Encoding.ASCII.GetString(buffer, 0, bytes), Thread: Thread.CurrentThread.Name);
        });
        await _client.SendAsync("QUIT"u8.ToArray());
        (await reading).ShouldBe(("QUIT", "test"));
    }

    [Fact]
    public async Task What_has_come_already_is_read_at_once()
    {
        await _client.SendAsync("abcdef"u8.ToArray());
        await OnThread(async () => await _stream.ReadAsync(Memory<byte>.Empty));
        await OnThread(() =>
        {
            var buffer = new byte[4];
            var first = _stream.ReadAsync(buffer);
            first.IsCompleted.ShouldBeTrue();
            first.Result.ShouldBe(4);
            buffer.ShouldBe("abcd"u8.ToArray());
            var second = _stream.ReadAsync(buffer);
            second.IsCompleted.ShouldBeTrue();
            second.Result.ShouldBe(2);
            return Task.FromResult(true);
        });
    }

    [Fact]
    public async Task A_read_into_nothing_waits_until_there_is_something_and_takes_none_of_it()
    {
        var waiting = OnThread(async () => await _stream.ReadAsync(Memory<byte>.Empty));
        waiting.IsCompleted.ShouldBeFalse();
        await _client.SendAsync("x"u8.ToArray());
        (await waiting).ShouldBe(0);
        (await OnThread(async () => await _stream.ReadAsync(new byte[2]))).ShouldBe(1);
    }

    [Fact]
    public async Task The_end_of_what_the_client_sends_is_read_again_and_again()
    {
        _client.Shutdown(SocketShutdown.Send);
        (await OnThread(async () => await _stream.ReadAsync(new byte[2]))).ShouldBe(0);
        (await OnThread(async () => await _stream.ReadAsync(new byte[2]))).ShouldBe(0);
    }

    [Fact]
    public async Task An_end_that_was_reported_before_is_read_behind_the_octets()
    {
        await _client.SendAsync("abc"u8.ToArray());
        _client.Shutdown(SocketShutdown.Send);
        await OnThread(async () => await _stream.ReadAsync(Memory<byte>.Empty));
        var reported = new Readiness();
        reported.Report(ReadyFlags.Readable | ReadyFlags.PeerClosed);
        using var late = new ChannelStream(new EpollChannel(_poller, (int)_server.Handle, isTcp: true), reported);
        (await OnThread(async () => await late.ReadAsync(new byte[8].AsMemory()))).ShouldBe(3);
        (await OnThread(async () => await late.ReadAsync(new byte[8].AsMemory()))).ShouldBe(0);
    }

    [Fact]
    public async Task What_lies_behind_an_urgent_octet_is_read_too()
    {
        await _client.SendAsync("NO"u8.ToArray());
        await _client.SendAsync("!"u8.ToArray(), SocketFlags.OutOfBand);
        await _client.SendAsync("OP"u8.ToArray());
        await OnThread(async () => await _stream.ReadAsync(Memory<byte>.Empty));
        (await OnThread(async () => await _stream.ReadAsync(new byte[8].AsMemory()))).ShouldBe(2);
        (await OnThread(async () => await _stream.ReadAsync(new byte[8].AsMemory()))).ShouldBe(2);
    }

    [Fact]
    public async Task More_than_the_socket_takes_is_written_as_the_client_reads()
    {
        var sent = new byte[8 * 1024 * 1024];
        Random.Shared.NextBytes(sent);
        var begun = new TaskCompletionSource<bool>();
        var writing = OnThread(async () =>
        {
            var write = _stream.WriteAsync(sent);
            begun.SetResult(!write.IsCompleted);
            await write;
            return true;
        });
        (await begun.Task).ShouldBeTrue();
        var received = new byte[sent.Length];
        for (var bytes = 0; bytes < received.Length;)
        {
            bytes += await _client.ReceiveAsync(received.AsMemory(bytes), Patience.Token());
        }

        (await writing).ShouldBeTrue();
        received.AsSpan().SequenceEqual(sent).ShouldBeTrue();
    }

    [Fact]
    public async Task A_reader_that_never_has_to_wait_leaves_others_their_turn()
    {
        var turns = 0;
        var beat = new Beat(_poller, () => turns++);
        var reading = OnThread(async () =>
        {
            var buffer = new byte[64 * 1024];
            var before = turns;
            for (var left = 3L * Channel.TurnBudget; left > 0;)
            {
                left -= await _stream.ReadAsync(buffer);
            }

            return turns - before;
        });
        _poller.Post(beat);
        var bytes = new byte[3 * Channel.TurnBudget];
        for (var sent = 0; sent < bytes.Length;)
        {
            sent += await _client.SendAsync(bytes.AsMemory(sent), Patience.Token());
        }

        (await reading).ShouldBeGreaterThan(0);
        beat.Stop();
    }

    [Fact]
    public async Task Who_is_woken_may_read_again_and_has_lost_nothing()
    {
        var woken = OnThread(async () =>
        {
            await Should.ThrowAsync<OperationCanceledException>(async () => await _stream.ReadExactlyAsync(new byte[8]));
            return await _stream.ReadAsync(new byte[8].AsMemory());
        });
        await OnThread(() =>
        {
            _stream.Wake();
            return Task.FromResult(true);
        });
        await _client.SendAsync("abc"u8.ToArray());
        (await woken).ShouldBe(3);
    }

    [Fact]
    public async Task Nobody_is_woken_who_does_not_wait()
    {
        await _client.SendAsync("abc"u8.ToArray());
        (await OnThread(async () =>
        {
            _stream.Wake();
            return await _stream.ReadAsync(new byte[8]);
        })).ShouldBe(3);
    }

    [Fact]
    public async Task After_a_cut_all_fails()
    {
        var reading = OnThread(async () =>
        {
            await Should.ThrowAsync<IOException>(async () => await _stream.ReadExactlyAsync(new byte[8]));
            await Should.ThrowAsync<IOException>(async () => await _stream.ReadExactlyAsync(new byte[8]));
            await Should.ThrowAsync<IOException>(async () => await _stream.WriteAsync(new byte[8]));
            return true;
        });
        await OnThread(() =>
        {
            _stream.Cut();
            return Task.FromResult(true);
        });
        (await reading).ShouldBeTrue();
    }

    [Fact]
    public async Task Whoever_waits_for_work_elsewhere_goes_on_upon_the_pollers_thread_also_when_it_fails()
    {
        await OnThread(async () =>
        {
            await _stream.WaitForAsync(Task.CompletedTask);
            return true;
        });
        foreach (var fails in new[] { false, true })
        {
            var work = new TaskCompletionSource();
            var waiting = OnThread(async () =>
            {
                await _stream.WaitForAsync(work.Task);
                return Thread.CurrentThread.Name;
            });

            // Octets that come meanwhile end nothing.
            await _client.SendAsync("x"u8.ToArray());
            await OnThread(async () => await _stream.ReadAsync(new byte[1].AsMemory()));
            waiting.IsCompleted.ShouldBeFalse();
            if (fails)
            {
                work.SetException(new InvalidOperationException());
            }
            else
            {
                work.SetResult();
            }

            (await waiting).ShouldBe("test");
        }
    }

    [Fact]
    public async Task A_wait_for_work_that_never_ends_is_cut_too()
    {
        var work = new TaskCompletionSource();
        var waiting = OnThread(async () =>
        {
            await Should.ThrowAsync<IOException>(async () => await _stream.WaitForAsync(work.Task));
            await Should.ThrowAsync<IOException>(async () => await _stream.WaitForAsync(work.Task));
            return true;
        });
        await OnThread(() =>
        {
            _stream.Cut();
            return Task.FromResult(true);
        });
        (await waiting).ShouldBeTrue();
        work.SetResult();
    }

    [Fact]
    public async Task A_write_that_waits_is_cut_too()
    {
        var writing = OnThread(async () =>
        {
            await Should.ThrowAsync<IOException>(async () => await _stream.WriteAsync(new byte[64 * 1024 * 1024]));
            return true;
        });
        await OnThread(() =>
        {
            _stream.Cut();
            return Task.FromResult(true);
        });
        (await writing).ShouldBeTrue();
    }

    [Fact]
    public async Task A_reset_fails_the_read_with_its_reason()
    {
        _client.LingerState = new LingerOption(enable: true, 0);
        _client.Close();
        var error = await OnThread(async () => await Should.ThrowAsync<IOException>(async () => await _stream.ReadExactlyAsync(new byte[8])));
        error.InnerException.ShouldBeOfType<SocketException>().SocketErrorCode.ShouldBe(SocketError.ConnectionReset);
    }

    /// <summary>Begins something on the polling thread. Who awaits it goes on elsewhere.</summary>
    private async Task<T> OnThread<T>(Func<Task<T>> action)
    {
        var begun = new Begun<T>(action);
        _poller.Post(begun);
        return await begun.Result.WaitAsync(Patience.Token());
    }

    private sealed class Begun<T>(Func<Task<T>> action) : IReadyHandler
    {
        private readonly TaskCompletionSource<T> _source = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<T> Result => _source.Task;

        public void OnReady(ReadyFlags flags)
        {
        }

        public void OnPosted() => _ = RunAsync();

        private async Task RunAsync()
        {
            try
            {
                _source.SetResult(await action());
            }
            catch (Exception error)
            {
                _source.SetException(error);
            }
        }
    }

    /// <summary>Has a turn whenever the others had one.</summary>
    private sealed class Beat(SocketPoller poller, Action count) : IReadyHandler
    {
        private volatile bool _stopped;

        public void Stop() => _stopped = true;

        public void OnReady(ReadyFlags flags)
        {
        }

        public void OnPosted()
        {
            count();
            if (!_stopped)
            {
                poller.Post(this);
            }
        }
    }
}
