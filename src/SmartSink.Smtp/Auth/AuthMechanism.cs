namespace SmartSink.Smtp.Auth;

/// <summary>A way to authenticate by AUTH (RFC 4954).</summary>
public enum AuthMechanism : byte
{
    /// <summary>PLAIN (RFC 4616).</summary>
    Plain,

    /// <summary>LOGIN, which no RFC describes: the server asks for the name and then for the password.</summary>
    Login,

    /// <summary>CRAM-MD5 (RFC 2195).</summary>
    CramMd5,

    /// <summary>XOAUTH2, Google's forerunner of <see cref="OAuthBearer"/>.</summary>
    XOAuth2,

    /// <summary>OAUTHBEARER (RFC 7628).</summary>
    OAuthBearer,
}
