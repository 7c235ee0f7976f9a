using System.Text;
using SmartSink.Policy.Toml;

namespace SmartSink.Policy.Tests.Toml;

public sealed class TomlReaderTests
{
    private const string Unread = "; the rest of the file was not read";

    [Theory]
    [InlineData("a = 1", "a@1:1=1:5")]
    [InlineData("\uFEFFa = 1", "a@1:1=1:5")]
    [InlineData("\uFEFF\uFEFFa = 1", "a@1:1=1:5")]
    [InlineData("\n\r\n  a\t=\t1", "a@3:3=3:7")]
    [InlineData("\"é😀\" = 'é' # x\nb = 1", "é😀@1:1=1:8 b@2:1=2:5")]
    [InlineData("a = ['😀', 'e\u0301', 1]", "a@1:1=1:5 [0]=1:6 [1]=1:11 [2]=1:17")]
    [InlineData("a = [\n  1,\n\n  [ 2 ] ]", "a@1:1=1:5 [0]=2:3 [1]=4:3 [0]=4:5")]
    [InlineData("a = {b = 1, c.d = 2}", "a@1:1=1:5 b@1:6=1:10 c@1:13=1:13 d@1:15=1:19")]
    [InlineData("a.b.c = 1\na.d = 2", "a@1:1=1:1 b@1:3=1:3 c@1:5=1:9 d@2:3=2:7")]
    [InlineData("\n[a.b]\nc = 1", "a@2:2=2:1 b@2:4=2:1 c@3:1=3:5")]
    [InlineData("[a.b]\n [a]\nc = 1", "a@1:2=2:2 b@1:4=1:1 c@3:1=3:5")]
    [InlineData("[a.b.c]\n[a]\nb.d = 1", "a@1:2=2:1 b@1:4=3:1 c@1:6=1:1 d@3:3=3:7")]
    [InlineData("[[a]]\nb = 1\n [[a]]\nb = 2", "a@1:3=1:1 [0]=1:1 b@2:1=2:5 [1]=3:2 b@4:1=4:5")]
    [InlineData("a = \"\"\"\nx\r\ny\\\n\n  \"\"\"\nb = 1", "a@1:1=1:5 b@6:1=6:5")]
    [InlineData("a = '''\n\n''' # x\nb = 1", "a@1:1=1:5 b@4:1=4:5")]
    [InlineData("a = [ '''\n''' , 1]", "a@1:1=1:5 [0]=1:7 [1]=2:7")]
    public void Every_key_and_value_knows_its_place(string text, string places)
    {
        var document = Read(text);

        document.Errors.ShouldBeEmpty();
        string.Join(' ', Places(document.Root)).ShouldBe(places);
    }

    [Fact]
    public void What_TOML_1_1_adds_is_read()
    {
        var document = Read("a = {\n  b = \"\\x41\\e\", # x\n}\nt = 07:32");

        document.Errors.ShouldBeEmpty();
        document.Root.TryGetValue("a", out var table).ShouldBeTrue();
        ((TomlTable)table).Entries[0].Value.ShouldBeOfType<TomlScalar<string>>().Value.ShouldBe("A\u001B");
    }

