using System.Net;

namespace SmartSink.Policy.Files;

/// <summary>Reads networks as a person writes them.</summary>
public static class NetworkText
{
    /// <summary>Reads an address with a prefix length, or an address alone, which is a network of one.</summary>
    /// <param name="text">What the file says.</param>
    /// <param name="network">The network; IPv4-mapped IPv6 is taken for the IPv4 that it means.</param>
    /// <param name="problem">What is wrong, as a sentence; empty when nothing is.</param>
    public static bool TryRead(string text, out IPNetwork network, out string problem)
    {
        network = default;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var name = slash < 0 ? text : text[..slash];
        if (!TryReadAddress(name, out var address) || !TryReadLength(slash < 0 ? null : text[(slash + 1)..], address, out var length))
        {
            problem = $"\"{text}\" is not a network such as 192.0.2.0/24 or 2001:db8::/32";
            return false;
        }

        var first = FirstOf(address, length);
        if (!first.Equals(address))
        {
            problem = $"\"{text}\" has host bits set; the network is {first}/{length}";
            return false;
        }

        if (address.IsIPv4MappedToIPv6 && length >= 96)
        {
            first = first.MapToIPv4();
            length -= 96;
        }

        network = new IPNetwork(first, length);
        problem = string.Empty;
        return true;
    }

    // IPAddress also takes 192.0.2, 0x7f.1, [::1] and zones, which nobody means.
    private static bool TryReadAddress(string text, out IPAddress address)
    {
        address = IPAddress.None;
        if (!IPAddress.TryParse(text, out var parsed)
            || text.AsSpan().ContainsAny('%', '[')
            || (!text.Contains(':', StringComparison.Ordinal) && parsed.ToString() != text))
        {
            return false;
        }

        address = parsed;
        return true;
    }

    private static bool TryReadLength(string? text, IPAddress address, out int length)
    {
        length = address.GetAddressBytes().Length * 8;
        if (text is null)
        {
            return true;
        }

        var longest = length;
        length = 0;
        return text.Length is > 0 and <= 3 && text.All(char.IsAsciiDigit) && (length = int.Parse(text, System.Globalization.CultureInfo.InvariantCulture)) <= longest;
    }

    private static IPAddress FirstOf(IPAddress address, int length)
    {
        var bytes = address.GetAddressBytes();
        for (var i = 0; i < bytes.Length; i++)
        {
            var kept = Math.Clamp(length - (i * 8), 0, 8);
            bytes[i] &= (byte)(0xFF00 >> kept);
        }

        return new IPAddress(bytes);
    }
}
