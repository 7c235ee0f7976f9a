using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using SmartSink.Connections;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;
using SmartSink.Telemetry;
using SmartSink.Watching;

namespace SmartSink.Events;

/// <summary>
/// Tells as JSON what happens, as it happens, to whoever wants to look. What mail does is told up to a number a second, and a <c>sampled</c> event
/// says how much was left out; what people do is always told. Texts of clients are cut where they are long, and what is no UTF-8 in them becomes U+FFFD.
/// </summary>
internal sealed class SinkEvents
{
    /// <summary>How many are kept.</summary>
    public const int Kept = 1000;

    /// <summary>Octets of a reply that are told.</summary>
    public const int LongestReply = 1024;

    /// <summary>Octets of any other text that are told.</summary>
    public const int LongestText = 512;

    /// <summary>Mistakes of a reload that are told.</summary>
    public const int MostDiagnostics = 20;

    private const int SampledKinds = 3;

    // Recipients are left out of a longer one.
    private const int LongestEvent = 8 * 1024;

    private readonly TimeProvider _clock;
    private readonly EventBudget _budget = new(SampledKinds);

    /// <summary>Makes them for one run of the sink. Its numbers lie above those of any run before, so that who was told of those misses none of these.</summary>
    public SinkEvents(TimeProvider clock)
    {
        _clock = clock;
        Ring = new EventRing(Kept, clock.GetUtcNow().ToUnixTimeMilliseconds());
    }

    /// <summary>Where they stand.</summary>
    public EventRing Ring { get; }

    /// <summary>How many were left out since the start.</summary>
    public long LeftOut => _budget.LeftOut;

    /// <summary>The words for <see cref="EventKind"/>.</summary>
    public static IReadOnlyList<string> Kinds { get; } = [.. Enum.GetNames<EventKind>().Select(name => name.ToLowerInvariant())];

    /// <summary>Tells of what was left out until now, even if nothing more happens.</summary>
    public void CatchUp() => Turn(_clock.ReadMoment());

    /// <summary>Whether a message that begins now is told of at its end.</summary>
    public bool WantsMessage(in Moment now) => Takes(EventKind.Message, now);

    /// <summary>A recipient, message or client was refused.</summary>
    public void Refused(IMailboxFilter filter, int entry, in SessionFacts facts, Reply reply)
    {
        if (!Takes(EventKind.Refusal, facts.Now))
        {
            return;
        }

        var line = EventLine.Begin(EventKind.Refusal, facts.Now.Utc);
        line.Client(facts.ClientAddress, facts.User);
        line.Number("connection", facts.Connection);
        line.TextIfAny("transaction", facts.TransactionId);
        line.Word("stage", LabelWords.Stages[(int)facts.Stage]);
        if (!facts.TransactionId.IsEmpty)
        {
            line.Text("sender", facts.Sender);
        }

        line.TextIfAny("recipient", facts.Recipient);
        line.Domain(filter.EntryName(entry));
        line.About(facts.Domain);
        line.Word("outcome", LabelWords.Outcomes[(int)reply.Outcome]);
        line.Number("code", reply.Code);
        line.Word("label", ReplyLabels.Words[(int)reply.Label]);
        line.Reply(reply, facts);
        line.AddTo(Ring, new EventMarks(EventKind.Refusal, 1 << (int)reply.Outcome, facts.ClientAddress));
    }

    /// <summary>A message came to its end of data. One that <see cref="WantsMessage"/> did not want is not told of.</summary>
    public void MessageEnded(in MessageFacts message)
    {
        if (message.FirstRecipients is not { } recipients)
        {
            return;
        }

        var line = EventLine.Begin(EventKind.Message, message.Now.Utc);
        line.Client(message.ClientAddress, message.User);
        line.Number("connection", message.Connection);
        line.Text("transaction", message.TransactionId);
        line.Text("sender", message.Sender);
        line.Word("outcome", LabelWords.Outcomes[(int)message.Outcome]);
        line.Number("code", message.Code);
        line.Number("recipient_count", message.Recipients);
        line.Number("size", message.Size);
        line.Number("milliseconds", (long)message.TransactionTime.TotalMilliseconds);
        var outcomes = 1 << (int)message.Outcome;
        line.BeginArray("recipients");
        for (var index = 0; index < recipients.Count && line.Length < LongestEvent; index++)
        {
            var mailbox = recipients.Mailbox(index);
            var outcome = recipients.OutcomeOf(index);
            line.BeginObject();
            line.Text("recipient", mailbox);
            line.Domain(message.Filter.EntryName(recipients.Entry(index)));
            line.About(mailbox[(mailbox.LastIndexOf((byte)'@') + 1)..]);
            line.Word("outcome", LabelWords.Outcomes[(int)outcome]);
            line.EndObject();
            outcomes |= 1 << (int)outcome;
        }

        line.EndArray();
        line.AddTo(Ring, new EventMarks(EventKind.Message, outcomes, message.ClientAddress));
    }

