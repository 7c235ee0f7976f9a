using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using SmartSink.TrafficGen.Messages;
using SmartSink.TrafficGen.Options;

namespace SmartSink.TrafficGen.Sending;

/// <summary>The body of a request to /api/inject/v1: one text, and the recipients that each get it as a message of their own.</summary>
internal static class InjectRequest
{
    // No browser reads it, so that nothing but JSON's own characters needs an escape.
    private static readonly JsonWriterOptions Lean = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static void Write(Draft draft, MessageGenerator messages, TrafficOptions options, IBufferWriter<byte> output)
    {
        using var json = new Utf8JsonWriter(output, Lean);
        json.WriteStartObject();
        json.WriteString("envelope_sender"u8, draft.Envelope.Sender);
        json.WriteStartArray("recipients"u8);
        for (var index = 0; index < draft.Envelope.RecipientCount; index++)
        {
            json.WriteStartObject();
            json.WriteString("email"u8, draft.Envelope.Recipient(index));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WritePropertyName("content"u8);
        WriteContent(draft, messages, json);
        if (options.HttpDeferSpool)
        {
            json.WriteBoolean("deferred_spool"u8, true);
        }

        if (options.HttpDeferGeneration)
        {
            json.WriteBoolean("deferred_generation"u8, true);
        }

        // The text is a template unless this says otherwise. KumoMTA knows the key since 2025.12.02, so it is there only when it is needed.
        if (HoldsTemplate(draft.Whole is { } whole ? whole.Wire.Span : draft.Header.Pending))
        {
            json.WriteString("template_dialect"u8, "Static"u8);
        }

        json.WriteEndObject();
    }

    private static void WriteContent(Draft draft, MessageGenerator messages, Utf8JsonWriter json)
    {
        if (draft.Whole is { } whole)
        {
            json.WriteStringValue(whole.Wire.Span);
            return;
        }

        json.WriteStringValueSegment(draft.Header.Pending, isFinalSegment: false);
        for (var sent = 0; sent < draft.TextLength;)
        {
            var part = messages.Text(draft, sent, draft.TextLength);
            json.WriteStringValueSegment(part.Span, isFinalSegment: false);
            sent += part.Length;
        }

        var end = ThreadBuffer.Take();
        messages.WriteEnd(draft, end);
        json.WriteStringValueSegment(end.Pending, isFinalSegment: true);
    }

    // A generated text has letters alone, but its header may have fields that the user gave.
    private static bool HoldsTemplate(ReadOnlySpan<byte> text) =>
        text.IndexOf("{{"u8) >= 0 || text.IndexOf("{%"u8) >= 0 || text.IndexOf("{#"u8) >= 0;
}