    [Theory]
    [InlineData("a = 1\na = 2", "2:1 key \"a\" is already defined at line 1")]
    [InlineData("a = 1\na = 1\na = 1", "2:1 key \"a\" is already defined at line 1\n3:1 key \"a\" is already defined at line 1")]
    [InlineData("a = 1\n\"a\" = 2", "2:1 key \"a\" is already defined at line 1")]
    [InlineData("\"a\\u0062\" = 1\nab = 2", "2:1 key \"ab\" is already defined at line 1")]
    [InlineData("[t]\nbounce = 1\ndefer = 2\nbounce = 3", "4:1 key \"bounce\" is already defined at line 2")]
    [InlineData("a.b = 1\na.b = 2", "2:3 key a.b is already defined at line 1")]
    [InlineData("a = 1\na.b = 2", "2:1 key \"a\" is already defined at line 1 as an integer")]
    [InlineData("a = 'x'\na.b = 2", "2:1 key \"a\" is already defined at line 1 as a string")]
    [InlineData("a = 1.5\na.b.c = 2", "2:1 key \"a\" is already defined at line 1 as a float")]
    [InlineData("a.b = true\na.b.c = 2", "2:3 key a.b is already defined at line 1 as a boolean")]
    [InlineData("a = 1979-05-27\na.b = 2", "2:1 key \"a\" is already defined at line 1 as a date")]
    [InlineData("a = 07:32:00\na.b = 2", "2:1 key \"a\" is already defined at line 1 as a time")]
    [InlineData("a = 1979-05-27T07:32:00\na.b = 2", "2:1 key \"a\" is already defined at line 1 as a date-time")]
    [InlineData("a = 1979-05-27T07:32:00Z\na.b = 2", "2:1 key \"a\" is already defined at line 1 as a date-time")]
    [InlineData("a.b = 1\na = 2", "2:1 table \"a\" is already defined by a dotted key at line 1")]
    [InlineData("a = {}\na = 2", "2:1 key \"a\" is already defined at line 1 as an inline table")]
    [InlineData("a = {}\na.b = 2", "2:1 inline table \"a\" at line 1 is complete; nothing can be added to it")]
    [InlineData("a = {b = {}}\na.b.c = 2", "2:1 inline table \"a\" at line 1 is complete; nothing can be added to it")]
    [InlineData("a.b = {}\na.b.c = 2", "2:3 inline table a.b at line 1 is complete; nothing can be added to it")]
    [InlineData("a = {b = 1, b = 2}", "1:13 key \"b\" is already defined at line 1")]
    [InlineData("a = {b.c = 1, b.c = 2}", "1:17 key b.c is already defined at line 1")]
    [InlineData("a = {b = {}, b.c = 2}", "1:14 inline table \"b\" at line 1 is complete; nothing can be added to it")]
    [InlineData("a = []\na = 1", "2:1 key \"a\" is already defined at line 1 as an array")]
    [InlineData("a = [{}]\na.b = 1", "2:1 array \"a\" at line 1 is complete; nothing can be added to it")]
    [InlineData("[a.b]\n[a]\nb = 1", "3:1 table \"b\" is already defined at line 1")]
    [InlineData("[a.b]\n[a]\nb.c = 1", "3:1 table \"b\" is defined at line 1; dotted keys cannot add to it")]
    [InlineData("[[a.b]]\n[a]\nb.c = 1", "3:1 array of tables \"b\" is defined at line 1; dotted keys cannot add to it")]
    public void A_key_is_defined_once(string text, string mistakes) => Mistakes(text).ShouldBe(mistakes);

    [Theory]
    [InlineData("[a]\n[a]", "2:2 table \"a\" is already defined at line 1")]
    [InlineData("[domain.\"x.y\"]\n[b]\n[domain.\"x.y\"]", "3:9 table domain.\"x.y\" is already defined at line 1")]
    [InlineData("[a.b]\n[a]\n[a]", "3:2 table \"a\" is already defined at line 2")]
    [InlineData("[a]\nb = 1\n[a.b]", "3:4 key a.b is already defined at line 2")]
    [InlineData("[a]\nb = 1\n[a.b.c]", "3:4 key a.b is already defined at line 2 as an integer")]
    [InlineData("a = 1\n[a]", "2:2 key \"a\" is already defined at line 1")]
    [InlineData("a = 1979-05-27\n[a]", "2:2 key \"a\" is already defined at line 1 as a date")]
    [InlineData("a = 1\n[a.b]", "2:2 key \"a\" is already defined at line 1 as an integer")]
    [InlineData("a.b = 1\n[a]", "2:2 table \"a\" is already defined by a dotted key at line 1")]
    [InlineData("[t]\na.b.c = 1\n[t.a.b]", "3:6 table t.a.b is already defined by a dotted key at line 2")]
    [InlineData("[a.b]\n[a]\nb = 1\n[a.b]", "3:1 table \"b\" is already defined at line 1\n4:4 table a.b is already defined at line 1")]
    [InlineData("[a.b.c]\n[a]\nb.d = 1\n[a.b]", "4:4 table a.b is already defined by a dotted key at line 3")]
    [InlineData("a = {}\n[a]", "2:2 key \"a\" is already defined at line 1 as an inline table")]
    [InlineData("a = {}\n[a.b]", "2:2 inline table \"a\" at line 1 is complete; nothing can be added to it")]
    [InlineData("a.b = {c.d = 1}\n[a.b.c]", "2:4 inline table a.b at line 1 is complete; nothing can be added to it")]
    [InlineData("a = []\n[a]", "2:2 key \"a\" is already defined at line 1 as an array")]
    [InlineData("a = [{}]\n[a.b]", "2:2 array \"a\" at line 1 is complete; nothing can be added to it")]
    [InlineData("[[a]]\n[a]", "2:2 key \"a\" is already defined at line 1 as an array of tables")]
    [InlineData("[[a]]\n[a.b]\n[a.b]", "3:4 table a.b is already defined at line 2")]
    [InlineData("[[a]]\nb = {}\n[a.b]", "3:4 key a.b is already defined at line 2 as an inline table")]
    [InlineData("[a]\n[[a]]", "2:3 table \"a\" is already defined at line 1")]
    [InlineData("[a.b]\n[[a]]", "2:3 key \"a\" is already defined at line 1 as a table")]
    [InlineData("a.b = 1\n[[a]]", "2:3 table \"a\" is already defined by a dotted key at line 1")]
    [InlineData("a = 1\n[[a]]", "2:3 key \"a\" is already defined at line 1")]
    [InlineData("a = {}\n[[a]]", "2:3 key \"a\" is already defined at line 1 as an inline table")]
    [InlineData("a = []\n[[a]]", "2:3 key \"a\" is already defined at line 1 as an array")]
    [InlineData("a = [{}]\n[[a]]", "2:3 key \"a\" is already defined at line 1 as an array")]
    [InlineData("a = [{}]\n[[a.b]]", "2:3 array \"a\" at line 1 is complete; nothing can be added to it")]
    [InlineData("a = {}\n[[a.b]]", "2:3 inline table \"a\" at line 1 is complete; nothing can be added to it")]
    [InlineData("[[a]]\n[a.b]\n[[a.b]]", "3:5 table a.b is already defined at line 2")]
    [InlineData("[[a]]\n[[a.b]]\n[a.b]", "3:4 key a.b is already defined at line 2 as an array of tables")]
    [InlineData("[[a]]\nb = [1]\n[[a.b]]", "3:5 key a.b is already defined at line 2 as an array")]
    [InlineData("[a]\nx = 1\n[a]\nx = 2\ny = 3\n[b]\nx = 1", "3:2 table \"a\" is already defined at line 1")]
    public void A_table_is_defined_once_and_only_double_brackets_add_to_an_array(string text, string mistakes) => Mistakes(text).ShouldBe(mistakes);

