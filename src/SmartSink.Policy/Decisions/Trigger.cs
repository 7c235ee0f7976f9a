using System.Buffers.Text;
using System.Text;
using SmartSink.Policy.Model;
using SmartSink.Shared;
using SmartSink.Smtp;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;

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

    /// <summary>It starts with <c>delay-</c>, a time and a hyphen: accepted after that time.</summary>
    Delay,

    /// <summary>It starts with <c>drop-</c>, <c>reset-</c> or <c>hang-</c>: accepted, and the reply goes wrong.</summary>
    Fault,

    /// <summary>It starts with <c>fail</c>, a number and a hyphen: refused so many times by <c>451</c>, then accepted. Who remembers senders counts them; else it is refused each time.</summary>
    Sequence,

    /// <summary>It is <c>bounce</c>, as in Amazon's mailbox simulator.</summary>
    SesBounce,

    /// <summary>It is <c>suppressionlist</c>, likewise.</summary>
    SesSuppressed,

    /// <summary>It is <c>success</c>, <c>complaint</c> or <c>ooto</c>, likewise: accepted.</summary>
    SesAccept,
}

/// <summary>What a local part asks for, in full.</summary>
/// <param name="Trigger">All else has a meaning only with some.</param>
/// <param name="Code">Of <see cref="Trigger.Code"/>, 400 to 599.</param>
/// <param name="Label">Of <see cref="Trigger.Label"/>.</param>
/// <param name="Length">Of <see cref="Trigger.Label"/> and those behind it: how many octets name it, with the hyphen behind it.</param>
/// <param name="Stage">When the reply is to be given, <see cref="Stage.Rcpt"/> or <see cref="Stage.Data"/>; null for when it says itself.</param>
/// <param name="Amount">Of <see cref="Trigger.Delay"/>: milliseconds; of <see cref="Trigger.Sequence"/>: how often it is refused, 1 to 999.</param>
/// <param name="Fault">Of <see cref="Trigger.Fault"/>.</param>
internal readonly record struct TriggerMatch(
    Trigger Trigger, int Code = 0, ReplyLabel Label = default, int Length = 0, Stage? Stage = null, int Amount = 0, AnswerFault Fault = AnswerFault.None);

/// <summary>Remembers senders, for local parts that are refused a number of times.</summary>
internal interface ITryCounter
{
    /// <summary>Counts a try of a recipient, and tells how many of the same client network and sender there were before.</summary>
    int CountTry(in SessionFacts facts, ReadOnlySpan<byte> domain, int entry);
}

/// <summary>Finds the trigger in a local part, without case. The order of the tests is that of <see cref="Trigger"/>.</summary>
internal static class TriggerReader
{
    private const int WordLength = 8;
    private const int CodeLength = 3;
    private const int TagLength = 5;
    private const int DelayLength = 5;
    private const int LongestTime = 16;
    private const int FailLength = 4;
    private const int MostFailDigits = 3;

    private static readonly byte[][] Labels = [.. ReplyLabels.Words.Select(Encoding.ASCII.GetBytes)];

