using SmartSink.Smtp.Server;
using SmartSink.Smtp.Syntax;
using SmartSink.Smtp.Tests.Server;

namespace SmartSink.Smtp.Tests.Syntax;

public sealed class SmtpExtensionsTests
{
    [Fact]
    public void Each_extension_has_one_keyword()
    {
        ExtensionKeywords.All.Select(known => known.Extension)
            .ShouldBe(Enum.GetValues<SmtpExtensions>().Except([SmtpExtensions.None, SmtpExtensions.Default, SmtpExtensions.OnRequest]), ignoreOrder: true);
        ExtensionKeywords.All.Select(known => known.Keyword).ShouldBeUnique();
    }

    [Theory]
    [InlineData("chunking", SmtpExtensions.Chunking)]
    [InlineData("DSN, 8BITMIME,DSN", SmtpExtensions.Dsn | SmtpExtensions.EightBitMime)]
    public void Keywords_are_read(string text, SmtpExtensions expected)
    {
        ExtensionKeywords.TryParse(text, out var extensions).ShouldBeTrue();
        extensions.ShouldBe(expected);
    }

    [Theory]
    [InlineData("")]
    [InlineData("DSN,")]
    [InlineData("DSN SIZE")]
    [InlineData("XYZZY")]
    public void What_is_no_list_of_keywords(string text) => ExtensionKeywords.TryParse(text, out _).ShouldBeFalse();

    [Fact]
    public void Each_can_be_hidden()
    {
        foreach (var (extension, keyword) in ExtensionKeywords.All)
        {
            var all = SmtpExtensions.Default | SmtpExtensions.OnRequest | SmtpExtensions.Xclient;
            var shown = Ehlo(all);
            shown.ShouldContain(keyword);
            Ehlo(all & ~extension).ShouldBe(shown.Except(GoesWith(extension, keyword)), ignoreOrder: true, keyword);
        }

        static string[] GoesWith(SmtpExtensions extension, string keyword) => extension switch
        {
            SmtpExtensions.Chunking => [keyword, "BINARYMIME"],
            SmtpExtensions.StartTls => [keyword, "AUTH", "REQUIRETLS"],
            _ => [keyword],
        };

        static List<string> Ehlo(SmtpExtensions extensions)
        {
            var dialog = new Dialog(options: new SmtpSessionOptions { Hostname = "mx.sink.test", Extensions = extensions, OfferStartTls = true });
            dialog.Start();
            var clear = dialog.Say("EHLO a|");
            if ((extensions & SmtpExtensions.StartTls) == SmtpExtensions.None)
            {
                return Lines(clear);
            }

            dialog.Say("STARTTLS|");
            dialog.TlsEstablished();
            return [.. Lines(clear).Union(Lines(dialog.Say("EHLO a|")))];
        }

        static List<string> Lines(string reply) => [.. reply.TrimEnd('|').Split('|').Skip(1).Select(line => line[4..].Split(' ')[0])];
    }
}
