using System.Buffers;
using System.Net;
using SmartSink.TrafficGen.Messages;

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
