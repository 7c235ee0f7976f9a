namespace SmartSink.Smtp.Idna;

/// <summary>
/// Normalization Form C (UAX #15), for code points that are valid by UTS #46. Written here because the runtime's own normalization leaves
/// text unchanged when the process runs without ICU.
/// </summary>
internal ref struct CanonicalForm(Span<int> buffer)
{
    // Hangul syllables are composed by arithmetic (The Unicode Standard, section 3.12).
    private const int Syllables = 0xAC00;
    private const int Leads = 0x1100;
    private const int Vowels = 0x1161;
    private const int Trails = 0x11A7;
    private const int LeadCount = 19;
    private const int VowelCount = 21;
    private const int TrailCount = 28;
    private const int SyllableCount = LeadCount * VowelCount * TrailCount;

    private const int ClassShift = 21;
    private const int CodePointMask = (1 << ClassShift) - 1;

    // Decomposed code points, each with its combining class in the bits above it.
    private readonly Span<int> _buffer = buffer;
    private int _length;

    /// <summary>Whether code points are in this form already.</summary>
    public static bool Holds(ReadOnlySpan<int> codePoints)
    {
        const int longestDecomposition = 4;
        Span<int> room = stackalloc int[longestDecomposition * codePoints.Length];
        var form = new CanonicalForm(room);
        foreach (var codePoint in codePoints)
        {
            form.TryAppend(codePoint);
        }

        return form.Compose().SequenceEqual(codePoints);
    }

    /// <summary>Appends a code point, decomposed.</summary>
    /// <returns>False when the buffer is full.</returns>
    public bool TryAppend(int codePoint)
    {
        var syllable = codePoint - Syllables;
        if (syllable is >= 0 and < SyllableCount)
        {
            return TryAdd(Leads + (syllable / (VowelCount * TrailCount)))
                && TryAdd(Vowels + (syllable / TrailCount % VowelCount))
                && (syllable % TrailCount == 0 || TryAdd(Trails + (syllable % TrailCount)));
        }

        return IdnaTable.TryDecompose(codePoint, out var first, out var second)
            ? TryAppend(first) && TryAppend(second)
            : TryAdd(codePoint);
    }

    /// <summary>Composes what was appended.</summary>
    /// <returns>The code points, in the buffer.</returns>
    public readonly Span<int> Compose()
    {
        var length = 0;
        var starter = -1;
        var lastClass = -1; // of the last code point after the starter; -1 when there is none
        foreach (var entry in _buffer[.._length])
        {
            var codePoint = entry & CodePointMask;
            var combiningClass = entry >> ClassShift;
            if (starter >= 0 && lastClass < combiningClass && TryCompose(_buffer[starter], codePoint, out var composite))
            {
                _buffer[starter] = composite;
                continue;
            }

            (starter, lastClass) = combiningClass == 0 ? (length, -1) : (starter, combiningClass);
            _buffer[length++] = codePoint;
        }

        return _buffer[..length];
    }

    // A mark of a higher class moves behind one of a lower class (canonical ordering).
    private bool TryAdd(int codePoint)
    {
        if (_length == _buffer.Length)
        {
            return false;
        }

        var combiningClass = IdnaTable.Of(codePoint).CombiningClass;
        var place = _length++;
        while (combiningClass > 0 && place > 0 && _buffer[place - 1] >> ClassShift > combiningClass)
        {
            _buffer[place] = _buffer[place - 1];
            place--;
        }

        _buffer[place] = codePoint | (combiningClass << ClassShift);
        return true;
    }

    private static bool TryCompose(int first, int second, out int composite)
    {
        var (lead, vowel, syllable, trail) = (first - Leads, second - Vowels, first - Syllables, second - Trails);
        if (lead is >= 0 and < LeadCount && vowel is >= 0 and < VowelCount)
        {
            composite = Syllables + (((lead * VowelCount) + vowel) * TrailCount);
            return true;
        }

        if (syllable is >= 0 and < SyllableCount && syllable % TrailCount == 0 && trail is > 0 and < TrailCount)
        {
            composite = first + trail;
            return true;
        }

        return IdnaTable.TryCompose(first, second, out composite);
    }
}
