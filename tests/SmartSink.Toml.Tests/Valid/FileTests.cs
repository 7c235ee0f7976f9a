using System.Text;

using SmartSink.Toml.Conformance;
using SmartSink.Toml.Tests.Models;

namespace SmartSink.Toml.Tests.Valid;

public sealed class FileTests
{
    public static TheoryData<string> Names { get; } = [.. Documents.Names("valid")];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_document_becomes_the_tagged_JSON_beside_it(string name)
    {
        using var output = new MemoryStream();

        TaggedJson.Write(TomlReader.Read(Documents.Load("valid", name + ".toml")).GetRootOrThrow(), output);

        Encoding.UTF8.GetString(output.ToArray()).ShouldBe(Encoding.UTF8.GetString(Documents.Load("valid", name + ".json")).TrimEnd());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_document_printed_anew_means_the_same(string name)
    {
        var model = ModelTable.Of(TomlReader.Read(Documents.Load("valid", name + ".toml")).GetRootOrThrow());
        for (var seed = 0; seed < 100; seed++)
        {
            var printed = DocumentPrinter.Print(model, seed);

            Notation.Sorted(ModelTable.Of(Documents.Read(printed).GetRootOrThrow())).ShouldBe(Notation.Sorted(model), printed);
        }
    }
}
