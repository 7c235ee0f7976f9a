using System.Security.Cryptography.X509Certificates;

namespace SmartSink.Tls;

/// <summary>The subject of a client's certificate, for log and metrics: it may hold anything.</summary>
internal static class SubjectText
{
    /// <summary>Characters that are kept of it.</summary>
    public const int MaxLength = 128;

    /// <summary>The distinguished name in one line without control characters.</summary>
    public static string Of(X509Certificate certificate)
    {
        var subject = certificate.Subject;
        var kept = subject.Length <= MaxLength ? subject : subject[..MaxLength];
        return string.Concat(kept.Select(character => char.IsControl(character) || char.IsSurrogate(character) ? '?' : character));
    }
}
