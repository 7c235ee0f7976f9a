using System.Text;

namespace SmartSink.Toml.Tests.Invalid;

public sealed class FileTests
{
    public static TheoryData<string> Names { get; } = [.. Documents.Names("invalid")];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_document_has_the_mistakes_listed_beside_it_and_no_others(string name)
        => Documents.Mistakes(Documents.Load("invalid", name + ".toml"))
            .ShouldBe(Encoding.UTF8.GetString(Documents.Load("invalid", name + ".errors")).TrimEnd());
}
