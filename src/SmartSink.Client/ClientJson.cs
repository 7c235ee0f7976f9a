using System.Text.Json.Serialization;

namespace SmartSink.Client;

/// <summary>The bodies of the control API, read and written by code generated at build time.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, AllowOutOfOrderMetadataProperties = true)]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(OverrideRequest))]
[JsonSerializable(typeof(ActiveOverride))]
[JsonSerializable(typeof(OverrideList))]
[JsonSerializable(typeof(CalmAnswer))]
[JsonSerializable(typeof(OverlayRequest))]
[JsonSerializable(typeof(ActiveOverlay))]
[JsonSerializable(typeof(SinkExplanation))]
[JsonSerializable(typeof(SinkPolicy))]
[JsonSerializable(typeof(SinkStats))]
[JsonSerializable(typeof(PolicyCheck))]
[JsonSerializable(typeof(ReloadAnswer))]
[JsonSerializable(typeof(SinkEvent))]
[JsonSerializable(typeof(EventList))]
[JsonSerializable(typeof(ReportCard))]
[JsonSerializable(typeof(LedgerSwitch))]
[JsonSerializable(typeof(ClassifiedRecipient))]
[JsonSerializable(typeof(SinkLedger))]
[JsonSerializable(typeof(SinkRun))]
[JsonSerializable(typeof(SinkRunTimes))]
[JsonSerializable(typeof(SinkHistory))]
[JsonSerializable(typeof(SinkConnections))]
[JsonSerializable(typeof(SinkSenders))]
[JsonSerializable(typeof(SinkSamples))]
internal sealed partial class ClientJson : JsonSerializerContext;

internal sealed record OverrideList(IReadOnlyList<ActiveOverride> Overrides);

internal sealed record CalmAnswer(int Removed);

internal sealed record ReloadAnswer(IReadOnlyList<SinkReload> Results);

internal sealed record EventList(long LastId);

/// <summary>The words of the API.</summary>
internal static class SinkWords
{
    public static string Of(SinkOutcome outcome) => outcome switch
    {
        SinkOutcome.Accepted => "accepted",
        SinkOutcome.TempFail => "tempfail",
        SinkOutcome.PermFail => "permfail",
        _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, message: null),
    };
}