    [Theory]
    [InlineData("a = \nb = 1\nb = 2", "1:5 expected a value, found the end of the line\n3:1 key \"b\" is already defined at line 2")]
    [InlineData("[a] x\nb = 1\nb = 2", "1:5 expected the end of the line, found \"x\"\n3:1 key \"b\" is already defined at line 2")]
    [InlineData("a = 1\na = = 2\nb = yes\na = 3", "2:1 key \"a\" is already defined at line 1\n2:5 \"=\" is not a value; text needs quotes\n3:5 \"yes\" is not a value; text needs quotes\n4:1 key \"a\" is already defined at line 1")]
    [InlineData("a = [1, 2\nb = 3\n[c]\nd = 4\nd = 5", "2:1 expected \",\" or \"]\" in the array, found \"b\"\n5:1 key \"d\" is already defined at line 4")]
    [InlineData("key\nbounce: 10\nk 3 = 4\nlast", "1:4 expected \"=\" after the key, found the end of the line\n2:7 expected \"=\" after the key, found \":\"\n3:3 expected \"=\" after the key, found \"3\"\n4:5 expected \"=\" after the key, found the end of the file")]
    [InlineData("[a\nx = 1\n[b]\nx = 1\nx = 2", "1:3 expected \"]\" to close the table header, found the end of the line\n5:1 key \"x\" is already defined at line 4")]
    [InlineData("[[a]\nb = 1", "1:4 expected \"]]\" to close the table header, found \"]\"")]
    [InlineData("[yahoo.com/x]\n[*]", "1:11 expected \"]\" to close the table header, found \"/\"\n2:2 expected a key, found \"*\"")]
    [InlineData("a = [1 2]", "1:8 expected \",\" or \"]\" in the array")]
    [InlineData("a = {b = 1 c = 2}", "1:12 expected a key or \"}\" in the inline table, found \"c\"")]
    [InlineData("a = 5 percent\nb = 1 c = 2", "1:7 expected the end of the line, found \"percent\"\n2:7 expected the end of the line, found \"c\"")]
    [InlineData("a = 😀\nb = ", "1:5 \"😀\" is not a value; text needs quotes\n2:5 expected a value, found the end of the file")]
    [InlineData("a = \"C:\\data\"\nb = 1\rc = 2", "1:8 \"\\d\" is not an escape sequence; a backslash itself is written \"\\\\\"\n2:6 a carriage return must be followed by a line feed")]
    public void Syntax_errors_and_duplicates_are_told_at_once_each_line_once(string text, string mistakes) => Mistakes(text).ShouldBe(mistakes);

