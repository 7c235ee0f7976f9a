using System.Net.Sockets;
using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using SmartSink.Listening;
using SmartSink.Testing.Time;

namespace SmartSink.Tests.Listening;

public sealed class AcceptLoopTests : IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly ManualTimeProvider _clock = new();
    private readonly RecordingConnectionObserver _observer = new();
    private readonly Channel<SocketError> _script = Channel.CreateUnbounded<SocketError>();
    private readonly Channel<Socket> _taken = Channel.CreateUnbounded<Socket>();
    private int _accepts;

    public void Dispose() => _stopping.Dispose();

    [Theory]
    [InlineData(SocketError.ConnectionAborted)]
    [InlineData(SocketError.ConnectionReset)]
    [InlineData(SocketError.NetworkUnreachable)]
    [InlineData(SocketError.AccessDenied)]
    public async Task What_befalls_one_connection_is_counted_and_the_next_is_taken_at_once(SocketError error)
    {
        var running = Run(error, SocketError.Success);
        (await _observer.NextAcceptFailureAsync()).ShouldBe(error.ToString());
        (await _taken.Reader.ReadAsync(Patience.Token())).Dispose();
        await StopAsync(running);
    }

    [Theory]
    [InlineData(SocketError.TooManyOpenSockets)]
    [InlineData(SocketError.NoBufferSpaceAvailable)]
    public async Task An_exhausted_machine_is_left_alone_for_longer_and_longer(SocketError error)
    {
        var running = Run(error, error, error, SocketError.Success, error);
        foreach (var (milliseconds, accepts) in new[] { (10, 1), (20, 2), (40, 3) })
        {
            await _observer.NextAcceptFailureAsync();
            await WaitingAsync();
            _clock.Advance(TimeSpan.FromMilliseconds(milliseconds - 1));
            Volatile.Read(ref _accepts).ShouldBe(accepts);
            _clock.Advance(TimeSpan.FromMilliseconds(1));
        }

        (await _taken.Reader.ReadAsync(Patience.Token())).Dispose();
        await _observer.NextAcceptFailureAsync();
        await WaitingAsync();
        _clock.Advance(TimeSpan.FromMilliseconds(10));
        await StopAsync(running);
    }

    [Fact]
    public async Task A_broken_listening_socket_surfaces()
    {
        var running = Run(SocketError.NotSocket);
        var error = await Should.ThrowAsync<SocketException>(() => running);
        error.SocketErrorCode.ShouldBe(SocketError.NotSocket);
        (await _observer.NextAcceptFailureAsync()).ShouldBe("NotSocket");
    }

    [Fact]
    public async Task A_stop_during_the_back_off_does_not_wait_for_its_end()
    {
        var running = Run(SocketError.TooManyOpenSockets);
        await _observer.NextAcceptFailureAsync();
        await StopAsync(running);
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

    private Task Run(params SocketError[] script)
    {
        foreach (var step in script)
        {
            _script.Writer.TryWrite(step);
        }

        return new AcceptLoop(AcceptAsync, socket => _taken.Writer.TryWrite(socket), _observer, _clock, NullLogger.Instance).RunAsync(_stopping.Token);
    }

    private async ValueTask<Socket> AcceptAsync(CancellationToken stopping)
    {
        var step = await _script.Reader.ReadAsync(stopping);
        Interlocked.Increment(ref _accepts);
        return step == SocketError.Success
            ? new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
            : throw new SocketException((int)step);
    }

    /// <summary>The loop has set its timer.</summary>
    private async Task WaitingAsync()
    {
        var patience = Patience.Token();
        while (_clock.TimerCount == 0)
        {
            patience.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private async Task StopAsync(Task running)
    {
        await _stopping.CancelAsync();
        await running.WaitAsync(Patience.Token());
    }
}
