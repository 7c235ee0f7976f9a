using System.Text;

using FsCheck;
using FsCheck.Fluent;

namespace SmartSink.Toml.Tests.Properties;

public sealed class AnyInputTests
{
    private static readonly byte[][] Pieces =
    [
        .. new[]
        {
            "a", "b", "a.b", "'c'", "\"d\"", ".", "=", " = ", "[", "]", "[[", "]]", "{", "}", ",", "#", " ", "\t", "\n", "\r\n", "\r",
            "\"", "'", "\"\"\"", "'''", "\\", "\\u00e9", "\\U0001F600", "\\\n", "1", "-0x1", "1_0", "1.5", "e", "inf", "true",
            "1979-05-27", "07:32:00", "T", "Z", "+01:00", "é", "😀", "\0", "\u007F", "\uFEFF", "a = 1\n", "[a]\n", "[[a]]\n", "a.b = {c = 1}\n",
            "x = [\n", "y = { ", "\na = \"\"\"\n",
        }.Select(Encoding.UTF8.GetBytes),
        [0x80], [0xC3], [0xED, 0xA0, 0x80], [0xFF],
    ];

    private static Config Config => Config.QuickThrowOnFailure.WithMaxTest(2_000).WithEndSize(60);

    public static TheoryData<string> Folders { get; } = ["valid", "invalid"];

    [Fact]
    public void Random_octets_are_read() => Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), Verdict.Check).Check(Config);

    [Fact]
    public void Pieces_of_the_format_in_any_order_are_read()
        => Prop.ForAll(
            Gen.Choose(0, Pieces.Length - 1).ArrayOf().ToArbitrary(),
            pieces => Verdict.Check([.. pieces.SelectMany(piece => Pieces[piece])])).Check(Config.WithMaxTest(10_000));

    [Fact]
    public void Documents_with_a_few_octets_changed_are_read()
    {
        var documents = Documents.All();
        var changes = Gen.Choose(0, documents.Count - 1)
            .Zip(Gen.Choose(0, int.MaxValue - 1).Zip(Gen.Choose(0, Pieces.Length - 1).Zip(Gen.Choose(0, 12))).NonEmptyListOf())
            .ToArbitrary();

        Prop.ForAll(changes, change => Verdict.Check(Changed(documents[change.Item1], change.Item2))).Check(Config);
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void Every_prefix_of_a_document_is_read(string folder)
    {
        foreach (var name in Documents.Names(folder))
        {
            var whole = Documents.Load(folder, name + ".toml");
            for (var length = 0; length <= whole.Length; length++)
            {
                Verdict.Check(whole[..length]);
            }
        }
    }

    /// <summary>Cuts out some octets at a place and puts a piece there, once for each change.</summary>
    private static byte[] Changed(byte[] document, IEnumerable<(int Place, (int Piece, int Cut) What)> changes)
    {
        foreach (var (place, (piece, cut)) in changes)
        {
            var start = place % (document.Length + 1);
            var end = Math.Min(document.Length, start + cut);
            document = [.. document[..start], .. Pieces[piece], .. document[end..]];
        }

        return document;
    }
}
