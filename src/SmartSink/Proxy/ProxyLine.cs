using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text;

namespace SmartSink.Proxy;

/// <summary>Version 1 (section 2.1): <c>PROXY TCP4 192.0.2.1 192.0.2.25 49152 25</c> and CRLF.</summary>
internal static class ProxyLine
{
    private const int MaxLength = 107;
    private const int Words = 5;

    private static readonly SearchValues<char> OfIPv6 = SearchValues.Create("0123456789abcdefABCDEF:.");

    /// <summary>How a line begins.</summary>
    public static ReadOnlySpan<byte> Start => "PROXY "u8;

    /// <summary>Reads the line.</summary>
    public static ProxyHeaderResult Parse(ReadOnlySpan<byte> input, out ProxyHeader header)
    {
        header = default;
        var line = input[..Math.Min(input.Length, MaxLength)];
        var end = line.IndexOfAnyInRange((byte)0, (byte)31);
        if (end < 0 || (line[end] == '\r' && end + 1 == line.Length))
        {
            return line.Length < MaxLength ? ProxyHeaderResult.Incomplete : ProxyHeaderResult.LineTooLong;
        }

        return line[end] == '\r' && line[end + 1] == '\n' && TryRead(line[Start.Length..end], end + 2, out header)
            ? ProxyHeaderResult.Complete
            : ProxyHeaderResult.BadLine;
    }

    private static bool TryRead(ReadOnlySpan<byte> bytes, int length, out ProxyHeader header)
    {
        header = new ProxyHeader(length);
        Span<char> characters = stackalloc char[MaxLength];
        ReadOnlySpan<char> text = characters[..Encoding.Latin1.GetChars(bytes, characters)];
        Span<Range> words = stackalloc Range[Words + 1];
        var count = text.Split(words, ' ');
        var family = text[words[0]];

        // What follows UNKNOWN is to be passed over.
        if (family is "UNKNOWN")
        {
            return true;
        }

        if (count != Words
            || !TryAddress(family, text[words[1]], out var client)
            || !TryAddress(family, text[words[2]], out var destination)
            || !TryPort(text[words[3]], out var clientPort)
            || !TryPort(text[words[4]], out var destinationPort))
        {
            return false;
        }

        header = new ProxyHeader(length, new IPEndPoint(client, clientPort), new IPEndPoint(destination, destinationPort));
        return true;
    }

    private static bool TryAddress(ReadOnlySpan<char> family, ReadOnlySpan<char> text, out IPAddress address)
    {
        address = IPAddress.None;
        var isGood = family switch
        {
            "TCP4" => IsDotted(text),
            "TCP6" => text.Contains(':') && !text.ContainsAnyExcept(OfIPv6),
            _ => false,
        };
        if (!isGood || !IPAddress.TryParse(text, out var parsed))
        {
            return false;
        }

        address = parsed.IsIPv4MappedToIPv6 ? parsed.MapToIPv4() : parsed;
        return true;
    }

    // Four numbers. A leading zero is forbidden, since some take such a number for octal.
    private static bool IsDotted(ReadOnlySpan<char> text)
    {
        var numbers = 0;
        foreach (var range in text.Split('.'))
        {
            if (!TryNumber(text[range], byte.MaxValue, out _))
            {
                return false;
            }

            numbers++;
        }

        return numbers == 4;
    }

    private static bool TryPort(ReadOnlySpan<char> text, out int port) => TryNumber(text, IPEndPoint.MaxPort, out port);

    private static bool TryNumber(ReadOnlySpan<char> text, int most, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number <= most && (text.Length == 1 || text[0] != '0');
}
