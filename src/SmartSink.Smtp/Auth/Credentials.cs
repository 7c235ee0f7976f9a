using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace SmartSink.Smtp.Auth;

/// <summary>The credentials that a client presents. Spans are valid only during the call.</summary>
public readonly ref struct Credentials
{
    /// <summary>The mechanism by which they were sent.</summary>
    public AuthMechanism Mechanism { get; init; }

    /// <summary>
    /// The name: UTF-8 without control characters. Not empty, except with OAUTHBEARER, where the token may identify the user by itself.
    /// </summary>
    public ReadOnlySpan<byte> User { get; init; }

    /// <summary>The password or the token; with CRAM-MD5 the digest, in hexadecimal digits.</summary>
    public ReadOnlySpan<byte> Secret { get; init; }

    /// <summary>The server's challenge; only with CRAM-MD5.</summary>
    public ReadOnlySpan<byte> Challenge { get; init; }

    /// <summary>
    /// Whether the secret is this password, or was computed from it. Takes the same time for all secrets of the same length.
    /// </summary>
    /// <param name="password">The password or the token as the server knows it.</param>
    [SuppressMessage("Security", "CA5351", Justification = "RFC 2195 is made of MD5, and clients that speak it are to be tested.")]
    public bool Match(ReadOnlySpan<byte> password)
    {
        if (Mechanism != AuthMechanism.CramMd5)
        {
            return CryptographicOperations.FixedTimeEquals(Secret, password);
        }

        Span<byte> digits = stackalloc byte[HMACMD5.HashSizeInBytes * 2];
        Span<byte> given = stackalloc byte[digits.Length];
        return Convert.TryToHexStringLower(HMACMD5.HashData(password, Challenge), digits, out _)
            && Ascii.ToLower(Secret, given, out var length) == System.Buffers.OperationStatus.Done
            && CryptographicOperations.FixedTimeEquals(given[..length], digits);
    }
}

/// <summary>
/// Decides whether a client is let in. Called synchronously from many threads at once: it must not block, await, or keep the credentials.
/// </summary>
public interface ICredentialJudge
{
    /// <summary>
    /// Judges one set of credentials: <see cref="AuthResult.Accepted"/>, <see
    /// cref="AuthResult.Refused"/> or <see cref="AuthResult.TempFail"/>.
    /// </summary>
    AuthResult Judge(in Credentials credentials);
}

/// <summary>Accepts all credentials.</summary>
public sealed class AnyCredentials : ICredentialJudge
{
    private AnyCredentials()
    {
    }

    /// <summary>The only instance.</summary>
    public static AnyCredentials Instance { get; } = new();

    /// <inheritdoc/>
    public AuthResult Judge(in Credentials credentials) => AuthResult.Accepted;
}