    /// <summary>What a local part, without quotes, asks for where triggers of these kinds hold.</summary>
    public static TriggerMatch Read(ReadOnlySpan<byte> localPart, TriggerKinds kinds)
    {
        // Most local parts ask for nothing, and are seen through here.
        if (localPart.Length < WordLength && (kinds & TriggerKinds.Ses) == TriggerKinds.None && !localPart.Contains((byte)'-'))
        {
            return default;
        }

        var match = Find(localPart, kinds);
        return match.Trigger is Trigger.None or Trigger.Accept or Trigger.SesAccept ? match : match with { Stage = StageOf(localPart) };
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

        var match = hyphen > 0 && (kinds & TriggerKinds.Labels) != TriggerKinds.None ? FindLabel(localPart, hyphen) : default;
        if (match.Trigger == Trigger.None && hyphen > 0 && (kinds & TriggerKinds.Faults) != TriggerKinds.None)
        {
            match = FindFault(localPart, hyphen);
        }

        if (match.Trigger == Trigger.None && hyphen > FailLength && (kinds & TriggerKinds.Sequences) != TriggerKinds.None)
        {
            match = FindSequence(localPart, hyphen);
        }

        return match.Trigger == Trigger.None && (kinds & TriggerKinds.Ses) != TriggerKinds.None ? FindSes(localPart) : match;
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

    private static TriggerMatch FindFault(ReadOnlySpan<byte> localPart, int hyphen)
    {
        var word = localPart[..hyphen];
        var fault = hyphen switch
        {
            4 when Ascii.EqualsIgnoreCase(word, "drop"u8) => AnswerFault.Drop,
            4 when Ascii.EqualsIgnoreCase(word, "hang"u8) => AnswerFault.Hang,
            5 when Ascii.EqualsIgnoreCase(word, "reset"u8) => AnswerFault.Reset,
            _ => AnswerFault.None,
        };
        if (fault != AnswerFault.None)
        {
            return new TriggerMatch(Trigger.Fault, Length: hyphen + 1, Fault: fault);
        }

        var length = hyphen == DelayLength && Ascii.EqualsIgnoreCase(word, "delay"u8) ? localPart[(hyphen + 1)..].IndexOf((byte)'-') : 0;
        if (length is <= 0 or > LongestTime)
        {
            return default;
        }

        Span<char> text = stackalloc char[LongestTime];
        var time = text[..Encoding.Latin1.GetChars(localPart.Slice(hyphen + 1, length), text)];
        return Times.TryParse(time, out var delay) && delay > TimeSpan.Zero && delay.TotalMilliseconds <= Delay.Longest
            ? new TriggerMatch(Trigger.Delay, Length: hyphen + length + 2, Amount: (int)delay.TotalMilliseconds)
            : default;
    }

    private static TriggerMatch FindSequence(ReadOnlySpan<byte> localPart, int hyphen)
    {
        var digits = localPart[FailLength..hyphen];
        return digits.Length <= MostFailDigits && Ascii.EqualsIgnoreCase(localPart[..FailLength], "fail"u8) && !digits.ContainsAnyExceptInRange((byte)'0', (byte)'9')
            && Utf8Parser.TryParse(digits, out int times, out _) && times > 0
            ? new TriggerMatch(Trigger.Sequence, Length: hyphen + 1, Amount: times)
            : default;
    }

    // As at Amazon, a tag may stand behind the name.
    private static TriggerMatch FindSes(ReadOnlySpan<byte> localPart)
    {
        var plus = localPart.IndexOf((byte)'+');
        var name = plus < 0 ? localPart : localPart[..plus];
        var trigger = name.Length switch
        {
            4 when Ascii.EqualsIgnoreCase(name, "ooto"u8) => Trigger.SesAccept,
            6 when Ascii.EqualsIgnoreCase(name, "bounce"u8) => Trigger.SesBounce,
            7 when Ascii.EqualsIgnoreCase(name, "success"u8) => Trigger.SesAccept,
            9 when Ascii.EqualsIgnoreCase(name, "complaint"u8) => Trigger.SesAccept,
            15 when Ascii.EqualsIgnoreCase(name, "suppressionlist"u8) => Trigger.SesSuppressed,
            _ => Trigger.None,
        };
        return trigger == Trigger.None ? default : new TriggerMatch(trigger, Length: name.Length);
    }

    private static Stage? StageOf(ReadOnlySpan<byte> localPart)
    {
        var tag = localPart.Length < TagLength ? default : localPart[^TagLength..];
        return Ascii.EqualsIgnoreCase(tag, "+data"u8) ? Stage.Data : Ascii.EqualsIgnoreCase(tag, "+rcpt"u8) ? Stage.Rcpt : null;
    }
}
