using System.Buffers.Text;
using System.Text;

namespace SmartSink.Policy.Decisions;

/// <summary>What a local part asks for.</summary>
public enum Trigger : byte
{
    /// <summary>Nothing: the rates decide.</summary>
    None,

    /// <summary>It contains <c>tempfail</c>: one of the domain's defer replies.</summary>
    TempFail,

    /// <summary>It contains <c>permfail</c>: one of the domain's bounce replies.</summary>
    PermFail,

    /// <summary>It starts with a code from 400 to 599 and a hyphen: that code.</summary>
    Code,

    /// <summary>It starts with <c>250-</c>: accepted, whatever the rates say.</summary>
    Accept,
}

/// <summary>Finds the trigger in a local part, without case. The order of the tests is that of <see cref="Trigger"/>.</summary>
internal static class TriggerReader
{
    private const int WordLength = 8;
    private const int CodeLength = 3;

    public static Trigger Read(ReadOnlySpan<byte> localPart, out int code)
    {
        code = 0;
        if (localPart.Length >= WordLength && FindWord(localPart) is var word and not Trigger.None)
        {
            return word;
        }

        if (localPart.Length <= CodeLength || localPart[CodeLength] != '-' || !TryReadCode(localPart[..CodeLength], out var number))
        {
            return Trigger.None;
        }

        if (number is >= 400 and <= 599)
        {
            code = number;
            return Trigger.Code;
        }

        return number == 250 ? Trigger.Accept : Trigger.None;
    }

    private static Trigger FindWord(ReadOnlySpan<byte> localPart)
    {
        var found = Trigger.None;
        var rest = localPart[(WordLength / 2)..];
        while (true)
        {
            // Both words end in "fail": only where an f stands is a closer look worth it.
            var at = rest.IndexOfAny((byte)'f', (byte)'F');
            if (at < 0 || rest.Length - at < WordLength / 2)
            {
                return found;
            }

            var start = localPart.Length - rest.Length + at - (WordLength / 2);
            var candidate = localPart.Slice(start, WordLength);
            if (Ascii.EqualsIgnoreCase(candidate, "tempfail"u8))
            {
                return Trigger.TempFail;
            }

            if (Ascii.EqualsIgnoreCase(candidate, "permfail"u8))
            {
                found = Trigger.PermFail;
            }

            rest = rest[(at + 1)..];
        }
    }

    private static bool TryReadCode(ReadOnlySpan<byte> digits, out int code) =>
        Utf8Parser.TryParse(digits, out code, out var used) && used == digits.Length && char.IsAsciiDigit((char)digits[0]);
}
