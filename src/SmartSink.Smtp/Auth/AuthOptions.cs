namespace SmartSink.Smtp.Auth;

/// <summary>How AUTH is offered and who judges. Immutable, shared by the sessions of a listener.</summary>
public sealed class AuthOptions
{
    /// <summary>Whether clients may or must authenticate.</summary>
    public AuthMode Mode { get; init; } = AuthMode.Optional;

    /// <summary>Whether AUTH is offered without TLS, too; otherwise it is answered 538 there.</summary>
    public bool AllowCleartext { get; init; }

    /// <summary>The mechanisms offered, at least one, in the order in which they are announced.</summary>
    public IReadOnlyList<AuthMechanism> Mechanisms { get; init; } = AuthMechanisms.All;

    /// <summary>Who decides.</summary>
    public ICredentialJudge Judge { get; init; } = AnyCredentials.Instance;
}
