using System.Buffers.Binary;
using System.Text;

namespace SmartSink.Toml.Reading;

/// <summary>
/// Remembers the keys and strings read lately: a long document repeats a few keys again and again, names the same thing in headers that
/// follow each other, and gives the same text to many. Each needs to be in memory once.
/// </summary>
internal sealed class RecentTexts
{
    private const int SlotBits = 8;
    private const int LongestRemembered = 128;
    private const ulong Multiplier = 0x9E3779B97F4A7C15;

    // One slot for each hash, and the latest text wins: no document can make a look-up long.
    private readonly string?[] _texts = new string?[1 << SlotBits];

    /// <summary>The string of some UTF-8.</summary>
    public string Get(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > LongestRemembered)
        {
            return Encoding.UTF8.GetString(utf8);
        }

        ref var text = ref _texts[Slot(utf8)];
        if (text is null || !Ascii.Equals(utf8, text))
        {
            text = Encoding.UTF8.GetString(utf8);
        }

        return text;
    }

    private static int Slot(ReadOnlySpan<byte> bytes)
    {
        var hash = (ulong)bytes.Length;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
        {
            hash = (hash ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes)) * Multiplier;
            hash ^= hash >> 32;
        }

        foreach (var octet in bytes)
        {
            hash = (hash ^ octet) * Multiplier;
        }

        return (int)(hash >> (64 - SlotBits));
    }
}
