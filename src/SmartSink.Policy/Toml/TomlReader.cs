using System.Buffers;
using System.Text;
using System.Text.Unicode;
using Tomlyn;
using Tomlyn.Parsing;
using Tomlyn.Syntax;

namespace SmartSink.Policy.Toml;

/// <summary>
/// Reads TOML 1.1 with all its mistakes. A file without any is read by its tokens alone; only one with mistakes is worth Tomlyn's syntax tree,
/// which goes on after most of them and is sixty times as large as the file. Takes any input whatsoever without throwing.
/// </summary>
internal sealed class TomlReader
{
    private static readonly TomlSerializerOptions Options = new() { MaxDepth = TomlTables.MaximumDepth };

    private readonly List<TomlError> _errors = [];
    private readonly Dictionary<int, int> _firstErrors = [];
    private readonly List<KeyPart> _key = [];
    private int _unreadFrom = int.MaxValue;

    private TomlReader()
    {
    }

    public static TomlDocument Read(ReadOnlySpan<byte> utf8) =>
        Utf8.IsValid(utf8) && TomlTokenReader.Read(TextOf(utf8)) is { } root ? new TomlDocument(root, []) : ReadTree(utf8);

    /// <summary>Reads any file by the tree.</summary>
    public static TomlDocument ReadTree(ReadOnlySpan<byte> utf8) => new TomlReader().ReadDocument(utf8);

    // All of them: Tomlyn's lexer would leave out a second one, and then tell other offsets than those of the text.
    private static ReadOnlySpan<byte> WithoutByteOrderMarks(ReadOnlySpan<byte> utf8)
    {
        while (utf8.StartsWith(Encoding.UTF8.Preamble))
        {
            utf8 = utf8[Encoding.UTF8.Preamble.Length..];
        }

        return utf8;
    }

    private static string TextOf(ReadOnlySpan<byte> utf8) => Encoding.UTF8.GetString(WithoutByteOrderMarks(utf8));

    private TomlDocument ReadDocument(ReadOnlySpan<byte> utf8)
    {
        var root = new TomlTable(new TomlPosition(1, 1), TableOrigin.Header);
        if (utf8 is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..])
        {
            // Its lines cannot be told, so one error says it all.
            _errors.Add(new TomlError(new TomlPosition(1, 1), "the file is UTF-16; save it as UTF-8"));
            return new TomlDocument(root, _errors);
        }

        var text = TextOf(utf8);
        if (!Utf8.IsValid(utf8))
        {
            FindBrokenLines(WithoutByteOrderMarks(utf8));
        }

        // What is said about a line with broken bytes is their consequence.
        var broken = _errors.Select(error => error.Position.Line).ToHashSet();
        try
        {
            var document = Parse(text);
            AddSyntaxErrors(document, text);
            AddKeys(document.KeyValues, root);
            foreach (var table in document.Tables)
            {
                AddSection(table, root);
            }
        }
        catch (TomlException)
        {
            // Only nesting beyond the limit throws, and nothing is known then of what else is wrong.
            _errors.Add(new TomlError(FindDepth(text), TomlTables.TooDeep));
        }

        if (broken.Count > 0)
        {
            var isKept = broken.Count;
            _errors.RemoveAll(error => isKept-- <= 0 && broken.Contains(error.Position.Line));
        }

