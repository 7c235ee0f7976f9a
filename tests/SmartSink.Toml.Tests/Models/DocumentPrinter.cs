using System.Text;

namespace SmartSink.Toml.Tests.Models;

/// <summary>
/// Writes a table as a document, choosing at random among everything that the format allows: headers, dotted keys, inline tables,
/// arrays of tables, headers before those of their parents, comments, blank lines, both line ends.
/// </summary>
internal sealed class DocumentPrinter
{
    private readonly Random _random;
    private readonly TextPrinter _text;
    private readonly StringBuilder _document = new();

    private DocumentPrinter(int seed)
    {
        _random = new Random(seed);
        _text = new TextPrinter(_random);
    }

    public static string Print(ModelTable table, int seed)
    {
        var printer = new DocumentPrinter(seed);
        printer.Section(table, path: "", header: "", isElement: true);
        return printer._document.ToString();
    }

    /// <summary>A table with its header, its keys and the headers below it.</summary>
    private void Section(ModelTable table, string path, string header, bool isElement)
    {
        var below = new List<Action>();
        var keys = new StringBuilder();
        foreach (var (key, value) in table.Entries)
        {
            Entry(keys, below, path, dotted: "", key, value);
        }

        var isNamedBelow = below.Count > 0 && !isElement;
        if (isNamedBelow && _random.Next(3) == 0 && !keys.ToString().Contains('.', StringComparison.Ordinal))
        {
            below.ForEach(print => print());
            _document.Append(header).Append(keys);
            return;
        }

        if (!isNamedBelow || keys.Length > 0 || _random.Next(2) == 0)
        {
            _document.Append(header);
        }

        _document.Append(keys);
        below.ForEach(print => print());
    }

    private void Entry(StringBuilder keys, List<Action> below, string path, string dotted, string key, object value)
    {
        var name = dotted + _text.Key(key);
        var full = path + (path.Length > 0 ? _text.Blanks() + "." + _text.Blanks() : "") + name;
        switch (value)
        {
            case ModelTable table when _random.Next(3) == 0 && table.Entries.Count > 0:
                foreach (var (subKey, subValue) in table.Entries)
                {
                    Entry(keys, [], path, name + _text.Blanks() + "." + _text.Blanks(), subKey, subValue);
                }

                break;
            case ModelTable table when dotted.Length == 0 && _random.Next(3) != 0:
                below.Add(() => Section(table, full, Line($"[{_text.Blanks()}{full}{_text.Blanks()}]"), isElement: false));
                break;
            case object[] { Length: > 0 } array when dotted.Length == 0 && array.All(element => element is ModelTable) && _random.Next(3) != 0:
                below.Add(() =>
                {
                    foreach (var element in array.Cast<ModelTable>())
                    {
                        Section(element, full, Line($"[[{full}{_text.Blanks()}]]"), isElement: true);
                    }
                });
                break;
            default:
                keys.Append(Line($"{name}{_text.Blanks()}={_text.Blanks()}{Value(value)}"));
                break;
        }
    }

    private string Value(object value) => value switch
    {
        object[] array => $"[{Gap()}{string.Join($"{Gap()},{Gap()}", array.Select(element => Value(element)))}{(array.Length > 0 && _random.Next(2) == 0 ? "," : "")}{Gap()}]",
        ModelTable table => $"{{{_text.Blanks()}{string.Join($"{_text.Blanks()},{_text.Blanks()}", table.Entries.Select(entry => $"{_text.Key(entry.Key)}{_text.Blanks()}={_text.Blanks()}{Value(entry.Value)}"))}{_text.Blanks()}}}",
        _ => _text.Scalar(value),
    };

    /// <summary>What may stand between the elements of an array.</summary>
    private string Gap() => _random.Next(4) == 0 ? $"{_text.Blanks()}# [a], \"b\n\n{_text.Blanks()}" : _text.Blanks();

    private string Line(string statement)
    {
        var comment = _random.Next(5) == 0 ? "# \u00E9 = [1" : "";
        var end = _random.Next(5) == 0 ? "\r\n" : "\n";
        return $"{_text.Blanks()}{statement}{_text.Blanks()}{comment}{end}{(_random.Next(5) == 0 ? "  # x\n\n" : "")}";
    }
}
