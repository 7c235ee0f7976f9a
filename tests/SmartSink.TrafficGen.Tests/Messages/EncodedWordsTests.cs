using System.Text;
using FsCheck.Fluent;
using SmartSink.TrafficGen.Options;

namespace SmartSink.TrafficGen.Tests.Messages;

public sealed class EncodedWordsTests
{
    [Theory]
    [InlineData("Subject: plain  text", "Subject: plain  text")]
    [InlineData("Subject: Grüße", "Subject: =?utf-8?B?R3LDvMOfZQ==?=")]
    [InlineData("Subject:Grüße ", "Subject: =?utf-8?B?R3LDvMOfZQ==?=")]
    [InlineData("Subject: ä  ö x ü", "Subject: =?utf-8?B?w6QgIMO2?= x =?utf-8?B?w7w=?=")]
    [InlineData("From: Jörg <a@b.example>", "From: =?utf-8?B?SsO2cmc=?= <a@b.example>")]
    [InlineData("From: \"Team Jörg\" <a@b.example>", "From: =?utf-8?B?VGVhbSBKw7ZyZw==?= <a@b.example>")]
    [InlineData("Subject: \"Team Jörg\"", "Subject: =?utf-8?B?IlRlYW0gSsO2cmci?=")]
    [InlineData("X: \"a \\\" ö\" b", "X: =?utf-8?B?ImEgXCIgw7Yi?= b")]
    public void Words_beyond_ASCII_are_encoded(string field, string written) => Written(field).ShouldBe(written);

    [Theory]
    [InlineData("From: Jörg <jörg@b.example>")]
    [InlineData("To: jörg@b.example")]
    [InlineData("From: a@b.example (Jörg)")]
    [InlineData("To: Müller, Jörg <a@b.example>")]
    [InlineData("To: \"Jörg\"<a@b.example>")]
    [InlineData("Content-Disposition: attachment; filename=\"grüße.txt\"")]
    public void What_means_something_by_itself_is_not(string field) => EncodedWords.TryWrite(field, out _).ShouldBeFalse();

    [Fact]
    public void A_long_field_is_broken_before_the_word_that_is_too_much() =>
        Written($"Subject: ä {new string('x', 50)} {new string('y', 40)} z").ShouldBe(
            $"Subject: =?utf-8?B?w6Q=?= {new string('x', 50)}\r\n {new string('y', 40)} z");

    [Fact]
    public void A_reader_finds_the_text_again_and_no_line_is_too_long() =>
        Prop.ForAll(Arb.From(Gen.Elements("a", "é", "漢", "😀", " ", "\t", "\"", "\\", ".").ArrayOf()), letters =>
        {
            var value = string.Concat(Enumerable.Repeat(string.Concat(letters), 3)).Trim(' ', '\t');
            var written = Written($"Subject: {value}");
            return Ascii.IsValid(written)
                && written.Split("\r\n").All(line => line.Length <= 76 || !line.Contains("=?", StringComparison.Ordinal))
                && WithoutBlanks(Read(written)) == WithoutBlanks($"Subject: {value}");
        }).QuickCheckThrowOnFailure(5_000);

    private static string Written(string field)
    {
        EncodedWords.TryWrite(field, out var written).ShouldBeTrue();
        return written;
    }

    private static string WithoutBlanks(string text) => string.Concat(text.Where(character => character is not (' ' or '\t')));

    // Blanks between encoded words go (RFC 2047 section 6.2), line ends before blanks too (RFC 5322 section 2.2.3).
    private static string Read(string written)
    {
        var parts = written.Replace("\r\n", string.Empty, StringComparison.Ordinal).Replace("?= =?", "?==?", StringComparison.Ordinal).Split("=?utf-8?B?");
        return parts[0] + string.Concat(parts.Skip(1).Select(part =>
        {
            var end = part.IndexOf("?=", StringComparison.Ordinal);
            return Encoding.UTF8.GetString(Convert.FromBase64String(part[..end])) + part[(end + 2)..];
        }));
    }
}
