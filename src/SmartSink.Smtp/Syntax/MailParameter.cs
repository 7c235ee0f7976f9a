using System.Buffers;
using System.Globalization;
using System.Text;

namespace SmartSink.Smtp.Syntax;

/// <summary>The values of MAIL's parameters that are checked and have no other effect.</summary>
internal static class MailParameter
{
    private const int MaxAuthLength = 500;
    private const int MaxDigits = 9;
    private const int MaxDateLength = 40;

    private static readonly string[] DateForms = ["yyyy-MM-dd'T'HH:mm:ss'Z'", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'"];

    /// <summary>AUTH= (RFC 4954 section 5): a mailbox in xtext, or <c>&lt;&gt;</c> for one that is not known.</summary>
    public static bool IsAuth(ReadOnlySpan<byte> value) =>
        value.Length is > 0 and <= MaxAuthLength && (value.SequenceEqual("<>"u8) || Xtext.IsValid(value, allowUtf8: false));

    /// <summary>BY= (RFC 2852 section 4): seconds, a semicolon, N or R, perhaps T. Time that has run out cannot ask for a return.</summary>
    public static bool IsBy(ReadOnlySpan<byte> value)
    {
        var end = value.IndexOf((byte)';');
        if (end < 0)
        {
            return false;
        }

        var mode = value[(end + 1)..];
        var number = value[..end];
        var digits = number is [(byte)'+' or (byte)'-', ..] ? number[1..] : number;
        if (!IsNumber(digits) || mode.Length is 0 or > 2 || (mode.Length == 2 && (mode[1] | 0x20) != 't'))
        {
            return false;
        }

        var hasRunOut = number[0] == '-' || !digits.ContainsAnyExcept((byte)'0');
        return (mode[0] | 0x20) switch { 'n' => true, 'r' => !hasRunOut, _ => false };
    }

    /// <summary>HOLDFOR= (RFC 4865 section 4): seconds, 1 to 999999999, without a zero in front.</summary>
    public static bool IsHoldFor(ReadOnlySpan<byte> value) => IsNumber(value) && value[0] != '0';

    /// <summary>HOLDUNTIL= (RFC 4865 section 4): a moment as in RFC 3339, in UTC; T and Z may be small letters there.</summary>
    public static bool IsHoldUntil(ReadOnlySpan<byte> value)
    {
        Span<char> text = stackalloc char[MaxDateLength];
        return value.Length <= MaxDateLength
            && Encoding.ASCII.TryGetChars(value, text, out var length)
            && System.Text.Ascii.ToUpperInPlace(text[..length], out _) == OperationStatus.Done
            && DateTime.TryParseExact(text[..length], DateForms, CultureInfo.InvariantCulture, DateTimeStyles.None, out _);
    }

    /// <summary>MT-PRIORITY= (RFC 6710 section 5): -9 to 9, neither +1 nor -0.</summary>
    public static bool IsPriority(ReadOnlySpan<byte> value) =>
        value is [(byte)'0'] or [>= (byte)'1' and <= (byte)'9'] or [(byte)'-', >= (byte)'1' and <= (byte)'9'];

    private static bool IsNumber(ReadOnlySpan<byte> digits) =>
        digits.Length is > 0 and <= MaxDigits && !digits.ContainsAnyExceptInRange((byte)'0', (byte)'9');
}
