using System.Text;

namespace SmartSink.Smtp.Idna;

/// <summary>
/// What Unicode and UTS #46 say about a code point. The numbers, in IdnaTable.g.cs, are constants in the program's file: nothing is read,
/// unpacked or allocated for them, and pages that no lookup touches are never loaded.
/// </summary>
/// <remarks>
/// <c>Ranges</c>: the first code point of a range, shifted by 11, and the index of its class in <c>Classes</c>, whose bits are those of
/// <see cref="IdnaProperties"/>. <c>MappedFrom</c> and <c>MappedTo</c>: the first of a run of code points with a mapping, and its target;
/// the code points after it, up to the next entry, are mapped by the same distance. With the topmost bit set, the target is a sequence: its
/// offset in the UTF-8 of <c>Sequences</c>, shifted by 8, and its length. <c>Pairs</c>: the first code point, shifted by 21, and the
/// second; <c>PairComposites</c>: what they compose to. <c>Composites</c>: the composite, shifted by 11, and the index of its pair.
/// </remarks>
internal static partial class IdnaTable
{
    private const int Low = 11;
    private const uint LowMask = (1 << Low) - 1;
    private const uint SequenceFlag = 1u << 31;
    private const int PairShift = 21;

    public static IdnaProperties Of(int codePoint) =>
        new(Classes[(int)(Ranges[LastUpTo(Ranges, ((uint)codePoint << Low) | LowMask)] & LowMask)]);

    /// <summary>The target of a code point of the status <see cref="IdnaStatus.Mapped"/>.</summary>
    /// <returns>UTF-8, at least one code point; in <paramref name="room"/> when it is a single one.</returns>
    /// <param name="codePoint">The code point.</param>
    /// <param name="room">At least 4 octets.</param>
    public static ReadOnlySpan<byte> MappingOf(int codePoint, Span<byte> room)
    {
        var entry = LastUpTo(MappedFrom, (uint)codePoint);
        var target = MappedTo[entry];
        if ((target & SequenceFlag) != 0)
        {
            return Sequences.Slice((int)((target & ~SequenceFlag) >> 8), (int)(target & 0xFF));
        }

        var single = new Rune((int)target + codePoint - (int)MappedFrom[entry]);
        return room[..single.EncodeToUtf8(room)];
    }

    /// <summary>Decomposes a canonical composite, except for Hangul syllables.</summary>
    public static bool TryDecompose(int codePoint, out int first, out int second)
    {
        var entry = LastUpTo(Composites, ((uint)codePoint << Low) | LowMask);
        var isComposite = entry >= 0 && Composites[entry] >> Low == codePoint;
        var pair = isComposite ? Pairs[(int)(Composites[entry] & LowMask)] : 0;
        first = (int)(pair >> PairShift);
        second = (int)(pair & ((1u << PairShift) - 1));
        return isComposite;
    }

    /// <summary>Composes two code points, except for Hangul.</summary>
    public static bool TryCompose(int first, int second, out int composite)
    {
        var pair = Pairs.BinarySearch(((ulong)first << PairShift) | (uint)second);
        composite = pair < 0 ? 0 : (int)PairComposites[pair];
        return pair >= 0;
    }

    // The index of the last entry that is not greater than the value; -1 when all are greater.
    private static int LastUpTo(ReadOnlySpan<uint> ascending, uint value)
    {
        var index = ascending.BinarySearch(value);
        return index < 0 ? ~index - 1 : index;
    }
}

/// <summary>The properties of a code point. All but the status are meaningful only for valid code points, and zero for others.</summary>
internal readonly struct IdnaProperties(uint bits)
{
    public IdnaStatus Status => (IdnaStatus)(bits & 0x3);

    /// <summary>Canonical_Combining_Class, 0 to 254.</summary>
    public int CombiningClass => (int)(bits >> 2) & 0xFF;

    public BidiClass Bidi => (BidiClass)((bits >> 10) & 0xF);

    public JoiningType Joining => (JoiningType)((bits >> 14) & 0x7);

    /// <summary>Whether its general category is Mark.</summary>
    public bool IsMark => (bits & (1 << 17)) != 0;
}

/// <summary>UTS #46 section 5, without transitional processing: a deviation is valid. All of ASCII is valid or mapped.</summary>
internal enum IdnaStatus
{
    Disallowed,
    Valid,
    Ignored,
    Mapped,
}

/// <summary>Bidi_Class (UAX #9), as far as RFC 5893 has a use for it.</summary>
internal enum BidiClass
{
    None,
    LeftToRight,
    RightToLeft,
    ArabicLetter,
    ArabicNumber,
    EuropeanNumber,
    EuropeanSeparator,
    CommonSeparator,
    EuropeanTerminator,
    OtherNeutral,
    BoundaryNeutral,
    NonspacingMark,
}

/// <summary>Joining_Type, as far as RFC 5892 appendix A.1 has a use for it.</summary>
internal enum JoiningType
{
    None,
    Left,
    Right,
    Dual,
    Transparent,
}
