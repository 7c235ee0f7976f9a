using System.Text;

using SmartSink.Toml.Tests.Models;

namespace SmartSink.Toml.Tests.Properties;

/// <summary>What holds for the reading of any input whatsoever.</summary>
internal static class Verdict
{
    /// <summary>Reads and checks that the errors are in order, inside the document and printable, and that what is valid can be printed and read again.</summary>
    public static void Check(byte[] utf8)
    {
        var document = TomlReader.Read(utf8);
        var lines = utf8.AsSpan().Count((byte)'\n') + 1;
        var last = new TomlPosition(1, 1);
        foreach (var (position, message) in document.Errors)
        {
            position.Line.ShouldBeInRange(last.Line, lines);
            position.Column.ShouldBeInRange(position.Line == last.Line ? last.Column : 1, utf8.Length + 1);
            message.ShouldNotBeNullOrWhiteSpace();
            message.ShouldAllBe(c => !char.IsControl(c));
            last = position;
        }

        document.Errors.ShouldBeUnique();
        var model = ModelTable.Of(document.Root);
        Notation.Sorted(ModelTable.Of(Documents.Read(DocumentPrinter.Print(model, seed: utf8.Length)).GetRootOrThrow())).ShouldBe(Notation.Sorted(model));
    }

    public static string Show(byte[] utf8) => Convert.ToHexString(utf8) + " " + Encoding.UTF8.GetString(utf8);
}
