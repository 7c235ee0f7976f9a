using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Unicode;

namespace SmartSink.Smtp.Syntax;

/// <summary>
/// The argument of XCLIENT (Postfix's XCLIENT_README): what a proxy or filter knows about the client on whose behalf it speaks, as
/// <c>name=value</c> in xtext. If a name occurs twice, the last value counts.
/// </summary>
internal ref struct XclientArguments
{
    /// <summary>The most octets of a value.</summary>
    public const int MaxValueLength = 255;

    /// <summary>How many octets <see cref="Parse"/> needs for the values that it returns.</summary>
    public const int ScratchLength = 2 * MaxValueLength;

    public bool HasAddress { get; private set; }

    /// <summary>The client's address; null when it is not given or not known.</summary>
    public IPAddress? Address { get; private set; }

    public bool HasDestination { get; private set; }

    /// <summary>The address to which the client connected; null when it is not known.</summary>
    public IPAddress? Destination { get; private set; }

    public bool HasHelo { get; private set; }

    /// <summary>The name that the client gave with EHLO or HELO; empty when it is not given or not known.</summary>
    public ReadOnlySpan<byte> Helo { get; private set; }

    public bool HasLogin { get; private set; }

    /// <summary>The name that the client authenticated as; empty when it is not given or the client has not authenticated.</summary>
    public ReadOnlySpan<byte> Login { get; private set; }

    private static ReadOnlySpan<byte> IPv6Tag => "IPV6:"u8;

    /// <summary>Reads what follows the verb.</summary>
    /// <param name="text">The argument.</param>
    /// <param name="scratch">Room for <see cref="ScratchLength"/> octets, where the values of HELO and LOGIN are kept.</param>
    /// <param name="arguments">The result; complete only when there is no error.</param>
    public static SyntaxError Parse(ReadOnlySpan<byte> text, Span<byte> scratch, out XclientArguments arguments)
    {
        arguments = default;
        if (text.IsEmpty)
        {
            return SyntaxError.BadArgument;
        }

        Span<byte> value = stackalloc byte[MaxValueLength];
        while (Parameter.TryTake(ref text, out var parameter))
        {
            if (parameter.Value.Length > 3 * MaxValueLength || !Xtext.TryDecode(parameter.Value, value, out var length))
            {
                return SyntaxError.BadParameter;
            }

            var error = arguments.Add(parameter, value[..length], scratch);
            if (error != SyntaxError.None)
            {
                return error;
            }
        }

        return SyntaxError.None;
    }

    private SyntaxError Add(scoped Parameter parameter, scoped ReadOnlySpan<byte> value, Span<byte> scratch)
    {
        var isKnown = !Ascii.EqualsIgnoreCase(value, "[UNAVAILABLE]"u8) && !Ascii.EqualsIgnoreCase(value, "[TEMPUNAVAIL]"u8);
        return parameter switch
        {
            _ when parameter.Is("ADDR"u8) => Take(SetAddress(value, isKnown)),
            _ when parameter.Is("DESTADDR"u8) => Take(SetDestination(value, isKnown)),
            _ when parameter.Is("HELO"u8) => Take(SetHelo(value, isKnown, scratch)),
            _ when parameter.Is("LOGIN"u8) => Take(SetLogin(value, isKnown, scratch[MaxValueLength..])),
            _ when parameter.Is("NAME"u8) => Take(!isKnown || IsPrintable(value)),
            _ when parameter.Is("PORT"u8) || parameter.Is("DESTPORT"u8) => Take(!isKnown || IsPort(value)),
            _ when parameter.Is("PROTO"u8) => Take(IsProtocol(value)),
            _ => SyntaxError.UnknownParameter,
        };
    }

    private static SyntaxError Take(bool isValid) => isValid ? SyntaxError.None : SyntaxError.BadParameter;

    private static bool IsPrintable(ReadOnlySpan<byte> value) => !value.IsEmpty && !value.ContainsAnyExceptInRange((byte)33, (byte)126);

    private static bool IsPort(ReadOnlySpan<byte> value) => ushort.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out _);

    // LMTP is not among Postfix's values, but Dovecot sends it.
    private static bool IsProtocol(ReadOnlySpan<byte> value) =>
        Ascii.EqualsIgnoreCase(value, "SMTP"u8) || Ascii.EqualsIgnoreCase(value, "ESMTP"u8) || Ascii.EqualsIgnoreCase(value, "LMTP"u8);

    private bool SetAddress(scoped ReadOnlySpan<byte> value, bool isKnown)
    {
        var isValid = TryAddress(value, isKnown, out var address);
        Address = address;
        HasAddress = true;
        return isValid;
    }

    private bool SetDestination(scoped ReadOnlySpan<byte> value, bool isKnown)
    {
        var isValid = TryAddress(value, isKnown, out var address);
        Destination = address;
        HasDestination = true;
        return isValid;
    }

    private bool SetHelo(scoped ReadOnlySpan<byte> value, bool isKnown, Span<byte> scratch)
    {
        Helo = Keep(isKnown ? value : default, scratch);
        HasHelo = true;
        return !isKnown || IsPrintable(value);
    }

    private bool SetLogin(scoped ReadOnlySpan<byte> value, bool isKnown, Span<byte> scratch)
    {
        Login = Keep(isKnown ? value : default, scratch);
        HasLogin = true;
        return !isKnown || UserName.IsValid(value);
    }

    private static ReadOnlySpan<byte> Keep(scoped ReadOnlySpan<byte> value, Span<byte> scratch)
    {
        value.CopyTo(scratch);
        return scratch[..value.Length];
    }

    private static bool TryAddress(ReadOnlySpan<byte> value, bool isKnown, out IPAddress? address)
    {
        address = null;
        if (!isKnown)
        {
            return true;
        }

        if (value.Length > IPv6Tag.Length && Ascii.EqualsIgnoreCase(value[..IPv6Tag.Length], IPv6Tag))
        {
            return AddressLiteral.IsIPv6(value[IPv6Tag.Length..]) && IPAddress.TryParse(value[IPv6Tag.Length..], out address);
        }

        return AddressLiteral.TryReadIPv4(value, out address);
    }
}

/// <summary>User names, as given with AUTH and XCLIENT.</summary>
internal static class UserName
{
    /// <summary>The most octets of a name.</summary>
    public const int MaxLength = 255;

    /// <summary>Whether octets are a valid name: 1 to <see cref="MaxLength"/>, in UTF-8, without control characters.</summary>
    public static bool IsValid(ReadOnlySpan<byte> name) =>
        name.Length is > 0 and <= MaxLength && !name.ContainsAny(CommandLine.ControlBytes) && Utf8.IsValid(name);
}
