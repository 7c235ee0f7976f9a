using System.Buffers;
using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using SmartSink.Smtp.Syntax;

namespace SmartSink.Smtp.Auth;

/// <summary>One attempt to authenticate, from AUTH to its result: messages of the client in, challenges out, both without their base64.</summary>
internal sealed class AuthExchange
{
    /// <summary>The most octets that a line decodes to.</summary>
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

    /// <summary>How it ended; null while it goes on.</summary>
    public AuthResult? Result { get; private set; }

    /// <summary>Whether the client was told of its refusal by a challenge and has one more response to give, whatever it is (RFC 7628 section 3.2.3).</summary>
    public bool IsTold { get; private set; }

    /// <summary>The challenge to an AUTH without an initial response.</summary>
    public ReadOnlySpan<byte> Question => _question;

    /// <summary>Decodes a response. The platform passes spaces over, the RFC does not.</summary>
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

    /// <summary>Ends it by something else than a judgement; a refusal that the client was told of stays one.</summary>
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

    // A refusal by these mechanisms is told by a challenge first, and the 535 follows the client's answer to it.
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

/// <summary>How an attempt to authenticate ended; the same word (in snake case) stands in the log and the metric.</summary>
public enum AuthResult : byte
{
    /// <summary>235.</summary>
    Accepted,

    /// <summary>535: name and secret do not go together.</summary>
    Refused,

    /// <summary>454: it could not be looked up for now.</summary>
    TempFail,

    /// <summary>501: the client gave it up.</summary>
    Cancelled,

    /// <summary>500 or 501: a response broke the base64, the mechanism's form, or a line's limits.</summary>
    Malformed,
}

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
