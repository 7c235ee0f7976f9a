using System.Text;

namespace SmartSink.Toml.Tests.Invalid;

public sealed class CharacterTests
{
    private static readonly char[] Forbidden = [.. Enumerable.Range(0, 32).Append(0x7F).Select(value => (char)value).Except(['\t', '\n', '\r'])];

    public static TheoryData<char> ControlCharacters { get; } = [.. Forbidden];

    [Theory]
    [MemberData(nameof(ControlCharacters))]
    public void A_control_character_stands_in_no_string_and_no_comment(char control)
    {
        var name = $"control character U+{(int)control:X4} is not allowed";
        Documents.Mistakes($"a = \"é{control}\"").ShouldBe($"1:7 {name} in a string");
        Documents.Mistakes($"a = '{control}'").ShouldBe($"1:6 {name} in a string");
        Documents.Mistakes($"a = \"\"\"\n {control}\"\"\"").ShouldBe($"2:2 {name} in a string");
        Documents.Mistakes($"a = '''\n {control}'''").ShouldBe($"2:2 {name} in a string");
        Documents.Mistakes($"# {control}").ShouldBe($"1:3 {name} in a comment");
        Documents.Mistakes($"a = 1 # {control}").ShouldBe($"1:9 {name} in a comment");
        Documents.Mistakes($"[a] # {control}").ShouldBe($"1:7 {name} in a comment");
        Documents.Mistakes($"a = [ # {control}\n]").ShouldBe($"1:9 {name} in a comment");
        Documents.Mistakes($"{control}a = 1").ShouldBe($"1:1 expected a key, found U+{(int)control:X4}");
        Documents.Mistakes($"a{control} = 1").ShouldBe($"1:2 expected \"=\" after key \"a\", found U+{(int)control:X4}");
    }

    [Theory]
    [InlineData("\r", "1:1")]
    [InlineData("a = 1\r", "1:6")]
    [InlineData("a = 1\rb = 2", "1:6")]
    [InlineData("a = 1 \r\r\n", "1:7")]
    [InlineData("a =\r1", "1:4")]
    [InlineData("a\r= 1", null)]
    [InlineData("# x\r y", "1:4")]
    [InlineData("# x\r", "1:4")]
    [InlineData("[a]\r", "1:4")]
    [InlineData("a = [\r]", "1:6")]
    [InlineData("a = [1\r]", "1:7")]
    [InlineData("a = [1,\r2]", "1:8")]
    [InlineData("a = {b = 1\r}", "1:11")]
    [InlineData("a = \"x\ry\"", "1:7")]
    [InlineData("a = 'x\ry'", "1:7")]
    [InlineData("a = \"\"\"x\ry\"\"\"", "1:9")]
    [InlineData("a = '''x\ry'''", "1:9")]
    [InlineData("a = '''\r'''", "1:8")]
    [InlineData("a = '''x\r\r\n'''", "1:9")]
    public void A_carriage_return_ends_no_line(string text, string? place)
        => Documents.Mistakes(text).ShouldBe(place is null
            ? "1:2 expected \"=\" after key \"a\", found U+000D"
            : $"{place} a carriage return must be followed by a line feed");

    [Theory]
    [InlineData("C3", "0xC3")]
    [InlineData("C328", "0xC3")]
    [InlineData("A9", "0xA9")]
    [InlineData("FF", "0xFF")]
    [InlineData("FE", "0xFE")]
    [InlineData("C080", "0xC0")]
    [InlineData("C1BF", "0xC1")]
    [InlineData("E0809F", "0xE0")]
    [InlineData("F08080AF", "0xF0")]
    [InlineData("EDA080", "0xED")]
    [InlineData("EDBFBF", "0xED")]
    [InlineData("F4908080", "0xF4")]
    [InlineData("F888808080", "0xF8")]
    [InlineData("E282", "0xE282")]
    [InlineData("F09F98", "0xF09F98")]
    public void Broken_UTF_8_is_found_wherever_it_stands(string hexadecimal, string shown)
    {
        var broken = Convert.FromHexString(hexadecimal);
        foreach (var (before, after, place) in new[]
        {
            ("a = 1\nb = \"é", "\"\nc = 1", "2:7"),
            ("a = '", "'", "1:6"),
            ("a = '''\n", "'''", "2:1"),
            ("# é ", "", "1:5"),
            ("", " = 1", "1:1"),
            ("[a", "]", "1:3"),
            ("a = ", "\nb = 1", "1:5"),
        })
        {
            Documents.Mistakes([.. Encoding.UTF8.GetBytes(before), .. broken, .. Encoding.UTF8.GetBytes(after)])
                .ShouldBe($"{place} the text is not UTF-8: {shown}");
        }
    }

    [Fact]
    public void The_first_broken_place_of_each_line_is_told_among_the_other_mistakes()
        => Documents.Mistakes([.. "a = 08\n# "u8, 0xE9, (byte)' ', 0xE9, .. "\nb = '"u8, 0xE9, .. "'\na = 1\nb = 1\nb = 2"u8])
            .ShouldBe("""
                1:5 "08" is not an integer: leading zeros are not allowed
                2:3 the text is not UTF-8: 0xE9
                3:6 the text is not UTF-8: 0xE9
                5:1 key "b" is already defined at line 3
                6:1 key "b" is already defined at line 3
                """);

    [Theory]
    [InlineData("\uFEFF\uFEFFa = 1", "1:1 U+FEFF is not allowed in a key without quotes")]
    [InlineData("a = 1\n\uFEFFb = 1", "2:1 U+FEFF is not allowed in a key without quotes")]
    [InlineData("\u00A0a = 1", "1:1 U+00A0 is not allowed in a key without quotes")]
    [InlineData("a\u00A0= 1", "1:2 U+00A0 is not allowed in a key without quotes")]
    [InlineData("a =\u00A01", "1:4 \"\u00A01\" is not a value; text needs quotes")]
    [InlineData("a = 1\u2028", "1:5 \"1\u2028\" is not an integer: U+2028 is not allowed there")]
    [InlineData("\va = 1", "1:1 expected a key, found U+000B")]
    public void Only_space_and_tab_are_blank(string text, string mistakes) => Documents.Mistakes(text).ShouldBe(mistakes);

    [Fact]
    public void UTF_16_is_not_taken_for_text()
        => Documents.Mistakes(Encoding.Unicode.GetPreamble()).ShouldBe("1:1 the text is not UTF-8: 0xFF");
}
