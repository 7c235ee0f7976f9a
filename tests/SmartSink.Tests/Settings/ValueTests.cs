using System.Net;
using SmartSink.Settings;
using SmartSink.Settings.Values;
using SmartSink.Shared;

namespace SmartSink.Tests.Settings;

public sealed class ValueTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("52428800", 52428800)]
    [InlineData("10B", 10)]
    [InlineData("1kb", 1000)]
    [InlineData("2 MB", 2_000_000)]
    [InlineData("3GB", 3_000_000_000)]
    [InlineData("1KiB", 1024)]
    [InlineData("50mib", 52428800)]
    [InlineData("8GiB", 8L << 30)]
    [InlineData("1.5MiB", 1_572_864)]
    [InlineData("64k", 64_000)]
    [InlineData("1,000,000", 1_000_000)]
    [InlineData("9223372036854775807", long.MaxValue)]
    public void Sizes_as_people_write_them(string text, long bytes)
    {
        Sizes.TryParse(text, out var value).ShouldBeTrue();
        value.ShouldBe(bytes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("MiB")]
    [InlineData("-1")]
    [InlineData("1,5MiB")]
    [InlineData("1,0000")]
    [InlineData("1,000,")]
    [InlineData("1000,000")]
    [InlineData("1TB")]
    [InlineData("9223372036854775807KiB")]
    [InlineData("9223372036854775808")]
    public void No_sizes(string text) => Sizes.TryParse(text, out _).ShouldBeFalse();

    [Theory]
    [InlineData("0", 0)]
    [InlineData("90", 90_000)]
    [InlineData("250ms", 250)]
    [InlineData("90s", 90_000)]
    [InlineData("5m", 300_000)]
    [InlineData("1.5 h", 5_400_000)]
    [InlineData("0.5", 500)]
    [InlineData("576h", 2_073_600_000)]
    [InlineData("24d", 2_073_600_000)]
    public void Times_as_people_write_them(string text, double milliseconds)
    {
        Times.TryParse(text, out var value).ShouldBeTrue();
        value.TotalMilliseconds.ShouldBe(milliseconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("s")]
    [InlineData("-5s")]
    [InlineData("25d")]
    [InlineData("1,5h")]
    [InlineData("1e3")]
    [InlineData("NaN")]
    [InlineData("577h")]
    public void No_times(string text) => Times.TryParse(text, out _).ShouldBeFalse();

    [Theory]
    [InlineData("*", null)]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData("::", "::")]
    [InlineData("[::1]", "::1")]
    public void Addresses(string text, string? address)
    {
        ListenAddress.TryParse(text, out var value).ShouldBeTrue();
        value.ShouldBe(address is null ? null : IPAddress.Parse(address));
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("127.1")]
    [InlineData("all")]
    [InlineData("127.0.0.1:25")]
    public void No_addresses(string text) => ListenAddress.TryParse(text, out _).ShouldBeFalse();

    [Theory]
    [InlineData("*", null, null)]
    [InlineData("::1", "::1", null)]
    [InlineData("unix:/run/smartsink.sock", null, "/run/smartsink.sock")]
    [InlineData("unix:sink.sock", null, "sink.sock")]
    [InlineData("unix:/run/a b:c", null, "/run/a b:c")]
    public void Places_to_listen(string text, string? address, string? socket)
    {
        SettingKinds.Listen.TryParse(text, out var place).ShouldBeTrue();
        place.ShouldBe(new ListenPlace(address is null ? null : IPAddress.Parse(address), socket));
        place.ToString().ShouldBe(text);
    }

    [Theory]
    [InlineData("unix:")]
    [InlineData("unix:@abstract")]
    [InlineData("unix:/run/a\nb")]
    [InlineData("unix:/run/a\0")]
    [InlineData("UNIX:/run/a")]
    [InlineData("/run/smartsink.sock")]
    [InlineData("")]
    public void No_places_to_listen(string text) => SettingKinds.Listen.TryParse(text, out _).ShouldBeFalse();

    [Theory]
    [InlineData('x', 107, true)]
    [InlineData('x', 108, false)]
    [InlineData('é', 53, true)]
    [InlineData('é', 54, false)]
    public void A_Unix_socket_has_a_path_of_at_most_107_bytes(char letter, int count, bool fits) =>
        SettingKinds.Listen.TryParse("unix:" + new string(letter, count), out _).ShouldBe(fits);

    [Theory]
    [InlineData("0660", 0b110_110_000)]
    [InlineData("600", 0b110_000_000)]
    [InlineData("0777", 0b111_111_111)]
    [InlineData("000", 0)]
    [InlineData("", null)]
    [InlineData("66", null)]
    [InlineData("1666", null)]
    [InlineData("00666", null)]
    [InlineData("0o66", null)]
    [InlineData("-660", null)]
    [InlineData("u=rw", null)]
    public void File_modes(string text, int? mode)
    {
        SettingKinds.FileMode.TryParse(text, out var value).ShouldBe(mode is not null);
        ((int)value).ShouldBe(mode ?? 0);
    }

    [Theory]
    [InlineData("postfix", true)]
    [InlineData("postfix:mail", true)]
    [InlineData(":mail", true)]
    [InlineData("105:8", true)]
    [InlineData("", false)]
    [InlineData(":", false)]
    [InlineData("postfix:", false)]
    [InlineData("a:b:c", false)]
    [InlineData("a b", false)]
    public void Owners(string text, bool isOne) => SettingKinds.Owner.TryParse(text, out _).ShouldBe(isOne);

    [Theory]
    [InlineData("mx", true)]
    [InlineData("mx-1.example.com", true)]
    [InlineData("smart_sink_1", true)]
    [InlineData("[192.0.2.1]", true)]
    [InlineData("[IPv6:2001:db8::1]", true)]
    [InlineData("", false)]
    [InlineData("mx.", false)]
    [InlineData("-mx", false)]
    [InlineData("mx..example", false)]
    [InlineData("müller.example", false)]
    [InlineData("[2001:db8::1]", false)]
    [InlineData("[192.0.2.1", false)]
    public void Hostnames(string text, bool isOne) => HostnameText.TryParse(text, out _).ShouldBe(isOne);
}
