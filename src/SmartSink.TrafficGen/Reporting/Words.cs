using System.Text.Json;

namespace SmartSink.TrafficGen.Reporting;

/// <summary>The words of the report, in snake case.</summary>
internal static class Words
{
    private static readonly string[] Stages = [.. Enum.GetNames<TrafficStage>().Select(JsonNamingPolicy.SnakeCaseLower.ConvertName)];
    private static readonly string[] Faults = [.. Enum.GetNames<TrafficFault>().Select(JsonNamingPolicy.SnakeCaseLower.ConvertName)];
    private static readonly string[] Ends = [.. Enum.GetNames<TrafficEnd>().Select(JsonNamingPolicy.SnakeCaseLower.ConvertName)];

    /// <summary>The word for how a run ended.</summary>
    public static string For(TrafficEnd end) => Ends[(int)end];

    /// <summary>The word for a stage.</summary>
    public static string For(TrafficStage stage) => Stages[(int)stage];

    /// <summary>The word for a fault.</summary>
    public static string For(TrafficFault fault) => Faults[(int)fault];
}
