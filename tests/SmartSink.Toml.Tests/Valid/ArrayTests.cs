namespace SmartSink.Toml.Tests.Valid;

public sealed class ArrayTests
{
    [Theory]
    [InlineData("a = []", "{a: []}")]
    [InlineData("a = [ ]", "{a: []}")]
    [InlineData("a = [\n]", "{a: []}")]
    [InlineData("a = [ # x\n # y\n]", "{a: []}")]
    [InlineData("a = [1]", "{a: [1]}")]
    [InlineData("a = [1,]", "{a: [1]}")]
    [InlineData("a = [1,2 , 3]", "{a: [1, 2, 3]}")]
    [InlineData("a = [\n  1, # one\r\n  2 # two\n  , 3,\n  # end\n]", "{a: [1, 2, 3]}")]
    [InlineData("a = [1, 1.0, 'x', true, [2], {b = 3}, 1979-05-27]", "{a: [1, 1f, \"x\", true, [2], {b: 3}, @1979-05-27]}")]
    [InlineData("a = [[], [[]], [1, [2, [3]]]]", "{a: [[], [[]], [1, [2, [3]]]]}")]
    [InlineData("a = [ ',', \"]\", '#', \"\"\"\n]\n\"\"\" ]", "{a: [\",\", \"]\", \"#\", \"]\\n\"]}")]
    [InlineData("a = [true,false]", "{a: [true, false]}")]
    [InlineData("a = [\n[\"x\"]\n]", "{a: [[\"x\"]]}")]
    public void An_array_holds_values_of_any_kind_over_any_lines(string text, string meaning) => Documents.Meaning(text).ShouldBe(meaning);

    [Theory]
    [InlineData("a = {}", "{a: {}}")]
    [InlineData("a = { \t }", "{a: {}}")]
    [InlineData("a = {b=1}", "{a: {b: 1}}")]
    [InlineData("a = { b = 1 , c = 2 }", "{a: {b: 1, c: 2}}")]
    [InlineData("a = {b.c = 1, b.d = 2, \"e.f\" = 3}", "{a: {b: {c: 1, d: 2}, \"e.f\": 3}}")]
    [InlineData("a = {b = {c = {d = {}}}}", "{a: {b: {c: {d: {}}}}}")]
    [InlineData("a = {b = [\n1, # x\n2\n], c = 3}", "{a: {b: [1, 2], c: 3}}")]
    [InlineData("a = {b = \"\"\"\nx\ny\"\"\", c = '''\n'''}", "{a: {b: \"x\\ny\", c: \"\"}}")]
    [InlineData("a = [{b = 1}, {b = 2},]", "{a: [{b: 1}, {b: 2}]}")]
    public void An_inline_table_stays_on_one_line_but_its_values_need_not(string text, string meaning)
        => Documents.Meaning(text).ShouldBe(meaning);
}