    [Theory]
    [InlineData("a = 1\na = 2\nb = \"abc\nc = = 3\nc = \"d\"", "2:1 key \"a\" is already defined at line 1\n3:5 the string is not closed on its line" + Unread)]
    [InlineData("a = 'x\nb = 1", "1:5 the string is not closed on its line" + Unread)]
    [InlineData("a = [1, \"x]\nb = 1", "1:9 the string is not closed on its line" + Unread)]
    [InlineData("a = \"\"\"x\n\ny\"\"", "1:5 the multi-line string is never closed" + Unread)]
    [InlineData("a = '''x''\nb = 1\nb = 2", "1:5 the multi-line string is never closed" + Unread)]
    [InlineData("\"a\nb\" = 1", "1:1 the string is not closed on its line" + Unread)]
    [InlineData("a = don't\nb = 1", "1:5 \"don\" is not a value; text needs quotes\n1:10 the string is not closed on its line" + Unread)]
    public void An_unclosed_quote_ends_the_reading(string text, string mistakes) => Mistakes(text).ShouldBe(mistakes);

    [Fact]
    public void Broken_UTF_8_is_told_by_line_and_column_among_the_other_mistakes() =>
        Mistakes([.. "a = = 8\n# "u8, 0xE9, (byte)' ', 0xE9, .. "\nb = 'é"u8, 0xE2, 0x82, .. "'\na = 1\nb = 1\nb = 2\na = 2"u8])
            .ShouldBe("""
                1:5 "=" is not a value; text needs quotes
                2:3 the text is not UTF-8: 0xE9
                3:7 the text is not UTF-8: 0xE282
                5:1 key "b" is already defined at line 3
                6:1 key "b" is already defined at line 3
                7:1 key "a" is already defined at line 4
                """);

    [Fact]
    public void UTF_16_is_told_once_for_the_whole_file()
    {
        foreach (var encoding in (Encoding[])[Encoding.Unicode, Encoding.BigEndianUnicode])
        {
            Mistakes([.. encoding.Preamble, .. encoding.GetBytes("a = 1\nb = 2\n")]).ShouldBe("1:1 the file is UTF-16; save it as UTF-8");
        }
    }

    [Fact]
    public void A_NUL_is_named() => Mistakes("a = 1\n\0\0\0").ShouldBe("2:1 expected a key, found a NUL character");

    [Theory]
    [InlineData(255, true)]
    [InlineData(257, false)]
    [InlineData(100_000, false)]
    public void Nesting_has_an_end(int depth, bool isValid)
    {
        string[] texts =
        [
            "a = " + new string('[', depth) + new string(']', depth),
            string.Concat(Enumerable.Repeat("a = {", depth)) + new string('}', depth),
            string.Join('.', Enumerable.Repeat("a", depth)) + " = 1",
            $"[{string.Join('.', Enumerable.Repeat("a", depth))}]",
        ];
        foreach (var text in texts)
        {
            Read(text).Errors.Select(error => error.Message).ShouldBe(isValid ? [] : ["tables and arrays are nested more than 256 levels deep"], text[..20]);
        }
    }

    [Fact]
    public void Nesting_that_is_too_deep_is_told_with_its_place() =>
        Mistakes("[[x]]\ny = ']'\na = " + new string('[', 300)).ShouldBe("3:260 tables and arrays are nested more than 256 levels deep");

    [Fact]
    public void Among_very_many_keys_of_one_table_only_true_duplicates_are_found()
    {
        var keys = string.Concat(Enumerable.Range(0, 20_000).Select(i => $"\"mail{i}.example\" = 1\n"));

        Read(keys).Errors.ShouldBeEmpty();
        Mistakes(keys + "\"mail17.example\" = 2\n\"mail19999.example\" = 2").ShouldBe("20001:1 key \"mail17.example\" is already defined at line 18\n20002:1 key \"mail19999.example\" is already defined at line 20000");
    }

    private static TomlDocument Read(string text) => TomlReader.Read(Encoding.UTF8.GetBytes(text));

    private static string Mistakes(string text) => Mistakes(Encoding.UTF8.GetBytes(text));

    private static string Mistakes(byte[] utf8) => string.Join('\n', TomlReader.Read(utf8).Errors
        .OrderBy(error => error.Position.Line).ThenBy(error => error.Position.Column)
        .Select(error => $"{error.Position.Line}:{error.Position.Column} {error.Message}"));

    private static IEnumerable<string> Places(TomlValue value) => value switch
    {
        TomlTable table => table.Entries.SelectMany(entry => Places(entry.Value).Prepend(
            $"{entry.Key}@{entry.KeyPosition.Line}:{entry.KeyPosition.Column}={entry.Value.Position.Line}:{entry.Value.Position.Column}")),
        TomlArray array => array.Items.SelectMany((element, i) => Places(element).Prepend(
            $"[{i}]={element.Position.Line}:{element.Position.Column}")),
        _ => [],
    };
}
