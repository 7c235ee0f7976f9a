namespace SmartSink.Tls;

/// <summary>The faults' words: the same in the setting, in metrics and in the log.</summary>
internal static class TlsFaults
{
    /// <summary>By <see cref="TlsFault"/>.</summary>
    public static IReadOnlyList<string> Words { get; } = ["none", "hidden", "454", "expired", "wrong-name", "self-signed", "no-answer", "reset"];

    /// <summary>The fault of a word; <see cref="TlsFault.None"/> when there is none.</summary>
    public static TlsFault Read(string word)
    {
        for (var fault = (int)TlsFault.Hidden; fault < Words.Count; fault++)
        {
            if (Words[fault] == word)
            {
                return (TlsFault)fault;
            }
        }

        return TlsFault.None;
    }

    /// <summary>Whether a fault shows in the handshake, when the client has said which server it wants.</summary>
    public static bool IsInHandshake(TlsFault fault) => fault >= TlsFault.Expired;

    /// <summary>Whether a fault needs a certificate that is made for it.</summary>
    public static bool NeedsCertificate(TlsFault fault) => fault is TlsFault.Expired or TlsFault.WrongName or TlsFault.SelfSigned;
}
