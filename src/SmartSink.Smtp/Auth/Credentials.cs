using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace SmartSink.Smtp.Auth;

/// <summary>What a client says of itself. Spans are valid only during the call.</summary>
public readonly ref struct Credentials
{
    /// <summary>The way in which they came.</summary>
    public AuthMechanism Mechanism { get; init; }

    /// <summary>The name: UTF-8 without control characters, not empty except with OAUTHBEARER, where the token may stand for itself.</summary>
    public ReadOnlySpan<byte> User { get; init; }

    /// <summary>The password or the token; with CRAM-MD5 the digest in hexadecimal digits.</summary>
    public ReadOnlySpan<byte> Secret { get; init; }

    /// <summary>What the server asked; only with CRAM-MD5.</summary>
    public ReadOnlySpan<byte> Challenge { get; init; }

    /// <summary>Whether the secret is this password, or was made with it. Takes the same time for all secrets of one length.</summary>
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

/// <summary>Decides who is let in. Called synchronously from many threads at once: it must not block, await, or keep the credentials.</summary>
public interface ICredentialJudge
{
    /// <summary><see cref="AuthResult.Accepted"/>, <see cref="AuthResult.Refused"/> or <see cref="AuthResult.TempFail"/>.</summary>
    AuthResult Judge(in Credentials credentials);
}

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
