using System.Text;

namespace SmartSink.Smtp.Replies;

/// <summary>
/// The encoding of a reply that is not in UTF-8: ASCII, and other characters of one or two octets each. All characters are looked up in
/// advance, so that writing allocates nothing.
/// </summary>
public sealed class ReplyEncoding
{
    /// <summary>The most octets that a character takes.</summary>
    public const int MaxLength = 2;

    // By UTF-16 code unit: the one or two octets; 0 for a character that the encoding lacks.
    private readonly ushort[] _octets = new ushort[char.MaxValue + 1];

    /// <summary>Looks up the characters.</summary>
    /// <param name="characters">A stateless encoding in which ASCII is unchanged.</param>
    public ReplyEncoding(Encoding characters)
    {
        ArgumentNullException.ThrowIfNull(characters);
        Characters = characters;
        var exact = (Encoding)characters.Clone();
        exact.EncoderFallback = new EncoderReplacementFallback(string.Empty);
        Span<byte> octets = stackalloc byte[8];
        Span<char> back = stackalloc char[8];
        for (var unit = 1; unit <= char.MaxValue; unit++)
        {
            var character = (char)unit;
            if (char.IsSurrogate(character))
            {
                continue;
            }

            var length = exact.GetBytes([character], octets);

            // Some encodings substitute a similar character for one that they lack, such as a backslash for a yen sign.
            if (length is 1 or MaxLength && exact.GetChars(octets[..length], back) == 1 && back[0] == character)
            {
                _octets[unit] = length == 1 ? octets[0] : (ushort)((octets[0] << 8) | octets[1]);
            }
        }
    }

    /// <summary>The same encoding, to read a reply back.</summary>
    public Encoding Characters { get; }

    /// <summary>Whether the encoding has a character.</summary>
    public bool Has(Rune character) => OctetsOf(character) != 0;

    /// <summary>Writes a character, or a question mark for one that the encoding lacks.</summary>
    /// <param name="character">Any character.</param>
    /// <param name="target">Room for <see cref="MaxLength"/> octets.</param>
    /// <returns>How many octets were written.</returns>
    public int Write(Rune character, Span<byte> target)
    {
        var octets = OctetsOf(character) is not 0 and var found ? found : '?';
        if (octets <= byte.MaxValue)
        {
            target[0] = (byte)octets;
            return 1;
        }

        target[0] = (byte)(octets >> 8);
        target[1] = (byte)octets;
        return MaxLength;
    }

    private int OctetsOf(Rune character) => character.IsBmp ? _octets[character.Value] : 0;
}
