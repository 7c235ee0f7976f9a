using System.Net;
using SmartSink.Settings.Values;

namespace SmartSink.Tests.Settings;

public sealed class NetworkListTests
{
    [Theory]
    [InlineData("10.0.0.0/8", "10.1.2.3", true)]
    [InlineData("10.0.0.0/8", "11.1.2.3", false)]
    [InlineData("10.0.0.0/8", "::ffff:10.1.2.3", true)]
    [InlineData("10.0.0.0/8", "::a01:203", false)]
    [InlineData("::ffff:10.0.0.0/104", "10.1.2.3", true)]
    [InlineData("::ffff:10.0.0.0/104", "::ffff:11.1.2.3", false)]
    [InlineData("::ffff:192.0.2.7", "192.0.2.7", true)]
    [InlineData("192.0.2.7", "192.0.2.7", true)]
    [InlineData("192.0.2.7", "192.0.2.8", false)]
    [InlineData("2001:db8::/32", "2001:db8:1::1", true)]
    [InlineData("2001:db8::/32", "2001:db9::1", false)]
    [InlineData("2001:db8::/32", "10.0.0.1", false)]
    [InlineData("::/0", "2001:db8::1", true)]
    [InlineData("::/0", "10.0.0.1", false)]
    [InlineData("0.0.0.0/0", "10.0.0.1", true)]
    [InlineData("0.0.0.0/0", "::1", false)]
    [InlineData("::1, 10.0.0.0/8 ,192.0.2.7", "::1", true)]
    [InlineData("::1, 10.0.0.0/8 ,192.0.2.7", "192.0.2.7", true)]
    public void An_address_is_looked_for_in_its_own_family(string networks, string address, bool expected)
    {
        NetworkList.TryParse(networks, out var list).ShouldBeTrue();
        list.Contains(IPAddress.Parse(address)).ShouldBe(expected);
    }

    [Theory]
    [InlineData("")]
    [InlineData(",")]
    [InlineData("10.0.0.0/8,")]
    [InlineData("10.0.0.1/8")]
    [InlineData("10.0.0.0/33")]
    [InlineData("10.0.0.0/-1")]
    [InlineData("10.0.0.0/")]
    [InlineData("10.0.0.0/8/8")]
    [InlineData("/8")]
    [InlineData("10.0/16")]
    [InlineData("10")]
    [InlineData("localhost")]
    [InlineData("*")]
    [InlineData("2001:db8::/129")]
    [InlineData("[::1]")]
    [InlineData("[::]/0")]
    [InlineData("fe80::1%1")]
    [InlineData("10.0.0.0/8 11.0.0.0/8")]
    public void What_is_no_list_of_networks_is_refused(string text) => NetworkList.TryParse(text, out _).ShouldBeFalse();

    [Fact]
    public void Lists_of_the_same_networks_are_equal()
    {
        NetworkList.TryParse("127.0.0.0/8, ::1", out var list).ShouldBeTrue();
        list.ShouldBe(NetworkList.Loopback);
        list.GetHashCode().ShouldBe(NetworkList.Loopback.GetHashCode());
        list.ToString().ShouldBe("127.0.0.0/8,::1/128");
        list.ShouldNotBe(NetworkList.None);
        NetworkList.None.Contains(IPAddress.Loopback).ShouldBeFalse();
    }
}