    /// <summary>A connection ended.</summary>
    public void ConnectionClosed(string listener, in ConnectionEnd end)
    {
        var now = _clock.ReadMoment();
        if (!Takes(EventKind.Connection, now))
        {
            return;
        }

        var line = EventLine.Begin(EventKind.Connection, now.Utc);
        line.Client(end.Client, end.User);
        if (end.Connection > 0)
        {
            line.Number("connection", end.Connection);
        }

        line.Word("listener", listener);
        line.Word("reason", ListeningLog.EndReasons[(int)end.Reason]);
        line.Number("messages", end.Messages);
        line.AddTo(Ring, new EventMarks(EventKind.Connection, Client: end.Client));
    }

    /// <summary>An override was added, ended by itself, or was removed.</summary>
    /// <param name="action"><c>added</c>, <c>ended</c> or <c>removed</c>.</param>
    /// <param name="id">Its id.</param>
    /// <param name="name">Its name; empty for none.</param>
    public void OverrideChanged(string action, string id, string name)
    {
        var line = EventLine.Begin(EventKind.Override, _clock.GetUtcNow());
        line.Word("action", action);
        line.Word("override_id", id);
        if (name.Length > 0)
        {
            line.Text("name", name);
        }

        line.AddTo(Ring, new EventMarks(EventKind.Override));
    }

    /// <summary>Files were read anew.</summary>
    /// <param name="name">What they say, in a word.</param>
    /// <param name="report">What came of it.</param>
    public void Reloaded(string name, ReloadReport report)
    {
        var line = EventLine.Begin(EventKind.Reload, report.At);
        line.Word("name", name);
        line.Word("result", report.Result.ToString().ToLowerInvariant());
        line.BeginArray("diagnostics");
        foreach (var diagnostic in report.Diagnostics.Take(MostDiagnostics))
        {
            line.Text(null, diagnostic);
        }

        line.EndArray();
        line.AddTo(Ring, new EventMarks(EventKind.Reload));
    }

    /// <summary>A schedule of the policy began to hold or ceased to.</summary>
    public void ScheduleChanged(string name, bool began)
    {
        var line = EventLine.Begin(EventKind.Schedule, _clock.GetUtcNow());
        line.Text("name", name);
        line.Word("action", began ? "began" : "ended");
        line.AddTo(Ring, new EventMarks(EventKind.Schedule));
    }

    private bool Takes(EventKind kind, in Moment now)
    {
        if (_budget.IsOver(now.Milliseconds))
        {
            Turn(now);
        }

        return _budget.Take((int)kind);
    }

    private void Turn(in Moment now)
    {
        if (_budget.Turn(now.Milliseconds) is > 0 and var leftOut)
        {
            var line = EventLine.Begin(EventKind.Sampled, now.Utc);
            line.Number("left_out", leftOut);
            line.AddTo(Ring, new EventMarks(EventKind.Sampled));
        }
    }
}

/// <summary>Writes what is told on one line of JSON, in memory that each thread has once.</summary>
[SuppressMessage("Reliability", "CA1001", Justification = "The writer has nothing but memory.")]
internal sealed class EventLine
{
    // The texts are for people, and the JSON is never part of a web page: letters and angle brackets stay as they are.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    [ThreadStatic]
    private static EventLine? _ofThread;

    private readonly ArrayBufferWriter<byte> _json = new(1024);
    private readonly ReplyBuffer _domains = new(256);
    private readonly ReplyBuffer _reply = new(512);
    private readonly Utf8JsonWriter _writer;

    private EventLine() => _writer = new Utf8JsonWriter(_json, Options);

    /// <summary>How many octets there are so far.</summary>
    public long Length => _writer.BytesCommitted + _writer.BytesPending;

    /// <summary>Begins an event.</summary>
    public static EventLine Begin(EventKind kind, DateTimeOffset at)
    {
        var line = Begin(at);
        line.Word("kind", SinkEvents.Kinds[(int)kind]);
        return line;
    }

