using System.Buffers.Text;
using System.Text;
using SmartSink.Policy.Model;
using SmartSink.Smtp;
using SmartSink.Smtp.Replies;

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

    /// <summary>It starts with a word for a label, or with <c>label-</c> and the label itself, and a hyphen: one of the domain's replies of that label.</summary>
    Label,
}

/// <summary>What a local part asks for, in full.</summary>
/// <param name="Trigger">All else has a meaning only with some.</param>
/// <param name="Code">Of <see cref="Trigger.Code"/>, 400 to 599.</param>
/// <param name="Label">Of <see cref="Trigger.Label"/>.</param>
/// <param name="Length">Of <see cref="Trigger.Label"/>: how many octets name it, with the hyphen behind it.</param>
/// <param name="Stage">When the reply is to be given, <see cref="Stage.Rcpt"/> or <see cref="Stage.Data"/>; null for when it says itself.</param>
internal readonly record struct TriggerMatch(Trigger Trigger, int Code = 0, ReplyLabel Label = default, int Length = 0, Stage? Stage = null);

/// <summary>Finds the trigger in a local part, without case. The order of the tests is that of <see cref="Trigger"/>.</summary>
internal static class TriggerReader
{
    private const int WordLength = 8;
    private const int CodeLength = 3;
    private const int TagLength = 5;

    private static readonly byte[][] Labels = [.. ReplyLabels.Words.Select(Encoding.ASCII.GetBytes)];

    /// <summary>What a local part, without quotes, asks for where triggers of these kinds hold.</summary>
    public static TriggerMatch Read(ReadOnlySpan<byte> localPart, TriggerKinds kinds)
    {
        var match = Find(localPart, kinds);
        return match.Trigger is Trigger.None or Trigger.Accept ? match : match with { Stage = StageOf(localPart) };
    }

    private static TriggerMatch Find(ReadOnlySpan<byte> localPart, TriggerKinds kinds)
    {
        if (localPart.Length >= WordLength && FindWord(localPart, kinds) is var word and not Trigger.None)
        {
            return new TriggerMatch(word);
        }

        var hyphen = localPart.IndexOf((byte)'-');
        if (hyphen == CodeLength && (kinds & TriggerKinds.Codes) != TriggerKinds.None && TryReadCode(localPart[..CodeLength], out var code))
        {
            return code switch
            {
                >= 400 and <= 599 => new TriggerMatch(Trigger.Code, code),
                250 => new TriggerMatch(Trigger.Accept),
                _ => default,
            };
        }

        return hyphen > 0 && (kinds & TriggerKinds.Labels) != TriggerKinds.None ? FindLabel(localPart, hyphen) : default;
    }

    private static Trigger FindWord(ReadOnlySpan<byte> localPart, TriggerKinds kinds)
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
            if ((kinds & TriggerKinds.TempFail) != TriggerKinds.None && Ascii.EqualsIgnoreCase(candidate, "tempfail"u8))
            {
                return Trigger.TempFail;
            }

            if ((kinds & TriggerKinds.PermFail) != TriggerKinds.None && Ascii.EqualsIgnoreCase(candidate, "permfail"u8))
            {
                found = Trigger.PermFail;
            }

            rest = rest[(at + 1)..];
        }
    }

    private static bool TryReadCode(ReadOnlySpan<byte> digits, out int code) =>
        Utf8Parser.TryParse(digits, out code, out var used) && used == digits.Length && char.IsAsciiDigit((char)digits[0]);

    private static TriggerMatch FindLabel(ReadOnlySpan<byte> localPart, int hyphen)
    {
        var word = localPart[..hyphen];
        var label = word.Length switch
        {
            4 when Ascii.EqualsIgnoreCase(word, "full"u8) => ReplyLabel.MailboxFull,
            4 when Ascii.EqualsIgnoreCase(word, "spam"u8) => ReplyLabel.Content,
            7 when Ascii.EqualsIgnoreCase(word, "unknown"u8) => ReplyLabel.UnknownUser,
            8 when Ascii.EqualsIgnoreCase(word, "throttle"u8) => ReplyLabel.RateLimit,
            8 when Ascii.EqualsIgnoreCase(word, "greylist"u8) => ReplyLabel.Greylist,
            _ => (ReplyLabel?)null,
        };
        if (label is { } known)
        {
            return new TriggerMatch(Trigger.Label, Label: known, Length: hyphen + 1);
        }

        var length = Ascii.EqualsIgnoreCase(word, "label"u8) ? localPart[(hyphen + 1)..].IndexOf((byte)'-') : 0;
        if (length <= 0)
        {
            return default;
        }

        word = localPart.Slice(hyphen + 1, length);
        for (var i = 0; i < Labels.Length; i++)
        {
            if (Ascii.EqualsIgnoreCase(word, Labels[i]))
            {
                return new TriggerMatch(Trigger.Label, Label: (ReplyLabel)i, Length: hyphen + length + 2);
            }
        }

        return default;
    }

    private static Stage? StageOf(ReadOnlySpan<byte> localPart)
    {
        var tag = localPart.Length < TagLength ? default : localPart[^TagLength..];
        return Ascii.EqualsIgnoreCase(tag, "+data"u8) ? Stage.Data : Ascii.EqualsIgnoreCase(tag, "+rcpt"u8) ? Stage.Rcpt : null;
    }
}
