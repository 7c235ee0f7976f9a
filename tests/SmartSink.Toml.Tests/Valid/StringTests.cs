namespace SmartSink.Toml.Tests.Valid;

public sealed class StringTests
{
    [Theory]
    [InlineData("""a = "" """, """{a: ""}""")]
    [InlineData("""a = "x" """, """{a: "x"}""")]
    [InlineData("a = \"x\ty\"", """{a: "x\ty"}""")]
    [InlineData("""a = "#[]{}=,.'" """, """{a: "#[]{}=,.'"}""")]
    [InlineData("""a = "\b\t\n\f\r\"\\" """, """{a: "\b\t\n\f\r\"\\"}""")]
    [InlineData("""a = "\u0041\u00e9\u00E9\u20AC" """, """{a: "Aéé€"}""")]
    [InlineData("""a = "\U00000041\U0001F600" """, """{a: "A\uD83D\uDE00"}""")]
    [InlineData("""a = "\u0000\u001f\u007F" """, "{a: \"\\u0000\\u001F\\u007F\"}")]
    [InlineData("""a = "\uD7FF\uE000" """, """{a: "\uD7FF\uE000"}""")]
    [InlineData("""a = "\U0010FFFF" """, """{a: "\uDBFF\uDFFF"}""")]
    [InlineData("""a = "é€😀" """, """{a: "é€\uD83D\uDE00"}""")]
    [InlineData("""a = "\\u0041" """, """{a: "\\u0041"}""")]
    [InlineData("""a = "x" # "y" """, """{a: "x"}""")]
    public void A_basic_string_keeps_its_text_and_resolves_escapes(string text, string meaning)
        => Documents.Meaning(text).ShouldBe(meaning);

    [Theory]
    [InlineData("a = ''", """{a: ""}""")]
    [InlineData("""a = 'C:\new\u0041"' """, """{a: "C:\\new\\u0041\""}""")]
    [InlineData("a = '\t# é'", """{a: "\t# é"}""")]
    public void A_literal_string_keeps_everything(string text, string meaning)
        => Documents.Meaning(text).ShouldBe(meaning);

    [Theory]
    [InlineData("a = \"\"\"\"\"\"", """{a: ""}""")]
    [InlineData("a = \"\"\"x\"\"\"", """{a: "x"}""")]
    [InlineData("a = \"\"\"\nx\ny\n\"\"\"", """{a: "x\ny\n"}""")]
    [InlineData("a = \"\"\"\n\nx\"\"\"", """{a: "\nx"}""")]
    [InlineData("a = \"\"\"\r\nx\r\ny\"\"\"", """{a: "x\r\ny"}""")]
    [InlineData("a = \"\"\" \nx\"\"\"", """{a: " \nx"}""")]
    [InlineData("a = \"\"\"x \\\n   \n\t y\"\"\"", """{a: "x y"}""")]
    [InlineData("a = \"\"\"x\\  \t\r\n\r\n  y\"\"\"", """{a: "xy"}""")]
    [InlineData("a = \"\"\"\\\n  x\\\n  \"\"\"", """{a: "x"}""")]
    [InlineData("a = \"\"\"x\\\\\ny\"\"\"", """{a: "x\\\ny"}""")]
    [InlineData("a = \"\"\"\\\"\\\"\\\"\\u0041\\n\"\"\"", """{a: "\"\"\"A\n"}""")]
    [InlineData("a = \"\"\"x\"y\"\"z\"\"\"", """{a: "x\"y\"\"z"}""")]
    [InlineData("a = \"\"\"\"x\"\"\"\"", """{a: "\"x\""}""")]
    [InlineData("a = \"\"\"\"\"x\"\"\"\"\"", """{a: "\"\"x\"\""}""")]
    [InlineData("a = \"\"\"\"\"\"\"\"", """{a: "\"\""}""")]
    [InlineData("a = \"\"\"x\"\"\\\"\"\"\"", """{a: "x\"\"\""}""")]
    [InlineData("a = \"\"\"'''\"\"\"", """{a: "'''"}""")]
    [InlineData("a = \"\"\"# [x]\ny = 1\"\"\"", """{a: "# [x]\ny = 1"}""")]
    public void A_multi_line_basic_string_drops_only_what_the_format_says(string text, string meaning)
        => Documents.Meaning(text).ShouldBe(meaning);

    [Theory]
    [InlineData("a = ''''''", """{a: ""}""")]
    [InlineData("a = '''\nx\\\n  y'''", """{a: "x\\\n  y"}""")]
    [InlineData("a = '''\r\nx\r\n'''", """{a: "x\r\n"}""")]
    [InlineData("a = '''\tx''y'z'''", """{a: "\tx''y'z"}""")]
    [InlineData("a = ''''x''''", """{a: "'x'"}""")]
    [InlineData("a = '''''x'''''", """{a: "''x''"}""")]
    [InlineData("a = '''\"\"\"\\\"'''", """{a: "\"\"\"\\\""}""")]
    public void A_multi_line_literal_string_drops_only_its_first_line_end(string text, string meaning)
        => Documents.Meaning(text).ShouldBe(meaning);
}
