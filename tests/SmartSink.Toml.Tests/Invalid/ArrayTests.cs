namespace SmartSink.Toml.Tests.Invalid;

public sealed class ArrayTests
{
    private const string InArray = "expected \",\" or \"]\" in the array that begins at line 1, found";

    [Theory]
    [InlineData("a = [", "1:6 expected a value, found the end of the file")]
    [InlineData("a = [1", "1:7 " + InArray + " the end of the file")]
    [InlineData("a = [1,", "1:8 expected a value, found the end of the file")]
    [InlineData("a = [\n1\n", "3:1 " + InArray + " the end of the file")]
    [InlineData("a = [,]", "1:6 expected a value, found \",\"")]
    [InlineData("a = [1,,2]", "1:8 expected a value, found \",\"")]
    [InlineData("a = [1 2]", "1:8 " + InArray + " \"2\"")]
    [InlineData("a = [1\n2]", "2:1 " + InArray + " \"2\"")]
    [InlineData("a = [1}", "1:7 " + InArray + " \"}\"")]
    [InlineData("a = [1]]", "1:8 expected the end of the line after the value, found \"]\"")]
    [InlineData("a = ['x'y]", "1:9 " + InArray + " \"y\"")]
    [InlineData("a = [[1 2], 3]\nb = 1\nb = 2", "1:9 " + InArray + " \"2\"\n3:1 key \"b\" is already defined at line 2")]
    [InlineData("a = [b = 1]", "1:6 \"b\" is not a value; text needs quotes")]
    [InlineData("a = [1, x, 08]", "1:9 \"x\" is not a value; text needs quotes")]
    [InlineData("a = [1 # ]", "1:11 " + InArray + " the end of the file")]
    public void An_array_has_commas_and_an_end(string text, string mistakes) => Documents.Mistakes(text).ShouldBe(mistakes);

    [Theory]
    [InlineData("a = {", "1:6 an inline table must be closed on the line where it begins")]
    [InlineData("a = {b = 1", "1:11 an inline table must be closed on the line where it begins")]
    [InlineData("a = {\nb = 1}", "1:6 an inline table must be closed on the line where it begins")]
    [InlineData("a = {b = 1\n}", "1:11 an inline table must be closed on the line where it begins")]
    [InlineData("a = {b = 1,\n  c = 2,\n}\nd = 1\nd = 2", "1:12 an inline table must be closed on the line where it begins\n5:1 key \"d\" is already defined at line 4")]
    [InlineData("a = {b = 1 # x\n}", "1:12 an inline table must be closed on the line where it begins")]
    [InlineData("a = {b = 1,}", "1:12 an inline table must not end with a comma")]
    [InlineData("a = {b = 1 , }", "1:14 an inline table must not end with a comma")]
    [InlineData("a = {,}", "1:6 expected a key, found \",\"")]
    [InlineData("a = {,b = 1}", "1:6 expected a key, found \",\"")]
    [InlineData("a = {b = 1,,c = 2}", "1:12 expected a key, found \",\"")]
    [InlineData("a = {b = 1 c = 2}", "1:12 expected \",\" or \"}\" in the inline table, found \"c\"")]
    [InlineData("a = {b = 1]", "1:11 expected \",\" or \"}\" in the inline table, found \"]\"")]
    [InlineData("a = {b}", "1:7 expected \"=\" after key \"b\", found \"}\"")]
    [InlineData("a = {b = }", "1:10 expected a value, found \"}\"")]
    [InlineData("a = {1, 2}", "1:7 expected \"=\" after key \"1\", found \",\"")]
    [InlineData("a = {b: 1}", "1:7 expected \"=\" after key \"b\", found \":\"")]
    [InlineData("a = {[b]}", "1:6 expected a key, found \"[\"")]
    [InlineData("a = {}}", "1:7 expected the end of the line after the value, found \"}\"")]
    [InlineData("a = {b =\n1}", "1:9 expected a value, found the end of the line")]
    public void An_inline_table_stays_on_one_line(string text, string mistakes) => Documents.Mistakes(text).ShouldBe(mistakes);
}
