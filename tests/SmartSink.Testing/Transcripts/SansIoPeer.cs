using System.Net;
using System.Text.Json;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;
using SmartSink.Testing.Dialogs;

namespace SmartSink.Testing.Transcripts;

/// <summary>
/// Clients and their sessions in one process with nothing between them. It does what a transport has to do: keeps the octets
/// that were not consumed, calls again after a flush, looks at deadlines as time goes by.
/// </summary>
public sealed class SansIoPeer : ITranscriptPeer
{
    private readonly Transcript _transcript;
    private readonly FilterSwitch _filters;
    private readonly List<Connection> _connections = [];
    private Connection _current;
    private Moment _now = new(1_000_000, new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));

    /// <summary>The first client is at hand.</summary>
    public SansIoPeer(Transcript transcript)
    {
        ArgumentNullException.ThrowIfNull(transcript);
        _transcript = transcript;
        _filters = new FilterSwitch(transcript.Rules);
        _current = Connect(1);
    }

    /// <summary>What the sessions reported.</summary>
    public RecordingObserver Observer { get; } = new();

    /// <inheritdoc/>
    public ValueTask UsePolicyAsync(string path)
    {
        _filters.Load(path, _now);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public void SwitchTo(int client) => _current = _connections.Find(connection => connection.Client == client) ?? Connect(client);

    /// <inheritdoc/>
    public ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
    {
        _current.Send(bytes.Span, _now);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public void EndSending() => _current.EndSending();

    /// <inheritdoc/>
    public ValueTask<byte[]?> ReceiveLineAsync() => new(_current.ReceiveLine(_now));

    /// <inheritdoc/>
    public ValueTask StartTlsAsync()
    {
        _current.StartTls(_now);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask AdvanceTimeAsync(TimeSpan span)
    {
        _current.Start(_now);
        var end = new Moment(_now.Milliseconds + (long)span.TotalMilliseconds, _now.Utc + span);
        while (_connections.MinBy(connection => connection.Deadline) is { } next && next.Deadline <= end.Milliseconds)
        {
            _now = new Moment(next.Deadline, end.Utc.AddMilliseconds(next.Deadline - end.Milliseconds));
            next.CheckDeadlines(_now);
        }

        _now = end;
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<string?> WaitForCloseAsync() => new(JsonNamingPolicy.SnakeCaseLower.ConvertName(_current.Close().ToString()));

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private Connection Connect(int client)
    {
        var number = (uint)_connections.Count + 1;
        var session = new SmtpSession(_transcript.Options, _filters, Observer, IPAddress.Parse("192.0.2.1"), number) { Destination = IPAddress.Loopback };
        var connection = new Connection(client, session);
        _connections.Add(connection);
        return connection;
    }

    private sealed class Connection(int client, SmtpSession session)
    {
        private readonly ReplyBuffer _output = new();
        private readonly List<byte> _received = [];
        private byte[] _unconsumed = [];
        private SessionAction _action;
        private bool _started;
        private bool _isEnded;

        public int Client => client;

        /// <summary>When the session wants to be called again; never once it is over, or before it has begun.</summary>
        public long Deadline => _started && !IsOver ? session.Deadline : long.MaxValue;

        private bool IsOver => _action is SessionAction.Close or SessionAction.Reset;

        public void Start(Moment now)
        {
            if (!_started)
            {
                _started = true;
                Take(session.Start(_output, now));
            }
        }

        public void Send(ReadOnlySpan<byte> bytes, Moment now)
        {
            Start(now);
            if (IsOver)
            {
                return; // a closed socket takes no more
            }

            byte[] all = [.. _unconsumed, .. bytes];
            if (_action is SessionAction.Pause or SessionAction.Stall)
            {
                _unconsumed = all; // nobody reads
                return;
            }

            Feed(all, now);
        }

        public void EndSending() => _isEnded = true;

        public byte[]? ReceiveLine(Moment now)
        {
            Start(now);
            var end = _received.IndexOf((byte)'\n');
            if (end < 0)
            {
                return _received.Count == 0 ? null : throw new InvalidOperationException("A line without its end was sent.");
            }

            if (end == 0 || _received[end - 1] != '\r')
            {
                throw new InvalidOperationException("A line was sent that does not end with CRLF.");
            }

            var line = _received.GetRange(0, end - 1).ToArray();
            _received.RemoveRange(0, end + 1);
            return line;
        }

        public void StartTls(Moment now)
        {
            if (_action != SessionAction.StartTls)
            {
                throw new InvalidOperationException($"The session wants {_action}, not a TLS handshake.");
            }

            session.TlsEstablished(now);
            _action = SessionAction.Read;
        }

        public void CheckDeadlines(Moment now)
        {
            Take(session.CheckDeadlines(_output, now));
            if (_action == SessionAction.Flush)
            {
                Feed(_unconsumed, now);
            }
        }

        public SessionEndReason Close()
        {
            if (!IsOver && !_isEnded)
            {
                throw new InvalidOperationException($"The session wants {_action}, not to close.");
            }

            session.ConnectionEnded(
                _action == SessionAction.StartTls ? SessionEndReason.TlsFailed : session.IsInData ? SessionEndReason.ClosedInData : SessionEndReason.ClientClosed);
            return session.EndReason;
        }

        private void Feed(byte[] bytes, Moment now)
        {
            var rest = bytes.AsSpan();
            do
            {
                var step = session.Advance(rest, _output, now);
                rest = rest[step.Consumed..];
                Take(step);
            }
            while (_action == SessionAction.Flush);

            _unconsumed = rest.ToArray();
        }

        private void Take(SessionStep step)
        {
            _received.AddRange(_output.Pending);
            _output.Clear();
            _action = step.Action;
        }
    }
}