    /// <summary>Begins an object with its time.</summary>
    public static EventLine Begin(DateTimeOffset at)
    {
        var line = _ofThread ??= new EventLine();
        line._json.ResetWrittenCount();
        line._domains.Clear();
        line._writer.Reset();
        line._writer.WriteStartObject();
        line._writer.WriteString("at"u8, at.UtcDateTime);
        return line;
    }

    public void Word(string name, string value) => _writer.WriteString(name, value);

    public void Number(string name, long value) => _writer.WriteNumber(name, value);

    public void Client(IPAddress? address, ReadOnlySpan<byte> user)
    {
        Span<byte> text = stackalloc byte[64];
        if (address is not null && address.TryFormat(text, out var length))
        {
            _writer.WriteString("client"u8, text[..length]);
        }

        TextIfAny("user", user);
    }

    public void TextIfAny(string name, ReadOnlySpan<byte> text)
    {
        if (!text.IsEmpty)
        {
            Text(name, text);
        }
    }

    /// <summary>A text of somebody else's, cut where it is too long.</summary>
    /// <param name="name">The member's name; null in an array.</param>
    /// <param name="text">Any octets.</param>
    /// <param name="most">How many of them are told.</param>
    public void Text(string? name, ReadOnlySpan<byte> text, int most = SinkEvents.LongestText)
    {
        if (name is not null)
        {
            _writer.WritePropertyName(name);
        }

        if (text.Length <= most)
        {
            _writer.WriteStringValue(text);
            return;
        }

        // Not within a character: its first octet is none of those that go on.
        var end = most;
        while (end > most - 4 && (text[end] & 0xC0) == 0x80)
        {
            end--;
        }

        _writer.WriteStringValueSegment(text[..end], isFinalSegment: false);
        _writer.WriteStringValueSegment("…"u8, isFinalSegment: true);
    }

    public void Text(string? name, string text)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        Text(name, bytes.AsSpan(0, Encoding.UTF8.GetBytes(text, bytes)));
        ArrayPool<byte>.Shared.Return(bytes);
    }

    /// <summary>The entry of a domain, by which an event can be chosen, too.</summary>
    public void Domain(string name)
    {
        _writer.WriteString("domain"u8, name);
        var line = _domains.GetSpan(Encoding.UTF8.GetMaxByteCount(name.Length) + 2);
        line[0] = (byte)'\n';
        var end = 1 + Encoding.UTF8.GetBytes(name, line[1..]);
        line[end] = (byte)'\n';
        _domains.Advance(end + 1);
    }

    /// <summary>A domain by which an event can be chosen.</summary>
    public void About(ReadOnlySpan<byte> domain)
    {
        if (domain.IsEmpty || domain.Length > SinkEvents.LongestText)
        {
            return;
        }

        var line = _domains.GetSpan(domain.Length + 2)[..(domain.Length + 2)];
        domain.CopyTo(line[1..]);
        foreach (ref var octet in line)
        {
            octet |= (byte)(octet is >= (byte)'A' and <= (byte)'Z' ? 0x20 : 0);
        }

        line[0] = line[^1] = (byte)'\n';
        _domains.Advance(line.Length);
    }

    /// <summary>The lines of a reply, without their CR.</summary>
    public void Reply(Reply reply, in SessionFacts facts)
    {
        _reply.Clear();
        reply.WriteTo(_reply, facts);
        if (reply.Encoding is { } encoding)
        {
            // So few go otherwise than in UTF-8 that they may cost what a text does.
            var text = encoding.Characters.GetString(_reply.Pending);
            _reply.Clear();
            _reply.Advance(Encoding.UTF8.GetBytes(text, _reply.GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length))));
        }

        // In place: each CR goes, and the end of the last line.
        Span<byte> lines = stackalloc byte[SinkEvents.LongestReply + 1];
        var length = 0;
        foreach (var octet in _reply.Pending.TrimEnd("\r\n"u8))
        {
            if (octet != '\r' && length < lines.Length)
            {
                lines[length++] = octet;
            }
        }

        Text("reply", lines[..length], SinkEvents.LongestReply);
    }

    public void BeginArray(string name) => _writer.WriteStartArray(name);

    public void EndArray() => _writer.WriteEndArray();

    public void BeginObject() => _writer.WriteStartObject();

    public void EndObject() => _writer.WriteEndObject();

    /// <summary>Ends the object and gives it a place.</summary>
    public void AddTo(EventRing ring, in EventMarks marks)
    {
        _writer.WriteEndObject();
        _writer.Flush();
        ring.Add(marks, _json.WrittenSpan, _domains.Pending);
    }
}
