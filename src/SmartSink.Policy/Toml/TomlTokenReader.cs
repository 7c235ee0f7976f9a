using Tomlyn.Parsing;
using Tomlyn.Syntax;

namespace SmartSink.Policy.Toml;

/// <summary>
/// Reads TOML 1.1 by Tomlyn's tokens, straight into tables, and gives up at the first mistake: <see cref="TomlReader"/> finds them all.
/// Tomlyn's events would not do: a header that repeats the one before it makes none, and no event tells where a header begins.
/// </summary>
internal sealed class TomlTokenReader
{
    private const int MostAround = TomlTables.MaximumDepth - 1;

    private readonly string _text;
    private readonly TomlLexer _lexer;
    private readonly List<TomlError> _errors = [];
    private readonly List<KeyPart> _key = [];

    // A file has few names for many keys.
    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _names =
        new HashSet<string>(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    private TomlToken _token;

    private TomlTokenReader(string text)
    {
        _text = text;
        _lexer = TomlLexer.Create(text, new TomlLexerOptions { DecodeScalars = true });
    }

    /// <summary>The top-level table of a file without mistakes. Null for one with any, and for one with a date or a time, which no key of a policy takes.</summary>
    public static TomlTable? Read(string text) =>
        text.EndsWith('\\') ? null /* the lexer looks for the character behind it */ : new TomlTokenReader(text).ReadDocument();

    private TomlPosition Position => new(_token.Start.Line + 1, _token.Start.Column + 1);

    private TomlTable? ReadDocument()
    {
        var root = new TomlTable(new TomlPosition(1, 1), TableOrigin.Header);
        var table = root;
        Move(TomlLexerMode.Key);
        while (SkipLines(TomlLexerMode.Key) != TokenKind.Eof)
        {
            if (_token.Kind is TokenKind.OpenBracket or TokenKind.OpenBracketDouble)
            {
                table = ReadHeader(root);
            }
            else if (!TryReadStatement(table, depth: 0))
            {
                return null;
            }

            if (table is null || _token.Kind is not (TokenKind.NewLine or TokenKind.Eof))
            {
                return null;
            }
        }

        return _lexer.HasErrors ? null : root;
    }

    private TomlTable? ReadHeader(TomlTable root)
    {
        var position = Position;
        var isArray = _token.Kind == TokenKind.OpenBracketDouble;
        Move(TomlLexerMode.Key);
        return !TryReadKey() || !TryTake(isArray ? TokenKind.CloseBracketDouble : TokenKind.CloseBracket, TomlLexerMode.Key) ? null
            : isArray ? TomlTables.ForArrayHeader(_key, root, position, _errors)
            : TomlTables.ForHeader(_key, root, position, _errors);
    }

    private bool TryReadStatement(TomlTable table, int depth)
    {
        if (!TryReadKey() || !TryTake(TokenKind.Equal, TomlLexerMode.Value))
        {
            return false;
        }

        var last = _key[^1];
        if (TomlTables.ForKey(_key, table, _errors) is not { } target || ReadValue(TomlLexerMode.Key, depth) is not { } value)
        {
            return false;
        }

        target.Add(last.Name, last.Position, value);
        return true;
    }

    private bool TryReadKey()
    {
        _key.Clear();
        do
        {
            if (_token.Kind is not (TokenKind.BasicKey or TokenKind.String or TokenKind.StringLiteral) || _key.Count == TomlTables.MaximumDepth)
            {
                return false;
            }

            _key.Add(new KeyPart(_token.StringValue ?? NameOf(_text.AsSpan(_token.Start.Offset, _token.Length)), Position));
            Move(TomlLexerMode.Key);
        }
        while (TryTake(TokenKind.Dot, TomlLexerMode.Key));
        return true;
    }

    private string NameOf(ReadOnlySpan<char> text)
    {
        if (!_names.TryGetValue(text, out var name))
        {
            name = text.ToString();
            _names.Set.Add(name);
        }

        return name;
    }

    /// <summary>Reads a value of any type.</summary>
    /// <param name="after">How the token behind the value is to be read.</param>
    /// <param name="depth">How many arrays and inline tables are around it.</param>
    private TomlValue? ReadValue(TomlLexerMode after, int depth)
    {
        var position = Position;
        TomlValue? value = _token.Kind switch
        {
            TokenKind.OpenBracket when depth < MostAround => ReadArray(position, depth + 1),
            TokenKind.OpenBrace when depth < MostAround => ReadInlineTable(position, depth + 1),
            TokenKind.True or TokenKind.False => new TomlScalar<bool>(position, _token.Kind == TokenKind.True),
            var kind when kind.IsString() => new TomlScalar<string>(position, _token.StringValue ?? string.Empty),
            var kind when kind.IsInteger() => new TomlScalar<long>(position, (long)_token.Data),
            var kind when kind.IsFloat() => new TomlScalar<double>(position, BitConverter.UInt64BitsToDouble(_token.Data)),
            _ => null,
        };
        Move(after);
        return value;
    }

    private TomlArray? ReadArray(TomlPosition position, int depth)
    {
        var array = new TomlArray(position, isOfHeaders: false);
        return TryReadItems(TokenKind.CloseBracket, TomlLexerMode.Value, () =>
        {
            var item = ReadValue(TomlLexerMode.Value, depth);
            array.Items.Add(item!);
            return item is not null;
        })
            ? array
            : null;
    }

    private TomlTable? ReadInlineTable(TomlPosition position, int depth)
    {
        var table = new TomlTable(position, TableOrigin.Header);
        if (!TryReadItems(TokenKind.CloseBrace, TomlLexerMode.Key, () => TryReadStatement(table, depth)))
        {
            return null;
        }

        TomlTables.Close(table);
        return table;
    }

    /// <summary>Reads items with commas between them, up to the bracket that closes them.</summary>
    private bool TryReadItems(TokenKind close, TomlLexerMode mode, Func<bool> tryReadItem)
    {
        Move(mode);
        while (SkipLines(mode) != close)
        {
            if (!tryReadItem() || (SkipLines(mode) != close && !TryTake(TokenKind.Comma, mode)))
            {
                return false;
            }
        }

        return true;
    }

    private bool TryTake(TokenKind kind, TomlLexerMode next)
    {
        var isThere = _token.Kind == kind;
        if (isThere)
        {
            Move(next);
        }

        return isThere;
    }

    private TokenKind SkipLines(TomlLexerMode mode)
    {
        while (TryTake(TokenKind.NewLine, mode))
        {
        }

        return _token.Kind;
    }

    private void Move(TomlLexerMode mode)
    {
        _lexer.Mode = mode;
        do
        {
            _lexer.MoveNext();
            _token = _lexer.Current;
        }
        while (_token.Kind is TokenKind.Whitespaces or TokenKind.Comment);
    }
}
