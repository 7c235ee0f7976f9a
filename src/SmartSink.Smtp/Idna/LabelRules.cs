namespace SmartSink.Smtp.Idna;

/// <summary>
/// What a label must satisfy after its mapping: the validity criteria of UTS #46 section 4.1, and the Bidi rule for its domain, RFC 5893.
/// </summary>
internal static class LabelRules
{
    private const int Virama = 9;
    private const int NonJoiner = 0x200C;
    private const int Joiner = 0x200D;

    /// <summary>Whether a label, decoded and in Normalization Form C, is valid.</summary>
    public static bool Hold(ReadOnlySpan<int> label, bool isAscii)
    {
        if (label.IsEmpty || label[0] == '-' || label[^1] == '-' || IdnaTable.Of(label[0]).IsMark)
        {
            return false;
        }

        // Two hyphens in the third and fourth position mark an encoding (RFC 5891 section 4.2.3.1). ASCII names that are not A-labels are
        // nevertheless in use with them.
        if (!isAscii && label is [_, _, '-', '-', ..])
        {
            return false;
        }

        for (var i = 0; i < label.Length; i++)
        {
            if (!MayStand(label[i]) || (label[i] is NonJoiner or Joiner && !IsJoinerInPlace(label, i)))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// Whether the label makes its domain a Bidi domain name (RFC 5893 section 1.4), in which every label must satisfy the Bidi rule.
    /// </summary>
    public static bool IsRightToLeft(ReadOnlySpan<int> label)
    {
        foreach (var codePoint in label)
        {
            if (IdnaTable.Of(codePoint).Bidi is BidiClass.RightToLeft or BidiClass.ArabicLetter or BidiClass.ArabicNumber)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The Bidi rule, RFC 5893 section 2.</summary>
    public static bool KeepsBidiRule(ReadOnlySpan<int> label)
    {
        var first = IdnaTable.Of(label[0]).Bidi;
        var isRightToLeft = first is BidiClass.RightToLeft or BidiClass.ArabicLetter;
        if (!isRightToLeft && first != BidiClass.LeftToRight)
        {
            return false;
        }

        var last = first;
        var (hasEuropean, hasArabic) = (false, false);
        foreach (var codePoint in label)
        {
            var its = IdnaTable.Of(codePoint).Bidi;
            var mayStand = its switch
            {
                BidiClass.None => false,
                BidiClass.LeftToRight => !isRightToLeft,
                BidiClass.RightToLeft or BidiClass.ArabicLetter or BidiClass.ArabicNumber => isRightToLeft,
                _ => true,
            };
            if (!mayStand)
            {
                return false;
            }

            hasEuropean |= its == BidiClass.EuropeanNumber;
            hasArabic |= its == BidiClass.ArabicNumber;
            last = its == BidiClass.NonspacingMark ? last : its;
        }

        return isRightToLeft
            ? last is BidiClass.RightToLeft or BidiClass.ArabicLetter or BidiClass.EuropeanNumber or BidiClass.ArabicNumber
                && !(hasEuropean && hasArabic)
            : last is BidiClass.LeftToRight or BidiClass.EuropeanNumber;
    }

    // In ASCII the letters, digits and hyphens (UseSTD3ASCIIRules), and the underscore, which host names in use have.
    private static bool MayStand(int codePoint) =>
        codePoint < 0x80
            ? codePoint is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-' or '_'
            : IdnaTable.Of(codePoint).Status == IdnaStatus.Valid;

    // RFC 5892 appendix A.1 and A.2: both joiners after a virama, the non-joiner also between letters that would join.
    private static bool IsJoinerInPlace(ReadOnlySpan<int> label, int place) =>
        (place > 0 && IdnaTable.Of(label[place - 1]).CombiningClass == Virama)
        || (label[place] == NonJoiner
            && NextJoining(label, place, -1) is JoiningType.Left or JoiningType.Dual
            && NextJoining(label, place, 1) is JoiningType.Right or JoiningType.Dual);

    private static JoiningType NextJoining(ReadOnlySpan<int> label, int place, int step)
    {
        var joining = JoiningType.Transparent;
        while (joining == JoiningType.Transparent)
        {
            place += step;
            joining = place >= 0 && place < label.Length ? IdnaTable.Of(label[place]).Joining : JoiningType.None;
        }

        return joining;
    }
}
