using System.Buffers;
using System.Net;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using SmartSink.Smtp.Client;
using SmartSink.TrafficGen.Messages;
using SmartSink.TrafficGen.Options;

namespace SmartSink.TrafficGen.Sending;

/// <summary>A worker's requests, one after the other.</summary>
/// <param name="run">The run.</param>
/// <param name="transport">Sends them.</param>
internal sealed class InjectSender(TrafficContext run, InjectTransport transport) : IMessageSender
{
    /// <summary>How long an answer is waited for, connecting and sending included: what KumoMTA's own generator waits.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly ArrayBufferWriter<byte> _json = new();
    private volatile CancellationTokenSource? _giveUp;
    private long _deadline = long.MaxValue;

    public ValueTask<bool> OpenAsync() => ValueTask.FromResult(true);

    public async ValueTask<bool> TrySendAsync(Draft draft, long due)
    {
        _json.ResetWrittenCount();
        InjectRequest.Write(draft, run.Messages, run.Options, _json);
        var since = run.Clock.GetTimestamp();
        Volatile.Write(ref _deadline, since + (long)(Patience.TotalSeconds * run.Clock.TimestampFrequency));
        var giveUp = new CancellationTokenSource();
        _giveUp = giveUp;
        try
        {
            using var response = await transport.PostAsync(_json.WrittenMemory, giveUp.Token);
            run.Observer.Timed(TrafficStage.Request, run.Clock.GetTimestamp() - since);
            if (!response.IsSuccessStatusCode)
            {
                return Refused(response.StatusCode);
            }

            if (!Settle(draft, response.StatusCode, await response.Content.ReadAsByteArrayAsync(giveUp.Token)))
            {
                return Failed(TrafficFault.Malformed);
            }
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
        {
            return Failed(InjectFaults.Of(exception));
        }
        finally
        {
            Volatile.Write(ref _deadline, long.MaxValue);
        }

        run.Observer.Timed(TrafficStage.Transaction, run.Clock.GetTimestamp() - (due == 0 ? since : Math.Min(due, since)));
        return true;
    }

    public ValueTask CloseAsync() => ValueTask.CompletedTask;

    public void Expire(long now)
    {
        // Read before the deadline, and set after it: a request that has just ended is given up in vain, the next one never before its time.
        var giveUp = _giveUp;
        if (now >= Volatile.Read(ref _deadline))
        {
            giveUp?.Cancel();
        }
    }

    public void Dispose() => _giveUp?.Dispose();

    // False when the answer is none, or does not fit the request; then nothing is settled.
    private bool Settle(Draft draft, HttpStatusCode status, ReadOnlySpan<byte> json)
    {
        if (InjectAnswer.Read(json) is not { } answer || answer.FindRefused(draft.Envelope, run.Options.HttpDeferGeneration) is not { } refused)
        {
            return false;
        }

        for (var index = 0; index < draft.Envelope.RecipientCount; index++)
        {
            var accepted = !refused.Contains(index);
            draft.Settle(index, accepted);
            run.Observer.RecipientAnswered(accepted ? (int)status : InjectAnswer.RefusedCode, TrafficStage.Request, draft.DomainOf(index), []);
        }

        return true;
    }

    private bool Refused(HttpStatusCode status)
    {
        var fault = InjectFaults.Of(status);
        if (fault is TrafficFault.AuthFailed or TrafficFault.NotOffered)
        {
            run.Control.Fail($"{run.Options.Destination} {(fault == TrafficFault.AuthFailed ? "rejected the credentials" : "does not accept messages")}: HTTP {(int)status}");
        }

        return Failed(fault);
    }

    private bool Failed(TrafficFault fault)
    {
        run.Observer.Faulted(fault, TrafficStage.Request);
        return false;
    }
}

internal static class InjectFaults
{
    /// <summary>The fault of a request that got no answer, or none that is HTTP.</summary>
    public static TrafficFault Of(Exception exception) => exception is not HttpRequestException { HttpRequestError: var error }
        ? TrafficFault.TimedOut
        : error switch
        {
            HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError => TrafficFault.ConnectFailed,
            HttpRequestError.SecureConnectionError => TrafficFault.TlsFailed,
            HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded => TrafficFault.Malformed,
            _ => TrafficFault.Closed,
        };

    /// <summary>The fault that an answer's status says; one of those that are no success.</summary>
    public static TrafficFault Of(HttpStatusCode status) => status switch
    {
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.ProxyAuthenticationRequired => TrafficFault.AuthFailed,
        HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed or HttpStatusCode.Gone => TrafficFault.NotOffered,
        < HttpStatusCode.BadRequest => TrafficFault.NotOffered,
        < HttpStatusCode.InternalServerError => TrafficFault.RequestRefused,
        _ => TrafficFault.RequestFailed,
    };
}

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

/// <summary>KumoMTA's answer to a request.</summary>
/// <param name="SuccessCount">How many messages it made and took.</param>
/// <param name="FailCount">How many it did not.</param>
/// <param name="FailedRecipients">The recipients of these.</param>
internal sealed record InjectAnswer(
    [property: JsonRequired] int SuccessCount, [property: JsonRequired] int FailCount, [property: JsonRequired] IReadOnlyList<string> FailedRecipients)
{
    /// <summary>What stands in the report for a recipient that the answer names as failed: it has no code of its own (RFC 5321: transaction failed).</summary>
    public const int RefusedCode = 554;

    /// <summary>Reads it; null when it is none.</summary>
    public static InjectAnswer? Read(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, InjectJson.Default.InjectAnswer) is { FailedRecipients: not null } answer ? answer : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The indexes of the recipients that failed; null when the answer does not fit the request.</summary>
    /// <param name="envelope">The request's recipients.</param>
    /// <param name="deferred">Whether messages are made after the answer, which then counts none of them.</param>
    public IReadOnlySet<int>? FindRefused(Envelope envelope, bool deferred)
    {
        var all = envelope.RecipientCount;
        if (FailCount != FailedRecipients.Count || (SuccessCount + FailCount != all && !(deferred && SuccessCount == 0 && FailCount == 0)))
        {
            return null;
        }

        var refused = new HashSet<int>();
        if (FailCount > 0)
        {
            // The same address may have been drawn twice; and a domain may come back in lower case.
            var names = FailedRecipients.CountBy(name => name, StringComparer.OrdinalIgnoreCase).ToDictionary(StringComparer.OrdinalIgnoreCase);
            for (var index = 0; index < all; index++)
            {
                var name = Encoding.UTF8.GetString(envelope.Recipient(index));
                if (names.TryGetValue(name, out var left) && left > 0)
                {
                    names[name] = left - 1;
                    refused.Add(index);
                }
            }
        }

        return refused.Count == FailCount ? refused : null;
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(InjectAnswer))]
internal sealed partial class InjectJson : JsonSerializerContext;
