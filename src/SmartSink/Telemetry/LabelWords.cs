using System.Text.Json;
using SmartSink.Smtp;
using SmartSink.Smtp.Auth;
using SmartSink.Smtp.Server;

namespace SmartSink.Telemetry;

/// <summary>The words for outcomes, stages and reasons: the same in metrics, logs and documentation.</summary>
internal static class LabelWords
{
    /// <summary>By <see cref="Outcome"/>.</summary>
    public static IReadOnlyList<string> Outcomes { get; } = [.. Enum.GetNames<Outcome>().Select(name => name.ToLowerInvariant())];

    /// <summary>By <see cref="Stage"/>.</summary>
    public static IReadOnlyList<string> Stages { get; } = [.. Enum.GetNames<Stage>().Select(name => name.ToLowerInvariant())];

    /// <summary>By <see cref="AuthMechanism"/>, in lower case.</summary>
    public static IReadOnlyList<string> AuthMechanisms { get; } = [.. Smtp.Auth.AuthMechanisms.All.Select(mechanism => Smtp.Auth.AuthMechanisms.NameOf(mechanism).ToLowerInvariant())];

    /// <summary>By <see cref="AuthResult"/>.</summary>
    public static IReadOnlyList<string> AuthResults { get; } = [.. Enum.GetNames<AuthResult>().Select(name => name.ToLowerInvariant())];

    /// <summary>By <see cref="SessionEndReason"/>, in snake case.</summary>
    public static IReadOnlyList<string> EndReasons { get; } = [.. Enum.GetNames<SessionEndReason>().Select(JsonNamingPolicy.SnakeCaseLower.ConvertName)];
}
