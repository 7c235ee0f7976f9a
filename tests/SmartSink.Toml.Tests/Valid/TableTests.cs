namespace SmartSink.Toml.Tests.Valid;

public sealed class TableTests
{
    [Theory]
    [InlineData("", "{}")]
    [InlineData("\uFEFF", "{}")]
    [InlineData("\uFEFFa = 1", "{a: 1}")]
    [InlineData("# only a comment", "{}")]
    [InlineData("# a comment with \té😀\r\n\n \t\r\n", "{}")]
    [InlineData("#\n#", "{}")]
    [InlineData("[a]", "{a: {}}")]
    [InlineData("\t[ a . \"b\" ]\t# x\nc = 1", "{a: {b: {c: 1}}}")]
    [InlineData("[a]\nb = 1\n[c]\nb = 2", "{a: {b: 1}, c: {b: 2}}")]
    [InlineData("[domain.\"yahoo.com\"]\nbounce = 5", "{domain: {\"yahoo.com\": {bounce: 5}}}")]
    [InlineData("[a.b.c]", "{a: {b: {c: {}}}}")]
    [InlineData("[a.b]\nx = 1\n[a]\ny = 2", "{a: {b: {x: 1}, y: 2}}")]
    [InlineData("[a.b]\n[a.c]\n[a]", "{a: {b: {}, c: {}}}")]
    [InlineData("[a]\n[b]\n[a.c]", "{a: {c: {}}, b: {}}")]
    [InlineData("[a]\nb.c = 1\n[a.b.d]\nx = 1", "{a: {b: {c: 1, d: {x: 1}}}}")]
    [InlineData("[a.b.c]\nx = 1\n[a]\nb.d = 2", "{a: {b: {c: {x: 1}, d: 2}}}")]
    [InlineData("['']\n[\"\".'']", "{\"\": {\"\": {}}}")]
    [InlineData("x = 1\n[x-y]\nx = 2", "{x: 1, x-y: {x: 2}}")]
    [InlineData("[a]\r\nb = 1\r\n\r\n[c]\r\n", "{a: {b: 1}, c: {}}")]
    public void Headers_open_tables(string text, string meaning) => Documents.Meaning(text).ShouldBe(meaning);

    [Theory]
    [InlineData("[[a]]", "{a: [{}]}")]
    [InlineData("[[ a ]] # x\nb = 1\n[[a]]\n[[a]]\nb = 2", "{a: [{b: 1}, {}, {b: 2}]}")]
    [InlineData("[[bounce.\"*\"]]\ncode = 550\n[[bounce.\"*\"]]\ncode = 554", "{bounce: {\"*\": [{code: 550}, {code: 554}]}}")]
    [InlineData("[[a]]\n[a.b]\nx = 1\n[[a]]\n[a.b]\nx = 2", "{a: [{b: {x: 1}}, {b: {x: 2}}]}")]
    [InlineData("[[a]]\n[[a.b]]\n[[a.b]]\n[[a]]\n[[a.b]]", "{a: [{b: [{}, {}]}, {b: [{}]}]}")]
    [InlineData("[[a.b]]\n[a]\nc = 1", "{a: {b: [{}], c: 1}}")]
    [InlineData("[[a]]\nb.c = 1\n[[a]]\nb.c = 2", "{a: [{b: {c: 1}}, {b: {c: 2}}]}")]
    [InlineData("[[a]]\n[a.b.c]\n[a.b]\nx = 1", "{a: [{b: {c: {}, x: 1}}]}")]
    [InlineData("[a]\n[[a.b]]\n[c]\n[[a.b]]", "{a: {b: [{}, {}]}, c: {}}")]
    public void Double_brackets_add_to_an_array_of_tables(string text, string meaning) => Documents.Meaning(text).ShouldBe(meaning);
}
