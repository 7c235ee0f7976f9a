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

/// <summary>Whether clients authenticate.</summary>
public enum AuthMode : byte
{
    /// <summary>AUTH is unknown.</summary>
    Off,

    /// <summary>They may.</summary>
    Optional,

    /// <summary>MAIL is refused to those that have not.</summary>
    Required,
}
