using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using SmartSink.Smtp.Idna;
using SmartSink.Testing;

namespace SmartSink.Smtp.Tests.Idna;

/// <summary>
/// The cases that Unicode publishes, a selection of them in the folder corpus; <c>SMARTSINK_UNICODE_TESTS</c> names a folder with the whole
/// files.
/// </summary>
public sealed partial class UnicodeTests
{
    [Fact]
    public void The_ASCII_form_is_that_of_UTS_46()
    {
        var wrong = Cases("IdnaTestV2.txt").Where(fields => IsText(fields[0]))
            .Select(fields =>
            {
                var source = Unescape(fields[0]);
                var unicode = Or(Unescape(fields[1]), source);
                var ascii = WithoutRoot(Or(Unescape(fields[3]), unicode));
                var expected = IsRefused(Or(fields[4], fields[2]), unicode, ascii) ? null : ascii;
                return (Case: string.Join(';', fields), Expected: expected, Actual: ToAscii(source));
            })
            .Where(result => result.Expected != result.Actual)
            .Select(result => $"{result.Case} gave {result.Actual}");

        string.Join('\n', wrong).ShouldBeEmpty();
    }

    // The first three columns are canonically equivalent, and so are the last two. UTS #46 maps before it normalises, and U+0345 to a
    // letter, so that its place among other marks matters.
    [Fact]
    public void Texts_that_are_canonically_equivalent_are_one_name()
    {
        var wrong = Cases("NormalizationTest.txt").Where(fields => !fields[2].Contains("0345", StringComparison.Ordinal))
            .Where(fields =>
            {
                var names = fields[..5].Select(field => ToAscii(string.Concat(field.Split(' ').Select(FromHex)))).ToArray();
                return names[0] != names[1] || names[0] != names[2] || names[3] != names[4];
            })
            .Select(fields => string.Join(';', fields));

        string.Join('\n', wrong).ShouldBeEmpty();
    }

    // Here a name may end with the root, A4_2, and ASCII labels may have hyphens where those of A-labels are, V2.
    private static bool IsRefused(string statuses, string unicode, string ascii) =>
        statuses.Trim('[', ']').Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Any(status => status switch
        {
            "A4_2" => ascii.Split('.').Any(label => label.Length is 0 or > 63),
            "V2" => unicode.Split('.').Any(label => label is [_, _, '-', '-', ..] && !Ascii.IsValid(label)),
            _ => true,
        });

    private static string WithoutRoot(string name) => name.EndsWith('.') ? name[..^1] : name;

    private static string? ToAscii(string name)
    {
        Span<byte> room = stackalloc byte[253];
        return InternationalDomain.TryToAscii(Encoding.UTF8.GetBytes(name), room, out var written) ? Encoding.ASCII.GetString(room[..written]) : null;
    }

    private static List<string[]> Cases(string file)
    {
        var folder = Environment.GetEnvironmentVariable("SMARTSINK_UNICODE_TESTS")
            ?? RepositoryRoot.Combine("tests", "SmartSink.Smtp.Tests", "Idna", "corpus");
        var cases = File.ReadLines(Path.Combine(folder, file)).Select(line => line.Split('#')[0].Split(';', StringSplitOptions.TrimEntries))
            .Where(fields => fields.Length >= 5).ToList();
        cases.ShouldNotBeEmpty();
        return cases;
    }

    private static string Or(string text, string otherwise) => text.Length > 0 ? text : otherwise;

    private static bool IsText(string escaped) => !LoneSurrogate().IsMatch(escaped);

    private static string Unescape(string text) => text == "\"\"" ? string.Empty : Escape().Replace(text, match => FromHex(match.Groups[1].Value + match.Groups[2].Value));

    private static string FromHex(string number) => char.ConvertFromUtf32(int.Parse(number, NumberStyles.HexNumber, CultureInfo.InvariantCulture));

    [GeneratedRegex(@"\\u([0-9A-F]{4})|\\x\{([0-9A-F]+)\}")]
    private static partial Regex Escape();

    [GeneratedRegex(@"\\uD[89A-F]")]
    private static partial Regex LoneSurrogate();
}
