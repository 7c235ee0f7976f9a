using System.Text;

namespace SmartSink.Toml.Tests.Valid;

public sealed class LimitTests
{
    private const int Deepest = 256;
    private const string TooDeep = "tables and arrays are nested more than 256 levels deep";

    public static TheoryData<string, int> Nestings { get; } = new()
    {
        { "array", 5 + Deepest },
        { "inline", 1 + (3 * Deepest) },
        { "header", 2 + (2 * Deepest) },
        { "dotted", 1 + (2 * Deepest) },
    };

    [Theory]
    [MemberData(nameof(Nestings))]
    public void Nesting_has_a_limit(string form, int column)
    {
        Documents.Read(Nested(form, Deepest - 1)).IsValid.ShouldBeTrue();
        Documents.Mistakes(Nested(form, Deepest + 1)).ShouldBe($"1:{column} {TooDeep}");
    }

    [Theory]
    [InlineData("array")]
    [InlineData("inline")]
    [InlineData("header")]
    [InlineData("dotted")]
    public void Nesting_without_end_is_one_mistake(string form)
        => Documents.Mistakes(Nested(form, 1_000_000)).ShouldEndWith(TooDeep);

    [Theory]
    [InlineData('[')]
    [InlineData('{')]
    [InlineData('"')]
    [InlineData('\'')]
    [InlineData('a')]
    [InlineData('.')]
    [InlineData('\\')]
    [InlineData('\n')]
    [InlineData('\r')]
    [InlineData('\0')]
    public void A_million_of_one_character_are_read_to_the_end(char character)
    {
        foreach (var before in new[] { "", "a = ", "a = [", "a = \"\"\"", "[" })
        {
            var document = Documents.Read(before + new string(character, 1_000_000));

            document.IsValid.ShouldBe(before is "" && character == '\n');
        }
    }

    [Theory]
    [InlineData("a = [\\\"\"\"\n")]
    [InlineData("a = \"\"\"\\\"\"\"\n")]
    [InlineData("a = ['''\n")]
    [InlineData("a = {b = [\n")]
    [InlineData("a = [x\n")]
    [InlineData("[a\n")]
    [InlineData("\"\\\n")]
    public void A_mistake_on_each_of_many_lines_is_read_to_the_end(string line)
        => Documents.Read(string.Concat(Enumerable.Repeat(line, 100_000))).IsValid.ShouldBeFalse();

    [Fact]
    public void A_hundred_thousand_domains_are_all_there()
    {
        var text = new StringBuilder();
        for (var i = 0; i < 100_000; i++)
        {
            text.Append($"[domain.\"host{i}.example\"]\nbounce = {i % 100}\n");
        }

        var root = Documents.Read(text.ToString()).GetRootOrThrow();

        root.TryGetValue("domain", out var domains).ShouldBeTrue();
        var table = domains.ShouldBeOfType<TomlTable>();
        table.Count.ShouldBe(100_000);
        table.TryGetValue("host77777.example", out var domain).ShouldBeTrue();
        domain.ShouldBeOfType<TomlTable>().TryGetValue("bounce", out var bounce).ShouldBeTrue();
        bounce.ShouldBeOfType<TomlInteger>().Value.ShouldBe(77);
        table.TryGetValue("host100000.example", out _).ShouldBeFalse();
    }

    private static string Nested(string form, int levels) => form switch
    {
        "array" => "a = " + new string('[', levels) + new string(']', levels),
        "inline" => "a" + string.Concat(Enumerable.Repeat("={a", levels)) + "=1" + new string('}', levels),
        "header" => "[a" + string.Concat(Enumerable.Repeat(".a", levels)) + "]",
        _ => "a" + string.Concat(Enumerable.Repeat(".a", levels)) + " = 1",
    };
}
