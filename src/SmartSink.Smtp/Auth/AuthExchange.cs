using System.Buffers;
using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using SmartSink.Smtp.Syntax;

namespace SmartSink.Smtp.Auth;

/// <summary>
/// One attempt to authenticate, from AUTH to its result: takes the client's messages and returns challenges, both already without base64.
/// </summary>
internal sealed class AuthExchange
{
    /// <summary>The most octets that a line can decode to.</summary>
    public const int MaxMessage = CommandLine.MaxAuthLength / 4 * 3;

    private readonly byte[] _question;

    public AuthExchange(AuthMechanism mechanism, ReadOnlySpan<byte> hostname)
    {
        Mechanism = mechanism;
        _question = mechanism switch
        {
            AuthMechanism.Login => "Username:"u8.ToArray(),
            AuthMechanism.CramMd5 => [(byte)'<', .. Encoding.ASCII.GetBytes(RandomNumberGenerator.GetHexString(24, lowercase: true)), (byte)'@', .. hostname, (byte)'>'],
            _ => [],
        };
    }

    public AuthMechanism Mechanism { get; }

    /// <summary>The name given so far.</summary>
    public byte[] User { get; private set; } = [];

    /// <summary>How the attempt ended; null while it is under way.</summary>
    public AuthResult? Result { get; private set; }

    /// <summary>
    /// Whether the refusal was sent to the client as a challenge, to which it sends one more response,
    /// whose content does not matter (RFC 7628 section 3.2.3).
    /// </summary>
    public bool IsTold { get; private set; }

    /// <summary>The challenge to an AUTH without an initial response.</summary>
    public ReadOnlySpan<byte> Question => _question;

    /// <summary>Decodes a response from base64. Spaces are refused, as the RFC asks; the platform's decoder would skip them.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> line, Span<byte> message, out int length)
    {
        length = 0;
        return !line.Contains((byte)' ') && Base64.DecodeFromUtf8(line, message, out _, out length) == OperationStatus.Done;
    }

    /// <summary>Takes the client's next message.</summary>
    /// <returns>The next challenge, while <see cref="Result"/> is null.</returns>
    public ReadOnlySpan<byte> Take(ReadOnlySpan<byte> message, ICredentialJudge judge)
    {
        switch (Mechanism)
        {
            case AuthMechanism.Plain:
                Judge(SaslMessages.TryReadPlain(message, out var user, out var secret), user, secret, judge);
                break;
            case AuthMechanism.Login when User.Length == 0:
                return TryKeepUser(message) ? "Password:"u8 : End(AuthResult.Malformed);
            case AuthMechanism.Login:
                Judge(isRead: true, User, message, judge);
                break;
            case AuthMechanism.CramMd5:
                Judge(SaslMessages.TryReadCramMd5(message, out user, out secret), user, secret, judge);
                break;
            case AuthMechanism.XOAuth2:
                Judge(SaslMessages.TryReadXOAuth2(message, out user, out secret), user, secret, judge);
                return Tell("""{"status":"401","schemes":"bearer","scope":"mail"}"""u8);
            default:
                Judge(SaslMessages.TryReadOAuthBearer(message, out user, out secret), user, secret, judge);
                return Tell("""{"status":"invalid_token","schemes":"bearer","scope":"mail"}"""u8);
        }

        return default;
    }

    /// <summary>
    /// Ends the attempt for a reason other than a judgement. A refusal that was already
    /// sent to the client as a challenge remains a refusal.
    /// </summary>
    public ReadOnlySpan<byte> End(AuthResult result)
    {
        Result = IsTold ? AuthResult.Refused : result;
        return default;
    }

    private void Judge(bool isRead, ReadOnlySpan<byte> user, ReadOnlySpan<byte> secret, ICredentialJudge judge)
    {
        var mayBeNameless = Mechanism == AuthMechanism.OAuthBearer && user.IsEmpty;
        Result = isRead && (mayBeNameless || TryKeepUser(user))
            ? judge.Judge(new Credentials { Mechanism = Mechanism, User = user, Secret = secret, Challenge = _question })
            : AuthResult.Malformed;
    }

    // These mechanisms send a refusal as a challenge first; the 535 follows the client's response to it.
    private ReadOnlySpan<byte> Tell(ReadOnlySpan<byte> refusal)
    {
        if (Result != AuthResult.Refused)
        {
            return default;
        }

        Result = null;
        IsTold = true;
        return refusal;
    }

    private bool TryKeepUser(ReadOnlySpan<byte> name)
    {
        if (!UserName.IsValid(name))
        {
            return false;
        }

        User = name.ToArray();
        return true;
    }
}

/// <summary>How an attempt to authenticate ended; the log and the metric use the same word (in snake case).</summary>
public enum AuthResult : byte
{
    /// <summary>235.</summary>
    Accepted,

    /// <summary>535: the name and the secret do not match.</summary>
    Refused,

    /// <summary>454: the credentials could not be checked for now.</summary>
    TempFail,

    /// <summary>501: the client cancelled the exchange.</summary>
    Cancelled,

    /// <summary>500 or 501: a response was not valid base64, broke the mechanism's syntax, or exceeded a length limit.</summary>
    Malformed,
}

/// <summary>A finished attempt to authenticate, as the observer sees it. Spans are valid only during the call.</summary>
public readonly ref struct AuthenticationFacts
{
    /// <summary>The client's address.</summary>
    public IPAddress? ClientAddress { get; init; }

    /// <summary>The mechanism used.</summary>
    public AuthMechanism Mechanism { get; init; }

    /// <summary>The name given, in UTF-8 without control characters; empty when the attempt ended before a name was given.</summary>
    public ReadOnlySpan<byte> User { get; init; }

    /// <summary>How the attempt ended.</summary>
    public AuthResult Result { get; init; }
}
