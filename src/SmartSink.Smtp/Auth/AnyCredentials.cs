namespace SmartSink.Smtp.Auth;

/// <summary>Lets everybody in.</summary>
public sealed class AnyCredentials : ICredentialJudge
{
    private AnyCredentials()
    {
    }

    /// <summary>The one there is.</summary>
    public static AnyCredentials Instance { get; } = new();

    /// <inheritdoc/>
    public AuthResult Judge(in Credentials credentials) => AuthResult.Accepted;
}
