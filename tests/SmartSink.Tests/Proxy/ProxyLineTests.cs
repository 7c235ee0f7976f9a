using System.Text;
using SmartSink.Proxy;
using SmartSink.Settings;

namespace SmartSink.Tests.Proxy;

public sealed class ProxyLineTests
{
    [Theory]
    [InlineData("TCP4 192.0.2.1 198.51.100.25 49152 25", "192.0.2.1:49152", "198.51.100.25:25")]
    [InlineData("TCP4 0.0.0.0 255.255.255.255 0 65535", "0.0.0.0:0", "255.255.255.255:65535")]
    [InlineData("TCP6 2001:db8::1 2001:DB8::25 1 2", "[2001:db8::1]:1", "[2001:db8::25]:2")]
    [InlineData("TCP6 ::ffff:192.0.2.1 ::ffff:192.0.2.2 1 2", "192.0.2.1:1", "192.0.2.2:2")]
    [InlineData("TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535", "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535", "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535")]
    [InlineData("UNKNOWN", null, null)]
    [InlineData("UNKNOWN ", null, null)]
    [InlineData("UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535", null, null)]
    [InlineData("UNKNOWN what ever", null, null)]
    public void A_good_line_tells_who_and_where_to(string line, string? client, string? destination)
    {
        var bytes = Encoding.ASCII.GetBytes($"PROXY {line}\r\nEHLO behind.it\r\n");
        foreach (var mode in new[] { ProxyMode.V1, ProxyMode.Any })
        {
            ProxyHeaderParser.Parse(bytes, mode, out var header).ShouldBe(ProxyHeaderResult.Complete);
            header.Length.ShouldBe("PROXY ".Length + line.Length + 2);
            (header.Client?.ToString(), header.Destination?.ToString(), header.Authority).ShouldBe((client, destination, null));
            for (var length = 1; length < header.Length; length++)
            {
                ProxyHeaderParser.Parse(bytes.AsSpan(0, length), mode, out _).ShouldBe(ProxyHeaderResult.Incomplete);
            }
        }

        ProxyHeaderParser.Parse(bytes, ProxyMode.V2, out _).ShouldBe(ProxyHeaderResult.NotAHeader);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("TCP4")]
    [InlineData("tcp4 192.0.2.1 192.0.2.2 1 2")]
    [InlineData("TCP5 192.0.2.1 192.0.2.2 1 2")]
    [InlineData("UDP4 192.0.2.1 192.0.2.2 1 2")]
    [InlineData("UNKNOWNS")]
    [InlineData("unknown")]
    [InlineData(" UNKNOWN")]
    [InlineData("TCP4  192.0.2.1 192.0.2.2 1 2")]
    [InlineData("TCP4 192.0.2.1 192.0.2.2 1  2")]
    [InlineData("TCP4 192.0.2.1 192.0.2.2 1 2 ")]
    [InlineData("TCP4 192.0.2.1 192.0.2.2 1 2 3")]
    [InlineData("TCP4 192.0.2.1 192.0.2.2 1")]
    [InlineData("TCP4 192.0.2.1 192.0.2.2 1 ")]
    [InlineData("TCP4 192.0.2.1 192.0.2.2 -1 2")]
    [InlineData("TCP4 192.0.2.1 192.0.2.2 +1 2")]
    [InlineData("TCP4 192.0.2.1 192.0.2.2 01 2")]
    [InlineData("TCP4 192.0.2.1 192.0.2.2 00 2")]
    [InlineData("TCP4 192.0.2.1 192.0.2.2 65536 2")]
    [InlineData("TCP4 192.0.2.1 192.0.2.2 99999999999 2")]
    [InlineData("TCP4 192.0.2.1 192.0.2.2 1 x")]
    [InlineData("TCP4 192.0.2.1 192.0.2.2 0x1 2")]
    [InlineData("TCP4 192.0.2.256 192.0.2.2 1 2")]
    [InlineData("TCP4 192.0.2 192.0.2.2 1 2")]
    [InlineData("TCP4 192.0.2.1.1 192.0.2.2 1 2")]
    [InlineData("TCP4 192.0.2. 192.0.2.2 1 2")]
    [InlineData("TCP4 .192.0.2 192.0.2.2 1 2")]
    [InlineData("TCP4 192.0..1 192.0.2.2 1 2")]
    [InlineData("TCP4 192.0.2.01 192.0.2.2 1 2")]
    [InlineData("TCP4 0300.0.2.1 192.0.2.2 1 2")]
    [InlineData("TCP4 3221225985 192.0.2.2 1 2")]
    [InlineData("TCP4 0xC0000201 192.0.2.2 1 2")]
    [InlineData("TCP4 ::1 192.0.2.2 1 2")]
    [InlineData("TCP4 192.0.2.1 ::1 1 2")]
    [InlineData("TCP4 192.0.2.1:1 192.0.2.2 1 2")]
    [InlineData("TCP4 localhost 192.0.2.2 1 2")]
    [InlineData("TCP6 192.0.2.1 ::1 1 2")]
    [InlineData("TCP6 ::1 192.0.2.1 1 2")]
    [InlineData("TCP6 [::1] ::1 1 2")]
    [InlineData("TCP6 fe80::1%1 ::1 1 2")]
    [InlineData("TCP6 ::1/128 ::1 1 2")]
    [InlineData("TCP6 ::g ::1 1 2")]
    [InlineData("TCP6 1::2::3 ::1 1 2")]
    [InlineData("TCP6 1:2:3:4:5:6:7:8:9 ::1 1 2")]
    [InlineData("TCP6 12345::1 ::1 1 2")]
    [InlineData("TCP6 : ::1 1 2")]
    [InlineData("TCP6  ::1 1 2")]
    public void A_line_that_breaks_the_grammar_is_refused(string line) =>
        Parse($"PROXY {line}\r\n").ShouldBe(ProxyHeaderResult.BadLine);

