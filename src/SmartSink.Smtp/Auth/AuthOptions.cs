namespace SmartSink.Smtp.Auth;

/// <summary>How AUTH is offered and who judges credentials. Immutable, shared by the sessions of a listener.</summary>
public sealed class AuthOptions
{
    /// <summary>Whether clients may or must authenticate.</summary>
    public AuthMode Mode { get; init; } = AuthMode.Optional;

    /// <summary>Whether AUTH is also offered without TLS; if not, AUTH without TLS is answered 538.</summary>
    public bool AllowCleartext { get; init; }

    /// <summary>The mechanisms offered, at least one, in the order in which they are announced.</summary>
    public IReadOnlyList<AuthMechanism> Mechanisms { get; init; } = AuthMechanisms.All;

    /// <summary>Decides whether credentials are accepted.</summary>
    public ICredentialJudge Judge { get; init; } = AnyCredentials.Instance;
}

/// <summary>Whether clients authenticate.</summary>
public enum AuthMode : byte
{
    /// <summary>AUTH is an unknown command.</summary>
    Off,

    /// <summary>Clients may authenticate.</summary>
    Optional,

    /// <summary>Clients must authenticate: MAIL is refused before that.</summary>
    Required,
}
