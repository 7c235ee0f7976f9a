using FsCheck;
using FsCheck.Fluent;

using SmartSink.Toml.Tests.Models;

namespace SmartSink.Toml.Tests.Properties;

public sealed class RoundTripTests
{
    private static Config Config => Config.QuickThrowOnFailure.WithMaxTest(2_000).WithEndSize(40);

    private static readonly Arbitrary<(ModelTable Table, int Seed)> Printed =
        ModelGenerators.Tables.Zip(Gen.Choose(0, int.MaxValue - 1)).Select(pair => (pair.Item1, pair.Item2)).ToArbitrary();

    [Fact]
    public void A_table_printed_in_any_way_is_read_as_the_same_table()
        => Prop.ForAll(Printed, printed =>
        {
            var text = DocumentPrinter.Print(printed.Table, printed.Seed);

            Notation.Sorted(ModelTable.Of(Documents.Read(text).GetRootOrThrow())).ShouldBe(Notation.Sorted(printed.Table), text);
        }).Check(Config);

    [Fact]
    public void What_was_read_and_printed_anew_is_read_as_the_same_again()
        => Prop.ForAll(Printed, printed =>
        {
            var first = ModelTable.Of(Documents.Read(DocumentPrinter.Print(printed.Table, printed.Seed)).GetRootOrThrow());

            var second = ModelTable.Of(Documents.Read(DocumentPrinter.Print(first, printed.Seed + 1)).GetRootOrThrow());

            Notation.Sorted(second).ShouldBe(Notation.Sorted(first));
        }).Check(Config);
}
