namespace SmartSink.Toml.Tests;

public sealed class DocumentTests
{
    [Fact]
    public void A_valid_document_gives_its_root()
    {
        var document = Documents.Read("a = 1");

        document.IsValid.ShouldBeTrue();
        document.Errors.ShouldBeEmpty();
        document.GetRootOrThrow().ShouldBeSameAs(document.Root);
    }

    [Fact]
    public void An_invalid_document_throws_all_its_mistakes_when_asked_for_its_root()
    {
        var document = Documents.Read("a = \nb = 1\nb = 2");

        var exception = Should.Throw<TomlException>(document.GetRootOrThrow);

        exception.Errors.ShouldBe(document.Errors);
        exception.Message.ShouldBe("(1,5): expected a value, found the end of the line\n(3,1): key \"b\" is already defined at line 2");
    }

    [Fact]
    public void What_is_readable_beside_mistakes_is_there()
    {
        var root = Documents.Read("a = \nb = 1\n[c]\nd = 08\ne = 2").Root;

        Models.Notation.Of(Models.ModelTable.Of(root)).ShouldBe("{b: 1, c: {e: 2}}");
    }

    [Fact]
    public void Of_very_many_mistakes_the_first_thousand_are_listed()
    {
        Documents.Read(string.Concat(Enumerable.Repeat("a\n", 1_000))).Errors.Count.ShouldBe(1_000);

        var errors = Documents.Read(string.Concat(Enumerable.Repeat("a\n", 100_000))).Errors;

        errors.Count.ShouldBe(1_001);
        errors[999].ShouldBe(new TomlError(new TomlPosition(1_000, 2), "expected \"=\" after key \"a\", found the end of the line"));
        errors[1_000].ShouldBe(new TomlError(new TomlPosition(1_001, 2), "there are more mistakes from here on, which are not listed"));
    }

    [Fact]
    public void Of_very_many_broken_lines_the_first_thousand_are_listed()
    {
        var document = TomlReader.Read([.. Enumerable.Repeat<byte[]>([0xFF, (byte)'\n'], 100_000).SelectMany(line => line)]);

        document.Errors.Count.ShouldBe(1_001);
        document.Errors[999].Position.ShouldBe(new TomlPosition(1_000, 1));
        document.Errors[1_000].Position.ShouldBe(new TomlPosition(1_001, 1));
    }

    [Fact]
    public void A_table_finds_the_first_and_the_last_of_any_number_of_keys()
    {
        for (var count = 1; count <= 40; count++)
        {
            var root = Documents.Read(string.Concat(Enumerable.Range(0, count).Select(i => $"k{i} = {i}\n"))).GetRootOrThrow();

            root.Count.ShouldBe(count);
            root.Entries.Select(entry => entry.Key).ShouldBe(Enumerable.Range(0, count).Select(i => $"k{i}"));
            for (var i = 0; i < count; i++)
            {
                root.TryGetValue($"k{i}", out var value).ShouldBeTrue();
                value.ShouldBeOfType<TomlInteger>().Value.ShouldBe(i);
            }

            root.TryGetValue("K0", out _).ShouldBeFalse();
        }
    }

    [Fact]
    public void Very_many_texts_that_resemble_each_other_are_kept_apart()
    {
        var texts = Enumerable.Range(0, 5_000).Select(i => $"{i:0000}@mail.example{(i % 3 == 0 ? "é" : string.Empty)}").ToList();

        var array = Documents.Read($"a = [{string.Join(',', texts.Concat(texts).Select(text => $"\"{text}\""))}]").Root.Entries[0].Value;

        ((TomlArray)array).Select(value => ((TomlString)value).Value).ShouldBe(texts.Concat(texts));
    }

    [Fact]
    public void A_value_tells_its_kind()
    {
        var root = Documents.Read(
            """
            k = ["s", 1, 1.0, true, 1979-05-27T07:32:00Z, 1979-05-27T07:32:00, 1979-05-27, 07:32:00, [], {}]
            """).GetRootOrThrow();

        ((TomlArray)root.Entries[0].Value).Select(value => value.Kind).ShouldBe(Enum.GetValues<TomlKind>());
    }
}
