namespace SmartSink.Smtp.Auth;

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
