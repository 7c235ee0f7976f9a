using System.Text;
using SmartSink.Smtp.Syntax;

namespace SmartSink.Smtp.Tests.Syntax;

public sealed class PathParserTests
{
    [Theory]
    [InlineData("<>", "", "", "", "")]
    [InlineData("<a@b.example>", "a@b.example", "a", "b.example", "b.example")]
    [InlineData("<A@B.Example> SIZE=1", "A@B.Example", "A", "B.Example", "b.example")]
    [InlineData("<postmaster>", "postmaster", "postmaster", "", "")]
    [InlineData("<@r.example:a@b.example>", "a@b.example", "a", "b.example", "b.example")]
    [InlineData("<@r.example,@[IPv6:::1],@s.example:a@b.example>", "a@b.example", "a", "b.example", "b.example")]
    [InlineData("<\"a>@<b\"@c.example>", "\"a>@<b\"@c.example", "\"a>@<b\"", "c.example", "c.example")]
    [InlineData("<a@[IPv6:2001:DB8::1]>", "a@[IPv6:2001:DB8::1]", "a", "[IPv6:2001:DB8::1]", "[ipv6:2001:db8::1]")]
    [InlineData("<a@[tag:>]>", "a@[tag:>]", "a", "[tag:>]", "[tag:>]")]
    [InlineData("<ü@Ü.example>", "ü@Ü.example", "ü", "Ü.example", "xn--tda.example")]
    [InlineData("a@b.example", "a@b.example", "a", "b.example", "b.example")]
    [InlineData("A@B.Example SIZE=1", "A@B.Example", "A", "B.Example", "b.example")]
    [InlineData("root SIZE=1", "root", "root", "", "")]
    [InlineData("\"a b\"@[192.0.2.1] SIZE=1", "\"a b\"@[192.0.2.1]", "\"a b\"", "[192.0.2.1]", "[192.0.2.1]")]
    [InlineData("@r.example:a@b.example SIZE=1", "a@b.example", "a", "b.example", "b.example")]
    [InlineData("<.a..b.@c.example.>", ".a..b.@c.example.", ".a..b.", "c.example.", "c.example")]
    public void A_path_is_taken_apart(string text, string mailbox, string localPart, string domain, string normalized)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        PathParser.TryParse(bytes, new byte[DomainName.MaxLength], out var path, out var length).ShouldBeTrue();
        Encoding.UTF8.GetString(path.Mailbox).ShouldBe(mailbox);
        Encoding.UTF8.GetString(path.LocalPart).ShouldBe(localPart);
        Encoding.UTF8.GetString(path.Domain).ShouldBe(domain);
        Encoding.UTF8.GetString(path.NormalizedDomain).ShouldBe(normalized);
        path.IsLoose.ShouldBe(mailbox.Length > 0 && (text[0] != '<' || mailbox[^1] == '.'));
        path.IsNull.ShouldBe(mailbox.Length == 0);
        path.IsInternational.ShouldBe(!Ascii.IsValid(mailbox));
        Encoding.UTF8.GetString(bytes.AsSpan(length)).ShouldBe(text.EndsWith("SIZE=1", StringComparison.Ordinal) ? " SIZE=1" : string.Empty);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" a@b.example")]
    [InlineData("a@b.example>")]
    [InlineData("a@")]
    [InlineData("a@.")]
    [InlineData("a@b.example..")]
    [InlineData("@a.:b@c.example")]
    [InlineData("<")]
    [InlineData("<a@b.example")]
    [InlineData("<a")]
    [InlineData("<a@")]
    [InlineData("<@>")]
    [InlineData("<@a")]
    [InlineData("<@a:")]
    [InlineData("<@a:>")]
    [InlineData("<@[x:a@b.example>")]
    [InlineData("<@[192.0.2.1]a@b.example>")]
    [InlineData("<@a,:b@c.example>")]
    [InlineData("<a@[>")]
    [InlineData("<a@[192.0.2.1]b>")]
    [InlineData("<\"")]
    [InlineData("<\"\\")]
    [InlineData("<\"\\ü\"@b.example>")]
    [InlineData("<<a@b.example>>")]
    [InlineData("<a@b@c.example>")]
    public void What_is_no_path_is_refused(string text) =>
        PathParser.TryParse(Encoding.UTF8.GetBytes(text), new byte[DomainName.MaxLength], out _, out _).ShouldBeFalse();

    [Fact]
    public void A_local_part_and_a_path_may_be_of_any_length()
    {
        var local = new string('a', 5000);
        var text = "<@" + string.Join(",@", Enumerable.Repeat("relay.example", 50)) + $":{local}@b>";
        PathParser.TryParse(Encoding.ASCII.GetBytes(text), new byte[DomainName.MaxLength], out var path, out var length).ShouldBeTrue();
        Encoding.ASCII.GetString(path.LocalPart).ShouldBe(local);
        length.ShouldBe(text.Length);
    }

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("\"\"", "")]
    [InlineData("\"a b\"", "a b")]
    [InlineData("\"a\\\"b\\\\\"", "a\"b\\")]
    public void Quotes_are_not_part_of_a_name(string written, string name) =>
        Encoding.UTF8.GetString(LocalPart.Unquote(Encoding.UTF8.GetBytes(written), new byte[written.Length])).ShouldBe(name);
}
