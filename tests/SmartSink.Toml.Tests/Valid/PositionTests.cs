namespace SmartSink.Toml.Tests.Valid;

public sealed class PositionTests
{
    [Theory]
    [InlineData("a = 1", "a@1:1=1:5")]
    [InlineData("\uFEFFa = 1", "a@1:1=1:5")]
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
        => string.Join(' ', Places(Documents.Read(text).GetRootOrThrow())).ShouldBe(places);

    [Fact]
    public void The_root_begins_with_the_document() => Documents.Read("\n\na = 1").Root.Position.ShouldBe(new TomlPosition(1, 1));

    [Fact]
    public void Columns_of_one_very_long_line_are_right()
    {
        var text = "a = [" + string.Concat(Enumerable.Repeat("'é',", 100_000)) + "1]";

        var array = (TomlArray)Documents.Read(text).Root.Entries[0].Value;

        array[100_000].Position.ShouldBe(new TomlPosition(1, 400_006));
    }

    private static IEnumerable<string> Places(TomlValue value) => value switch
    {
        TomlTable table => table.Entries.SelectMany(entry => Places(entry.Value).Prepend(
            $"{entry.Key}@{entry.KeyPosition.Line}:{entry.KeyPosition.Column}={entry.Value.Position.Line}:{entry.Value.Position.Column}")),
        TomlArray array => array.SelectMany((element, i) => Places(element).Prepend(
            $"[{i}]={element.Position.Line}:{element.Position.Column}")),
        _ => [],
    };
}
