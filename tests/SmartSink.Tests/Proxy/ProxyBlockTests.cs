using System.Text;
using FsCheck;
using FsCheck.Fluent;
using SmartSink.Proxy;
using SmartSink.Settings;
using static SmartSink.Tests.Proxy.ProxyBlockBuilder;

namespace SmartSink.Tests.Proxy;

public sealed class ProxyBlockTests
{
    private const string Client4 = "192.0.2.1:49152";
    private const string Server4 = "198.51.100.25:25";

    private static readonly byte[] Addresses4 = [192, 0, 2, 1, 198, 51, 100, 25, 0xC0, 0, 0, 25];

    public static TheoryData<string, byte[], string?, string?, string?> Good => new()
    {
        { "TCP over IPv4", Tcp(Client4, Server4), Client4, Server4, null },
        { "TCP over IPv6", Tcp("[2001:db8::1]:65535", "[2001:db8::25]:0"), "[2001:db8::1]:65535", "[2001:db8::25]:0", null },
        { "IPv4 in IPv6", Tcp("[::ffff:192.0.2.1]:1", "[::ffff:192.0.2.2]:2"), "192.0.2.1:1", "192.0.2.2:2", null },
        { "no fields to speak of", Tcp(Client4, Server4, Field(4)), Client4, Server4, null },
        { "unknown fields", Tcp(Client4, Server4, [.. Field(0xEE, 1, 2, 3), .. Field(4, new byte[300])]), Client4, Server4, null },
        { "authority", Tcp(Client4, Server4, Field(2, "mx.example"u8.ToArray())), Client4, Server4, "mx.example" },
        { "authority among others", Tcp(Client4, Server4, [.. Field(1, "h2"u8.ToArray()), .. Field(2, "mx.example"u8.ToArray()), .. Field(5, 1)]), Client4, Server4, "mx.example" },
        { "the longest authority", Tcp(Client4, Server4, Field(2, Encoding.ASCII.GetBytes(new string('a', 255)))), Client4, Server4, new string('a', 255) },
        { "an authority of control octets", Tcp(Client4, Server4, Field(2, "a\r\nb"u8.ToArray())), Client4, Server4, "a??b" },
        { "checksum", Summed(Tcp(Client4, Server4, Field(3, 0, 0, 0, 0))), Client4, Server4, null },
        { "checksum and authority", Summed(Tcp(Client4, Server4, [.. Field(2, "mx.example"u8.ToArray()), .. Field(3, 0, 0, 0, 0)])), Client4, Server4, "mx.example" },
        { "LOCAL", Block(Local, 0), null, null, null },
        { "LOCAL with addresses", Block(Local, Tcp4, Addresses4), null, null, null },
        { "LOCAL of a family that is none", Block(Local, 0xFF, 1, 2, 3), null, null, null },
        { "unspecified", Block(ProxyCommand, 0), null, null, null },
        { "unspecified with octets", Block(ProxyCommand, 0, 1, 2, 3), null, null, null },
        { "IPv4 of no transport", Block(ProxyCommand, 0x10, Addresses4), null, null, null },
        { "datagrams", Block(ProxyCommand, 0x12, Addresses4), null, null, null },
        { "UNIX", Block(ProxyCommand, Unix, new byte[216]), null, null, null },
        { "UNIX with authority", Block(ProxyCommand, Unix, [.. new byte[216], .. Field(2, "mx.example"u8.ToArray())]), null, null, "mx.example" },
        { "16 KiB", Tcp(Client4, Server4, Field(4, new byte[(16 * 1024) - 16 - 12 - 3])), Client4, Server4, null },
    };

