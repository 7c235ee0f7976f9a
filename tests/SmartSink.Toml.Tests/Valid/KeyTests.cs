namespace SmartSink.Toml.Tests.Valid;

public sealed class KeyTests
{
    [Theory]
    [InlineData("a=1", "{a: 1}")]
    [InlineData("\t a \t=\t 1 \t", "{a: 1}")]
    [InlineData("A-z_09 = 1", "{A-z_09: 1}")]
    [InlineData("1234 = 1", "{1234: 1}")]
    [InlineData("- = 1\n_ = 2", "{-: 1, _: 2}")]
    [InlineData("true = 1\ninf = 2\n1e5 = 3\n0x1 = 4", "{true: 1, inf: 2, 1e5: 3, 0x1: 4}")]
    [InlineData("a = 1\nA = 2", "{a: 1, A: 2}")]
    [InlineData("abc = 1\naxc = 2\n[abc-]\nabc = 3\naxc = 4", "{abc: 1, axc: 2, abc-: {abc: 3, axc: 4}}")]
    [InlineData("\"\" = 1", "{\"\": 1}")]
    [InlineData("'' = 1", "{\"\": 1}")]
    [InlineData("\"yahoo.com\" = 1", "{\"yahoo.com\": 1}")]
    [InlineData("'*.example.com' = 1", "{\"*.example.com\": 1}")]
    [InlineData("\"\\u00e9\\n\" = 1", "{\"é\\n\": 1}")]
    [InlineData("'\\n' = 1", "{\"\\\\n\": 1}")]
    [InlineData("\"é\" = 1", "{\"é\": 1}")]
    [InlineData("\"a#b\" = 1 # \"c\" = 2", "{\"a#b\": 1}")]
    [InlineData("\"é\" = 1\n\"e\\u0301\" = 2", "{\"é\": 1, \"e\u0301\": 2}")]
    public void A_key_is_bare_or_quoted(string text, string meaning) => Documents.Meaning(text).ShouldBe(meaning);

    [Theory]
    [InlineData("a.b = 1", "{a: {b: 1}}")]
    [InlineData("a . b\t.\tc = 1", "{a: {b: {c: 1}}}")]
    [InlineData("a.\"b.c\".'d' = 1", "{a: {\"b.c\": {d: 1}}}")]
    [InlineData("3.14 = 1", "{3: {14: 1}}")]
    [InlineData("''.\"\" = 1", "{\"\": {\"\": 1}}")]
    [InlineData("a.b = 1\na.c = 2", "{a: {b: 1, c: 2}}")]
    [InlineData("a.b = 1\nd = 2\na.c.e = 3\na.c.f = 4", "{a: {b: 1, c: {e: 3, f: 4}}, d: 2}")]
    [InlineData("\"a\".b = 1\n'a'.c = 2", "{a: {b: 1, c: 2}}")]
    [InlineData("[t]\na.b = 1\na.c = 2", "{t: {a: {b: 1, c: 2}}}")]
    [InlineData("a.b = {c = 1}\na.d = []", "{a: {b: {c: 1}, d: []}}")]
    public void A_dotted_key_makes_the_tables_on_its_way(string text, string meaning) => Documents.Meaning(text).ShouldBe(meaning);
}
