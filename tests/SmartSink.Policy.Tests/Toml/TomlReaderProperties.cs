using System.Text;
using FsCheck;
using FsCheck.Fluent;
using SmartSink.Policy.Toml;
using SmartSink.Testing.Policies;
using Tomlyn;

namespace SmartSink.Policy.Tests.Toml;

/// <summary>
/// Tomlyn's printer is the oracle. Its validator is none: it takes an array's later table for the first, and lets a header reopen what a
/// dotted key made.
/// </summary>
public sealed class TomlReaderProperties
{
    private static readonly byte[][] Pieces =
    [
        .. new[]
        {
            "a", "b", "a.b", "'c'", "\"d\"", ".", "=", " = ", "[", "]", "[[", "]]", "{", "}", ",", "#", " ", "\t", "\n", "\r\n", "\r",
            "\"", "'", "\"\"\"", "'''", "\\", "\\u00e9", "\\U0001F600", "\\\n", "1", "-0x1", "1_0", "1.5", "e", "inf", "true",
            "1979-05-27", "07:32:00", "T", "Z", "+01:00", "é", "😀", "\0", "\u007F", "\uFEFF", "a = 1\n", "[a]\n", "[[a]]\n", "a.b = {c = 1}\n",
            "x = [\n", "y = { ", "\na = \"\"\"\n",
            "a = [1, 2,]\n", "b = {d = 1, e = [{f = 'x'}],\n}\n", "[a.b]\n", "[[a.b]]\n", "b.c.d = 0x1F\n", "b = nan # c\n",
        }.Select(Encoding.UTF8.GetBytes),
        [0x80], [0xC3], [0xED, 0xA0, 0x80], [0xFF],
    ];

    private const string Date = "a date";

    private static Config Config => Config.QuickThrowOnFailure.WithMaxTest(2_000).WithEndSize(40);

    [Fact]
    public void Random_octets_are_read() => Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), Check).Check(Config);

    [Fact]
    public void Pieces_of_the_format_in_any_order_are_read() =>
        Prop.ForAll(Gen.Choose(0, Pieces.Length - 1).ArrayOf().ToArbitrary(), pieces => Check([.. pieces.SelectMany(piece => Pieces[piece])])).Check(Config);

    [Fact]
    public void Every_prefix_of_a_policy_is_read()
    {
        var policy = File.ReadAllBytes(Catalogue.MainFile);
        for (var length = 0; length <= policy.Length; length += 7)
        {
            Check(policy[..length]);
        }
    }

    [Theory]
    [InlineData(254)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(257)]
    public void Deep_nesting_is_read(int depth)
    {
        Check(Encoding.UTF8.GetBytes("a = " + new string('[', depth) + new string(']', depth)));
        Check(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("a = {", depth)) + new string('}', depth)));
        Check(Encoding.UTF8.GetBytes(string.Join('.', Enumerable.Repeat("a", depth)) + " = 1"));
    }

    [Fact]
    public void What_Tomlyn_prints_is_read_as_the_same() =>
        Prop.ForAll(Tables.ToArbitrary(), table =>
        {
            var text = TomlSerializer.Serialize(table);

            var document = TomlReader.Read(Encoding.UTF8.GetBytes(text));

            document.Errors.ShouldBeEmpty(text);
            Show(document.Root).ShouldBe(Show(table), text);
        }).Check(Config);

    private static Gen<Tomlyn.Model.TomlTable> Tables => Gen.Sized(size => Table(Math.Min(size, 8)));

    private static readonly Gen<string> Texts = Gen.OneOf(
        Gen.Elements("a", "b", "example.com", "*.example.com", "", "é😀", "a b", "\"quoted\"", "back\\slash", "it's", "tab\t", "two\nlines"),
        ArbMap.Default.GeneratorFor<NonNull<string>>().Select(text => string.Concat(text.Get.EnumerateRunes().Select(rune => rune.ToString()))));

    private static Gen<Tomlyn.Model.TomlTable> Table(int size) => Texts.Zip(Value(size / 2)).ArrayOf(Math.Min(size, 5)).Select(entries =>
    {
        var table = new Tomlyn.Model.TomlTable();
        foreach (var (key, value) in entries)
        {
            table[key] = value;
        }

        return table;
    });

    private static Gen<object> Value(int size)
    {
        var scalars = Gen.OneOf(
            Texts.Select(text => (object)text),
            ArbMap.Default.GeneratorFor<long>().Select(number => (object)number),
            ArbMap.Default.GeneratorFor<NormalFloat>().Select(number => (object)number.Get),
            ArbMap.Default.GeneratorFor<bool>().Select(truth => (object)truth));
        return size <= 0 ? scalars : Gen.Frequency((3, scalars), (2, Table(size).Select(table => (object)table)));
    }

    private static string Show(object value) => value switch
    {
        TomlScalar<string> text => Show(text.Value),
        TomlScalar<long> number => Show(number.Value),
        TomlScalar<double> number => Show(number.Value),
        TomlScalar<bool> truth => Show(truth.Value),
        TomlTable table => $"{{{string.Join(", ", table.Entries.Select(entry => $"{entry.Key}: {Show(entry.Value)}").Order(StringComparer.Ordinal))}}}",
        IDictionary<string, object> table => $"{{{string.Join(", ", table.Select(entry => $"{entry.Key}: {Show(entry.Value)}").Order(StringComparer.Ordinal))}}}",
        double number => FormattableString.Invariant($"{number:R}f"),
        _ => FormattableString.Invariant($"{value} ({value.GetType().Name})"),
    };

    /// <summary>A value with all that is known of it.</summary>
    private static string Describe(TomlValue value) => $"{value.Position.Line}:{value.Position.Column} " + value switch
    {
        TomlTable table => $"{table.Origin} {{{string.Join(", ", table.Entries.Select(entry => $"{entry.Key}@{entry.KeyPosition.Line}:{entry.KeyPosition.Column} {Describe(entry.Value)}"))}}}",
        TomlArray array => $"{array.IsOfHeaders} [{string.Join(", ", array.Items.Select(Describe))}]",
        TomlScalar<TomlDateTime> => Date,
        _ => Show(value),
    };

    /// <summary>
    /// Whatever the input, nothing is thrown and every mistake stands inside the document. A file without mistakes, and without dates, is read by
    /// its tokens, as by the tree.
    /// </summary>
    private static void Check(byte[] utf8)
    {
        var document = TomlReader.Read(utf8);
        var lines = utf8.AsSpan().Count((byte)'\n') + 1;
        foreach (var (position, message) in document.Errors)
        {
            position.Line.ShouldBeInRange(1, lines);
            position.Column.ShouldBeInRange(1, utf8.Length + 1);
            message.ShouldNotBeNullOrWhiteSpace();
        }

        var (text, tree) = (Encoding.UTF8.GetString(utf8), TomlReader.ReadTree(utf8));
        tree.Errors.ShouldBe(document.Errors, text);
        Describe(tree.Root).ShouldBe(Describe(document.Root), text);
        if (document.Errors.Count == 0 && !utf8.AsSpan().StartsWith(Encoding.UTF8.Preamble))
        {
            (TomlTokenReader.Read(text + '\n') is not null || Describe(document.Root).Contains(Date, StringComparison.Ordinal)).ShouldBeTrue(text);
        }
    }
}