        return new TomlDocument(root, _errors);
    }

    /// <summary>The bracket that is one too many, which Tomlyn's exception does not tell.</summary>
    private static TomlPosition FindDepth(string text)
    {
        var lexer = TomlLexer.Create(text);
        lexer.Mode = TomlLexerMode.Value;
        for (var depth = 1; lexer.MoveNext();)
        {
            var change = lexer.Current.Kind switch
            {
                TokenKind.OpenBracket or TokenKind.OpenBrace => 1,
                TokenKind.CloseBracket or TokenKind.CloseBrace => -1,
                _ => 0,
            };
            depth = Math.Max(1, depth + change);
            if (depth > TomlTables.MaximumDepth)
            {
                return new TomlPosition(lexer.Current.Start.Line + 1, lexer.Current.Start.Column + 1);
            }
        }

        return new TomlPosition(1, 1);
    }

    private static DocumentSyntax Parse(string text)
    {
        try
        {
            return SyntaxParser.Parse(text, Options, validate: false);
        }
        catch (ArgumentOutOfRangeException)
        {
            // A backslash that ends the file: Tomlyn cannot show the character behind it.
            return SyntaxParser.Parse(text + '\n', Options, validate: false);
        }
    }

    private void FindBrokenLines(ReadOnlySpan<byte> text)
    {
        for (int line = 1, column = 1, lastBroken = 0; !text.IsEmpty;)
        {
            var isValid = Rune.DecodeFromUtf8(text, out var rune, out var length) == OperationStatus.Done;
            if (!isValid && line != lastBroken)
            {
                _errors.Add(new TomlError(new TomlPosition(line, column), $"the text is not UTF-8: 0x{Convert.ToHexString(text[..length])}"));
                lastBroken = line;
            }

            text = text[length..];
            (line, column) = isValid && rune.Value == '\n' ? (line + 1, 1) : (line, column + 1);
        }
    }

    /// <summary>Takes over the first mistake of each line: what follows it there, or behind a header that was not closed, is its consequence.</summary>
    private void AddSyntaxErrors(DocumentSyntax document, string text)
    {
        if (!document.HasErrors)
        {
            return;
        }

        var lineAfterOpenHeader = -1;
        foreach (var (line, column, offset, message) in document.Diagnostics
            .Select(error => (Line: error.Span.Start.Line + 1, Column: error.Span.Start.Column + 1, error.Span.Start.Offset, error.Message))
            .OrderBy(error => error.Offset))
        {
            if (TomlWording.IsUnclosedString(message))
            {
                // From here on Tomlyn takes texts for what is between them.
                AddUnclosedString(document, offset, new TomlPosition(line, column));
                return;
            }

            var words = TomlWording.Of(message, text.AsSpan(offset));
            if (_firstErrors.TryAdd(line, column) && line != lineAfterOpenHeader)
            {
                _errors.Add(new TomlError(new TomlPosition(line, TomlWording.IsEscape(message) ? column - 1 : column), words));
            }

            lineAfterOpenHeader = words == TomlWording.OpenHeader ? line + 1 : lineAfterOpenHeader;
        }
    }

    private void AddUnclosedString(DocumentSyntax document, int offset, TomlPosition end)
    {
        _unreadFrom = offset;
        var text = document.Descendants().OfType<StringValueSyntax>()
            .LastOrDefault(text => text.Span.Start.Offset <= offset && text.Span.End.Offset >= offset - 1);
        var position = text is null ? end : PositionOf(text);
        var isMultiLine = text?.Token?.TokenKind is TokenKind.StringMulti or TokenKind.StringLiteralMulti;
        _firstErrors.TryAdd(position.Line, position.Column);
        _errors.Add(new TomlError(position, $"{(isMultiLine ? "the multi-line string is never closed" : "the string is not closed on its line")}; the rest of the file was not read"));
    }

    private void AddSection(TableSyntaxBase section, TomlTable root)
    {
        if (section.Span.Start.Offset > _unreadFrom)
        {
            return;
        }

        TomlTable? table = null;
        if (section.OpenBracket is { } bracket && TryReadKey(section.Name))
        {
            var position = PositionOf(bracket);
            table = _firstErrors.ContainsKey(position.Line) ? null
                : section is TableArraySyntax ? TomlTables.ForArrayHeader(_key, root, position, _errors)
                : TomlTables.ForHeader(_key, root, position, _errors);
        }

        // Keys below a broken header belong to nothing.
        AddKeys(section.Items, table ?? new TomlTable(new TomlPosition(1, 1), TableOrigin.Header));
    }

    private void AddKeys(SyntaxList<KeyValueSyntax> statements, TomlTable table)
    {
        foreach (var statement in statements)
        {
            if (statement.EqualToken is not null && statement.Span.Start.Offset <= _unreadFrom && TryReadKey(statement.Key) && !IsConsequence(_key[0].Position))
            {
                AddValue(statement.Value, table);
            }
        }
    }

    private bool IsConsequence(TomlPosition position) => _firstErrors.TryGetValue(position.Line, out var column) && column < position.Column;

    private void AddValue(ValueSyntax? syntax, TomlTable table)
    {
        var last = _key[^1];
        var target = TomlTables.ForKey(_key, table, _errors);
        if (syntax is not null && ReadValue(syntax) is { } value)
        {
            target?.Add(last.Name, last.Position, value);
        }
    }

    private TomlValue? ReadValue(ValueSyntax syntax)
    {
        var position = PositionOf(syntax);
        switch (syntax)
        {
            case StringValueSyntax text:
                return new TomlScalar<string>(position, text.Value ?? string.Empty);
            case IntegerValueSyntax number:
                return new TomlScalar<long>(position, number.Value);
            case FloatValueSyntax number:
                return new TomlScalar<double>(position, number.Value);
            case BooleanValueSyntax truth:
                return new TomlScalar<bool>(position, truth.Value);
            case DateTimeValueSyntax time:
                return new TomlScalar<TomlDateTime>(position, time.Value);
            case ArraySyntax array:
                var items = new TomlArray(position, isOfHeaders: false);
                items.Items.AddRange(array.Items.Select(item => item.Value).OfType<ValueSyntax>().Select(ReadValue).OfType<TomlValue>());
                return items;
            case InlineTableSyntax inline:
                var table = new TomlTable(position, TableOrigin.Header);
                AddKeys(inline.Items, table);
                TomlTables.Close(table);
                return table;
            default:
                return null;
        }
    }

    private void AddKeys(SyntaxList<InlineTableItemSyntax> items, TomlTable table)
    {
        foreach (var item in items)
        {
            if (item.KeyValue is { EqualToken: not null } statement && TryReadKey(statement.Key))
            {
                AddValue(statement.Value, table);
            }
        }
    }

    /// <summary>Reads a key's parts into <see cref="_key"/>; false for one that a mistake left without a part.</summary>
    private bool TryReadKey(KeySyntax? key)
    {
        _key.Clear();
        if (!TryAddPart(key?.Key))
        {
            return false;
        }

        foreach (var item in key!.DotKeys)
        {
            if (!TryAddPart(item.Key))
            {
                return false;
            }

            if (_key.Count > TomlTables.MaximumDepth)
            {
                _errors.Add(new TomlError(_key[0].Position, TomlTables.TooDeep));
                return false;
            }
        }

        return true;
    }

    private bool TryAddPart(BareKeyOrStringValueSyntax? part)
    {
        var name = part switch
        {
            BareKeySyntax bare => bare.Key?.Text,
            StringValueSyntax text => text.Value,
            _ => null,
        };
        if (name is null)
        {
            return false;
        }

        _key.Add(new KeyPart(name, PositionOf(part!)));
        return true;
    }

    private static TomlPosition PositionOf(SyntaxNodeBase node) => new(node.Span.Start.Line + 1, node.Span.Start.Column + 1);
}