    [Theory]
    [InlineData("PROXY UNKNOWN\n")]
    [InlineData("PROXY UNKNOWN\rX")]
    [InlineData("PROXY UNKNOWN\r\r\n")]
    [InlineData("PROXY UNKNOWN\0\r\n")]
    [InlineData("PROXY UNKNOWN\tx\r\n")]
    [InlineData("PROXY TCP4 192.0.2.1 192.0.2.2 1 2\n")]
    [InlineData("PROXY TCP4\t192.0.2.1 192.0.2.2 1 2\r\n")]
    [InlineData("PROXY \r\n")]
    public void Only_CRLF_ends_a_line_and_no_other_control_octet_may_stand_in_it(string bytes) =>
        Parse(bytes).ShouldBe(ProxyHeaderResult.BadLine);

    [Theory]
    [InlineData("EHLO client.example\r\n")]
    [InlineData("proxy UNKNOWN\r\n")]
    [InlineData("PROXY\r\n")]
    [InlineData("PROXYUNKNOWN\r\n")]
    [InlineData(" PROXY UNKNOWN\r\n")]
    [InlineData("P\r\n")]
    [InlineData("\r\nQUIT\r\n")]
    [InlineData("\0")]
    [InlineData("\u0016\u0003\u0001")]
    [InlineData("GET / HTTP/1.1\r\n")]
    public void What_begins_otherwise_is_no_header(string bytes) => Parse(bytes).ShouldBe(ProxyHeaderResult.NotAHeader);

    [Fact]
    public void A_line_ends_within_107_octets()
    {
        var most = "PROXY UNKNOWN " + new string('x', 107 - 16);
        Parse(most + "\r\n").ShouldBe(ProxyHeaderResult.Complete);
        Parse(most).ShouldBe(ProxyHeaderResult.Incomplete);
        Parse(most + "\r").ShouldBe(ProxyHeaderResult.Incomplete);
        Parse(most + "x\r\n").ShouldBe(ProxyHeaderResult.LineTooLong);
        Parse(most + "xx").ShouldBe(ProxyHeaderResult.LineTooLong);
        Parse(most + new string('x', 1000)).ShouldBe(ProxyHeaderResult.LineTooLong);
    }

    private static ProxyHeaderResult Parse(string bytes) => ProxyHeaderParser.Parse(Encoding.Latin1.GetBytes(bytes), ProxyMode.Any, out _);
}
