using System.Globalization;
using System.Net;
using System.Text;
using System.Threading.Channels;

namespace SmartSink.Client.Tests;

/// <summary>Answers a client's requests in turn, and keeps them; behind the last answer it cannot be reached.</summary>
internal sealed class FakeSink : HttpMessageHandler
{
    public const string Gone = "Connection refused (sink.test:8000)";

    private readonly Queue<Func<HttpResponseMessage>> _answers = new();

    public List<HeardRequest> Heard { get; } = [];

    public SmartSinkClient Connect(string? token = null, TimeProvider? clock = null) =>
        new(new HttpClient(this) { BaseAddress = new Uri("http://sink.test:8000/") }, isOwn: true, token, clock ?? TimeProvider.System);

    /// <summary>The next answer.</summary>
    public FakeSink Answers(string body, HttpStatusCode status = HttpStatusCode.OK, string type = "application/json") =>
        Answers(() => new HttpResponseMessage(status) { Content = new StringContent(body, Encoding.UTF8, type) });

    public FakeSink Answers(HttpStatusCode status) => Answers(() => new HttpResponseMessage(status));

    /// <summary>The next answer is a stream of events.</summary>
    public FakeSink Answers(EventFeed feed, long? lastEventId = null) => Answers(() =>
    {
        var answer = new HttpResponseMessage { Content = new StreamContent(feed) { Headers = { ContentType = new("text/event-stream") } } };
        if (lastEventId is { } id)
        {
            answer.Headers.Add("Last-Event-ID", id.ToString(CultureInfo.InvariantCulture));
        }

        return answer;
    });

    /// <summary>The next connection fails.</summary>
    public FakeSink CannotBeReached() => Answers(() => throw new HttpRequestException(Gone));

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Heard.Add(new HeardRequest(
            $"{request.Method} {request.RequestUri!.PathAndQuery}",
            request.Content is null ? null : await request.Content.ReadAsStringAsync(cancellationToken),
            request.Content?.Headers.ContentType?.ToString(),
            request.Headers.Authorization?.ToString(),
            request.Headers.TryGetValues("Last-Event-ID", out var ids) ? ids.Single() : null));
        return _answers.TryDequeue(out var answer) ? answer() : throw new HttpRequestException(Gone);
    }

    private FakeSink Answers(Func<HttpResponseMessage> answer)
    {
        _answers.Enqueue(answer);
        return this;
    }
}

internal sealed record HeardRequest(string Line, string? Body, string? Type, string? Authorization, string? LastEventId);

/// <summary>The body of a stream of events: says what the test tells it to say, and then waits.</summary>
internal sealed class EventFeed : Stream
{
    private readonly Channel<byte[]> _said = Channel.CreateUnbounded<byte[]>();
    private readonly TaskCompletionSource _waits = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ReadOnlyMemory<byte> _rest;

    /// <summary>Done when all has been read that was said before the first wait.</summary>
    public Task Waits => _waits.Task;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Says an event as the sink does.</summary>
    public EventFeed Event(long id, string kind, string members = "") =>
        Says($$"""
            id: {{id}}
            event: {{kind}}
            data: {"id":{{id}},"at":"2026-03-04T05:06:07Z","kind":"{{kind}}"{{(members.Length > 0 ? "," : "")}}{{members}}}


            """);

    public EventFeed Refusal(long id, string recipient, string outcome, int code) =>
        Event(id, "refusal", $$"""
            "recipient":"{{recipient}}","outcome":"{{outcome}}","code":{{code}},"stage":"rcpt","reply":"{{code}} no"
            """);

    public EventFeed Message(long id, string recipient) =>
        Event(id, "message", $$"""
            "outcome":"accepted","code":250,"recipients":[{"recipient":"{{recipient}}","outcome":"accepted"}],"recipient_count":1
            """);

    public EventFeed Says(string text)
    {
        _said.Writer.TryWrite(Encoding.UTF8.GetBytes(text)).ShouldBeTrue();
        return this;
    }

    /// <summary>The connection ends, in good order or broken.</summary>
    public EventFeed Ends(Exception? error = null)
    {
        _said.Writer.Complete(error);
        return this;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_rest.IsEmpty)
        {
            if (!_said.Reader.TryRead(out var said))
            {
                _waits.TrySetResult();
                try
                {
                    said = await _said.Reader.ReadAsync(cancellationToken);
                }
                catch (ChannelClosedException error)
                {
                    return error.InnerException is { } broken ? throw broken : 0;
                }
            }

            _rest = said;
        }

        var count = Math.Min(buffer.Length, _rest.Length);
        _rest[..count].CopyTo(buffer);
        _rest = _rest[count..];
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
