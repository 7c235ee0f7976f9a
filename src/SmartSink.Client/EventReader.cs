using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json;

namespace SmartSink.Client;

/// <summary>
/// Follows a sink's events. A connection that breaks is made again, from the last event on; so is one on which nothing comes for longer than the sink
/// is ever silent.
/// </summary>
internal sealed class EventReader(SmartSinkClient sink, EventFilter? filter, long? after, TimeProvider clock) : IAsyncDisposable
{
    private const string LastEventId = "Last-Event-ID";

    /// <summary>The sink says something every 15 s.</summary>
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(45);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly string _path = PathOf(filter, after: null);
    private HttpResponseMessage? _answer;
    private AliveStream? _stream;
    private SseParser<SinkEvent?>? _parser;
    private IAsyncEnumerator<SseItem<SinkEvent?>>? _items;
    private string? _lastId;
    private bool _hasConnected;
    private TimeSpan _pause = FirstPause;

    /// <summary>Why the connection broke, if it is broken now.</summary>
    public Exception? Trouble { get; private set; }

    /// <summary>The next event.</summary>
    /// <exception cref="SmartSinkException">The sink refused; another try would be refused as well.</exception>
    /// <exception cref="HttpRequestException">The sink could not be reached at first.</exception>
    public async ValueTask<SinkEvent> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                if (_items is null)
                {
                    await ConnectAsync(cancellationToken).ConfigureAwait(false);
                }

                while (await _items!.MoveNextAsync().ConfigureAwait(false))
                {
                    _lastId = _parser!.LastEventId is { Length: > 0 } id ? id : _lastId;
                    _pause = FirstPause;
                    if (_items.Current.Data is { } told)
                    {
                        return told;
                    }
                }

                Trouble = new IOException("the sink ended the stream of events");
            }
            catch (Exception error) when (IsPassing(error) && _hasConnected && !cancellationToken.IsCancellationRequested)
            {
                Trouble = error;
            }

            await CloseAsync().ConfigureAwait(false);
            await Task.Delay(_pause, clock, cancellationToken).ConfigureAwait(false);
            _pause = TimeSpan.FromTicks(Math.Min(2 * _pause.Ticks, LongestPause.Ticks));
        }
    }

    public ValueTask DisposeAsync() => CloseAsync();

    /// <summary>The path of /events for a filter.</summary>
    internal static string PathOf(EventFilter? filter, long? after) => SmartSinkClient.PathOf(
        "events",
        ("kind", filter?.Kind),
        ("domain", filter?.Domain),
        ("client", filter?.Client),
        ("outcome", filter?.Outcome is { } outcome ? SinkWords.Of(outcome) : null),
        ("after", after));

    private async Task ConnectAsync(CancellationToken cancellationToken)
    {
        // Where it began is told once: an event's own id says more.
        var path = _lastId is null && after is { } start ? PathOf(filter, start) : _path;
        using var request = SmartSinkClient.Request(HttpMethod.Get, path);
        request.Headers.Accept.ParseAdd("text/event-stream");
        if (_lastId is not null)
        {
            request.Headers.Add(LastEventId, _lastId);
        }

        _answer = await sink.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        // New events only: those from this connection on, even if it breaks before the first.
        if (_lastId is null && after is null && _answer.Headers.TryGetValues(LastEventId, out var ids))
        {
            _lastId = ids.FirstOrDefault();
        }

        _stream = new AliveStream(await _answer.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false), LongestSilence, clock);
        _parser = SseParser.Create(_stream, static (_, data) => data.IsEmpty ? null : JsonSerializer.Deserialize(data, ClientJson.Default.SinkEvent));
        _items = _parser.EnumerateAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        _hasConnected = true;
        Trouble = null;
    }

    private async ValueTask CloseAsync()
    {
        if (_items is not null)
        {
            await _items.DisposeAsync().ConfigureAwait(false);
        }

        if (_stream is not null)
        {
            await _stream.DisposeAsync().ConfigureAwait(false);
        }

        _answer?.Dispose();
        (_items, _parser, _stream, _answer) = (null, null, null, null);
    }

    /// <summary>What another try may mend: a broken connection, a sink that stops, starts or has no place for one more.</summary>
    private static bool IsPassing(Exception error) => error is HttpRequestException or IOException or OperationCanceledException
        or SmartSinkException { Status: HttpStatusCode.ServiceUnavailable or HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout };
}

/// <summary>A stream that breaks when nothing comes for too long, as a peer that is gone without a word says nothing either.</summary>
internal sealed class AliveStream(Stream inner, TimeSpan longestSilence, TimeProvider clock) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        using var silence = new CancellationTokenSource(longestSilence, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, cancellationToken);
        try
        {
            return await inner.ReadAsync(buffer, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException error) when (silence.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new IOException($"the sink has said nothing for {longestSilence.TotalSeconds} s", error);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }
}
