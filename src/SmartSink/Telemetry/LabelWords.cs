using SmartSink.Smtp;
using SmartSink.Smtp.Auth;

namespace SmartSink.Telemetry;

/// <summary>The words for outcomes and stages: the same in metrics, logs and documentation.</summary>
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
}
