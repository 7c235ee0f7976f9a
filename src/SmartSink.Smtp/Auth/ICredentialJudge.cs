namespace SmartSink.Smtp.Auth;

/// <summary>Decides who is let in. Called synchronously from many threads at once: it must not block, await, or keep the credentials.</summary>
public interface ICredentialJudge
{
    /// <summary><see cref="AuthResult.Accepted"/>, <see cref="AuthResult.Refused"/> or <see cref="AuthResult.TempFail"/>.</summary>
    AuthResult Judge(in Credentials credentials);
}
