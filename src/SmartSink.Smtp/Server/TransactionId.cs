using System.Security.Cryptography;

namespace SmartSink.Smtp.Server;

/// <summary>
/// Ids of transactions: 13 characters of base32, a count that starts at a random 64-bit number in each process. Unique within a
/// process, and between processes as good as unique.
/// </summary>
internal static class TransactionId
{
    public const int Length = 13;

    private const int BitsPerCharacter = 5;

    private static long _last = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long)));

    // Without I, L, O and U, which are misread.
    private static ReadOnlySpan<byte> Alphabet => "0123456789ABCDEFGHJKMNPQRSTVWXYZ"u8;

    /// <summary>Writes the next id.</summary>
    public static void WriteNext(Span<byte> destination)
    {
        var number = (ulong)Interlocked.Increment(ref _last);
        for (var i = Length - 1; i >= 0; i--)
        {
            destination[i] = Alphabet[(int)(number & 31)];
            number >>= BitsPerCharacter;
        }
    }
}
