using System.Net;

namespace SmartSink.Smtp.Auth;

/// <summary>An attempt to authenticate at its end, as the observer sees it. Spans are valid only during the call.</summary>
public readonly ref struct AuthenticationFacts
{
    /// <summary>The client's address.</summary>
    public IPAddress? ClientAddress { get; init; }

    /// <summary>The way.</summary>
    public AuthMechanism Mechanism { get; init; }

    /// <summary>The name given, in UTF-8 without control characters; empty when it did not come to that.</summary>
    public ReadOnlySpan<byte> User { get; init; }

    /// <summary>How it ended.</summary>
    public AuthResult Result { get; init; }
}