    public static TheoryData<string, byte[], string> Bad => new()
    {
        { "version 1", Block(0x11, Tcp4, Addresses4), "BadVersion" },
        { "version 3", Block(0x31, Tcp4, Addresses4), "BadVersion" },
        { "version 0", Block(0x01, Tcp4, Addresses4), "BadVersion" },
        { "command 2", Block(0x22, Tcp4, Addresses4), "BadCommand" },
        { "command 15", Block(0x2F, Tcp4, Addresses4), "BadCommand" },
        { "family 4", Block(ProxyCommand, 0x41, new byte[300]), "BadFamily" },
        { "family 15", Block(ProxyCommand, 0xF1, new byte[300]), "BadFamily" },
        { "transport 3", Block(ProxyCommand, 0x13, Addresses4), "BadFamily" },
        { "transport 15", Block(ProxyCommand, 0x1F, Addresses4), "BadFamily" },
        { "no addresses", Block(ProxyCommand, Tcp4), "TooShort" },
        { "IPv4, one octet short", Block(ProxyCommand, Tcp4, Addresses4[..^1]), "TooShort" },
        { "IPv6, one octet short", Block(ProxyCommand, Tcp6, new byte[35]), "TooShort" },
        { "UNIX, one octet short", Block(ProxyCommand, Unix, new byte[215]), "TooShort" },
        { "one octet of a field", Tcp(Client4, Server4, 4), "BadField" },
        { "two octets of a field", Tcp(Client4, Server4, 4, 0), "BadField" },
        { "a field without its value", Tcp(Client4, Server4, 4, 0, 1), "BadField" },
        { "a field of 64 KiB", Tcp(Client4, Server4, 4, 0xFF, 0xFF, 0), "BadField" },
        { "a field, and one cut off", Tcp(Client4, Server4, [.. Field(4, 1), 4, 0, 2, 1]), "BadField" },
        { "an empty authority", Tcp(Client4, Server4, Field(2)), "BadField" },
        { "an authority of 256 octets", Tcp(Client4, Server4, Field(2, new byte[256])), "BadField" },
        { "a checksum of 3 octets", Tcp(Client4, Server4, Field(3, 0, 0, 0)), "BadField" },
        { "a checksum of 5 octets", Tcp(Client4, Server4, Field(3, 0, 0, 0, 0, 0)), "BadField" },
        { "a checksum of zeros", Tcp(Client4, Server4, Field(3, 0, 0, 0, 0)), "BadChecksum" },
        { "another checksum", Flipped(Summed(Tcp(Client4, Server4, Field(3, 0, 0, 0, 0))), ^1), "BadChecksum" },
        { "another address", Flipped(Summed(Tcp(Client4, Server4, Field(3, 0, 0, 0, 0))), 16), "BadChecksum" },
        { "one octet above 16 KiB", Tcp(Client4, Server4, Field(4, new byte[(16 * 1024) - 16 - 12 - 2])), "TooLong" },
        { "64 KiB", Block(ProxyCommand, 0, new byte[ushort.MaxValue]), "TooLong" },
        { "64 KiB of LOCAL", Block(Local, 0, new byte[ushort.MaxValue]), "TooLong" },
    };

    [Theory]
    [MemberData(nameof(Good))]
    public void A_good_block_tells_who_and_where_to(string name, byte[] block, string? client, string? destination, string? authority)
    {
        byte[] bytes = [.. block, .. "EHLO behind.it\r\n"u8];
        foreach (var mode in new[] { ProxyMode.V2, ProxyMode.Any })
        {
            ProxyHeaderParser.Parse(bytes, mode, out var header).ShouldBe(ProxyHeaderResult.Complete, name);
            header.Length.ShouldBe(block.Length);
            (header.Client?.ToString(), header.Destination?.ToString(), header.Authority).ShouldBe((client, destination, authority));
            for (var length = 1; length < block.Length; length++)
            {
                ProxyHeaderParser.Parse(bytes.AsSpan(0, length), mode, out _).ShouldBe(ProxyHeaderResult.Incomplete);
            }
        }

        ProxyHeaderParser.Parse(bytes, ProxyMode.V1, out _).ShouldBe(ProxyHeaderResult.NotAHeader);
    }

    [Theory]
    [MemberData(nameof(Bad))]
    public void A_bad_block_is_refused_for_its_reason(string name, byte[] block, string result) =>
        ProxyHeaderParser.Parse(block, ProxyMode.Any, out _).ToString().ShouldBe(result, name);

    [Fact]
    public void A_signature_that_goes_wrong_is_no_header()
    {
        for (var at = 0; at < Signature.Length; at++)
        {
            ProxyHeaderParser.Parse(Flipped(Block(Local, 0), at), ProxyMode.Any, out _).ShouldBe(ProxyHeaderResult.NotAHeader);
        }
    }

    [Fact]
    public void The_checksum_is_CRC_32C() => Crc32C("123456789"u8).ShouldBe(0xE3069283u);

    [Fact]
    public void Whatever_follows_the_signature_gets_an_answer() =>
        Prop.ForAll(Arb.From(Gen.Choose(0, 255).Select(octet => (byte)octet).ArrayOf()), rest =>
        {
            byte[] bytes = [.. Signature, .. rest];
            var result = ProxyHeaderParser.Parse(bytes, ProxyMode.Any, out var header);
            return result == ProxyHeaderResult.Complete ? header.Length >= 16 && header.Length <= bytes.Length : Enum.IsDefined(result);
        }).QuickCheckThrowOnFailure();

    private static byte[] Flipped(byte[] bytes, Index at)
    {
        bytes[at] ^= 1;
        return bytes;
    }
}
