using System.Net;
using System.Text.Json;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;
using SmartSink.Testing.Dialogs;

namespace SmartSink.Testing.Transcripts;

/// <summary>
/// A client and a session in one process with nothing between them. It does what a transport has to do: keeps the octets
/// that were not consumed, calls again after a flush, looks at deadlines as time goes by.
/// </summary>
public sealed class SansIoPeer : ITranscriptPeer
{
    private readonly FilterSwitch _filters;
    private readonly ReplyBuffer _output = new();
    private readonly List<byte> _received = [];
    private readonly SmtpSession _session;
    private byte[] _unconsumed = [];
    private Moment _now = new(1_000_000, new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
    private SessionAction _action;
    private bool _started;
    private bool _isEnded;

    /// <summary>Connects.</summary>
    public SansIoPeer(Transcript transcript)
    {
        ArgumentNullException.ThrowIfNull(transcript);
        _filters = new FilterSwitch(transcript.Rules);
        Observer = new RecordingObserver();
        _session = new SmtpSession(transcript.Options, _filters, Observer, IPAddress.Parse("192.0.2.1"), number: 1) { Destination = IPAddress.Loopback };
    }

    /// <summary>What the session reported.</summary>
    public RecordingObserver Observer { get; }

    /// <inheritdoc/>
    public ValueTask UsePolicyAsync(string path)
    {
        _filters.Load(path, _now);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
    {
        Start();
        if (IsOver)
        {
            return ValueTask.CompletedTask; // a closed socket takes no more
        }

        if (_action is SessionAction.Pause or SessionAction.Stall)
        {
            _unconsumed = [.. _unconsumed, .. bytes.Span];
            return ValueTask.CompletedTask; // nobody reads
        }

        Feed([.. _unconsumed, .. bytes.Span]);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public void EndSending() => _isEnded = true;

    /// <inheritdoc/>
    public ValueTask<byte[]?> ReceiveLineAsync()
    {
        Start();
        var end = _received.IndexOf((byte)'\n');
        if (end < 0)
        {
            return _received.Count == 0 ? default : throw new InvalidOperationException("A line without its end was sent.");
        }

        if (end == 0 || _received[end - 1] != '\r')
        {
            throw new InvalidOperationException("A line was sent that does not end with CRLF.");
        }

        var line = _received.GetRange(0, end - 1).ToArray();
        _received.RemoveRange(0, end + 1);
        return new ValueTask<byte[]?>(line);
    }

    /// <inheritdoc/>
    public ValueTask StartTlsAsync()
    {
        if (_action != SessionAction.StartTls)
        {
            throw new InvalidOperationException($"The session wants {_action}, not a TLS handshake.");
        }

        _session.TlsEstablished(_now);
        _action = SessionAction.Read;
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask AdvanceTimeAsync(TimeSpan span)
    {
        Start();
        var end = new Moment(_now.Milliseconds + (long)span.TotalMilliseconds, _now.Utc + span);
        while (_session.Deadline <= end.Milliseconds && !IsOver)
        {
            _now = new Moment(_session.Deadline, end.Utc.AddMilliseconds(_session.Deadline - end.Milliseconds));
            Take(_session.CheckDeadlines(_output, _now));
            if (_action == SessionAction.Flush)
            {
                Feed(_unconsumed);
            }
        }

        _now = end;
        return ValueTask.CompletedTask;
    }

    private bool IsOver => _action is SessionAction.Close or SessionAction.Reset;

    /// <inheritdoc/>
    public ValueTask<string?> WaitForCloseAsync()
    {
        if (!IsOver && !_isEnded)
        {
            throw new InvalidOperationException($"The session wants {_action}, not to close.");
        }

        _session.ConnectionEnded(
            _action == SessionAction.StartTls ? SessionEndReason.TlsFailed : _session.IsInData ? SessionEndReason.ClosedInData : SessionEndReason.ClientClosed);
        return new ValueTask<string?>(JsonNamingPolicy.SnakeCaseLower.ConvertName(_session.EndReason.ToString()));
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private void Start()
    {
        if (!_started)
        {
            _started = true;
            Take(_session.Start(_output, _now));
        }
    }

    private void Feed(byte[] bytes)
    {
        var rest = bytes.AsSpan();
        do
        {
            var step = _session.Advance(rest, _output, _now);
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
