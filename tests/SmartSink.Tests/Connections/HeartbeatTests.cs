using System.Net;
using SmartSink.Connections;
using SmartSink.Testing.Time;

namespace SmartSink.Tests.Connections;

/// <summary>When connections are called: to the second by the beat, to the millisecond where a reply waits.</summary>
public sealed class HeartbeatTests : IDisposable
{
    private readonly ManualTimeProvider _clock = new();
    private readonly ConnectionRegistry _registry = new(maxConnections: 10_000, maxPerAddress: 0);
    private readonly ConnectionHeartbeat _heartbeat;

    public HeartbeatTests()
    {
        _heartbeat = new ConnectionHeartbeat(_registry, _clock);
        _heartbeat.Start();
    }

    private long Now => _clock.ReadMoment().Milliseconds;

    public void Dispose() => _heartbeat.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(700)]
    [InlineData(2047)]
    [InlineData(2048)]
    [InlineData(5_123)]
    [InlineData(600_007)]
    public void A_pause_ends_in_its_millisecond(int milliseconds)
    {
        _clock.Advance(TimeSpan.FromMilliseconds(333));
        var connection = Pausing(milliseconds);
        _clock.Advance(TimeSpan.FromMilliseconds(milliseconds));
        connection.CalledAt.ShouldBe([Now]);
        _clock.TimerCount.ShouldBe(1);
    }

    [Fact]
    public void A_deadline_is_noticed_by_the_next_beat()
    {
        var connection = new Connection(_clock) { Deadline = Now + 1001 };
        _registry.TryAdd(connection);
        _clock.Advance(TimeSpan.FromMilliseconds(1999));
        connection.CalledAt.ShouldBeEmpty();
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        connection.CalledAt.ShouldBe([Now]);
    }

    [Fact]
    public void Many_pauses_of_any_length_end_each_in_its_millisecond()
    {
        var random = new Random(7);
        var expected = new Dictionary<Connection, long>();
        for (var round = 0; round < 50; round++)
        {
            for (var i = 0; i < 40; i++)
            {
                var connection = Pausing(random.Next(0, 9000));
                expected.Add(connection, connection.Deadline);
            }

            _clock.Advance(TimeSpan.FromMilliseconds(random.Next(1, 700)));
        }

        _clock.Advance(TimeSpan.FromSeconds(10));

        // One that is due in the millisecond of a beat may be called by both.
        expected.Keys.ShouldAllBe(connection => connection.CalledAt.All(time => time == expected[connection]) && connection.CalledAt.Count > 0);
        _clock.TimerCount.ShouldBe(1);
    }

    [Fact]
    public void Who_pauses_again_when_called_is_called_again()
    {
        var connection = Pausing(5);
        var begun = Now;
        connection.Then = () =>
        {
            connection.Deadline = connection.CalledAt.Count < 4 ? Now + 5 : long.MaxValue;
            _heartbeat.Expect(connection);
        };
        _clock.Advance(TimeSpan.FromSeconds(1));
        connection.CalledAt.ShouldBe([begun + 5, begun + 10, begun + 15, begun + 20]);
    }

    [Fact]
    public void A_connection_that_ends_while_it_pauses_holds_nobody_up()
    {
        var gone = Pausing(500);
        var other = Pausing(500);
        gone.Deadline = long.MaxValue;
        _registry.Remove(gone);
        _clock.Advance(TimeSpan.FromMilliseconds(500));
        other.CalledAt.ShouldBe([Now]);
    }

    [Fact]
    public void A_clock_that_jumps_calls_everybody_at_once()
    {
        var connections = Enumerable.Range(1, 100).Select(i => Pausing(i * 20)).ToArray();
        var jumping = new Jumping(_clock);
        using var heartbeat = new ConnectionHeartbeat(_registry, jumping);
        Array.ForEach(connections, connection => ((IOpenConnection)connection).NextDue = null);
        Array.ForEach(connections, heartbeat.Expect);
        jumping.Ahead = TimeSpan.FromHours(3);
        _clock.Advance(TimeSpan.FromMilliseconds(20));
        connections.ShouldAllBe(connection => connection.CalledAt.Count > 0);
    }

    [Fact]
    public async Task Threads_that_pause_at_the_same_time_lose_nobody()
    {
        using var heartbeat = new ConnectionHeartbeat(_registry, TimeProvider.System);
        heartbeat.Start();
        var connections = await Task.WhenAll(Enumerable.Range(0, 4).Select(thread => Task.Run(() =>
        {
            var random = new Random(thread);
            return Enumerable.Range(0, 500).Select(_ =>
            {
                var connection = new Connection(TimeProvider.System) { Deadline = TimeProvider.System.ReadMoment().Milliseconds + random.Next(0, 40), IsPausing = true };
                _registry.TryAdd(connection);
                heartbeat.Expect(connection);
                return connection;
            }).ToArray();
        })));
        await Patience.UntilAsync(async () =>
        {
            await Task.Yield();
            return connections.SelectMany(some => some).All(connection => connection.CalledAt.Count > 0);
        });
        connections.SelectMany(some => some).ShouldAllBe(connection => connection.CalledAt[0] >= connection.Deadline);
    }

    private Connection Pausing(int milliseconds)
    {
        var connection = new Connection(_clock) { Deadline = Now + milliseconds, IsPausing = true };
        _registry.TryAdd(connection);
        _heartbeat.Expect(connection);
        return connection;
    }

    private sealed class Connection(TimeProvider clock) : IOpenConnection
    {
        public IPAddress ClientAddress => IPAddress.Loopback;

        public bool IsAddressKnown => true;

        public bool IsCounted { get; set; }

        public int Slot { get; set; }

        public long Deadline { get; set; }

        public bool IsPausing { get; set; }

        public bool IsAtRest => true;

        public List<long> CalledAt { get; } = [];

        public Action? Then { get; set; }

        IOpenConnection? IOpenConnection.NextDue { get; set; }

        uint IOpenConnection.Id => 0;

        IPAddress IOpenConnection.DialogAddress => IPAddress.Loopback;

        ConnectionStatus IOpenConnection.Describe() => throw new NotSupportedException();

        public void Attend()
        {
            lock (CalledAt)
            {
                CalledAt.Add(clock.ReadMoment().Milliseconds);
            }

            if (Then is null)
            {
                IsPausing = false;
                Deadline = clock is ManualTimeProvider ? long.MaxValue : Deadline;
            }

            Then?.Invoke();
        }
    }

    private sealed class Jumping(ManualTimeProvider clock) : TimeProvider
    {
        public TimeSpan Ahead { get; set; }

        public override long TimestampFrequency => clock.TimestampFrequency;

        public override long GetTimestamp() => clock.GetTimestamp() + Ahead.Ticks;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => clock.CreateTimer(callback, state, dueTime, period);
    }
}
