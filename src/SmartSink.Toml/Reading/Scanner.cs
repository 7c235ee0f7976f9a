namespace SmartSink.Toml.Reading;

/// <summary>A place in the text that moves forward, knows its line and column, and collects the mistakes found.</summary>
internal ref struct Scanner
{
    /// <summary>What <see cref="Peek()"/> gives at the end of the text.</summary>
    public const int End = -1;

    private readonly ReadOnlySpan<byte> _text;
    private readonly List<TomlError> _errors;

    // A place on the current line whose column is known, so that a line of any length is counted once.
    private int _countedOffset;
    private int _countedColumn = 1;

    public Scanner(ReadOnlySpan<byte> text, List<TomlError> errors)
    {
        _text = text;
        _errors = errors;
    }

    public int Offset { get; private set; }

    public int Line { get; private set; } = 1;

    /// <summary>The parts of the key read last.</summary>
    public List<KeyPart> Key { get; } = [];

    /// <summary>Makes the strings of keys and values.</summary>
    public RecentTexts Texts { get; } = new();

    /// <summary>What is open here; tells the recovery after a mistake where the broken statement ends.</summary>
    public OpenConstructs Open { get; } = new();

    public readonly ReadOnlySpan<byte> Rest => _text[Offset..];

    public readonly int Peek() => Offset < _text.Length ? _text[Offset] : End;

    public readonly int Peek(int ahead) => Offset + ahead < _text.Length ? _text[Offset + ahead] : End;

    /// <summary>Whether a line end (LF or CRLF) stands here.</summary>
    public readonly bool AtLineEnd() => Peek() == '\n' || (Peek() == '\r' && Peek(1) == '\n');

    /// <summary>Whether only blanks stand before this place on its line.</summary>
    public readonly bool IsFirstOnLine()
    {
        var before = _text[..Offset].TrimEnd(" \t"u8);
        return before.IsEmpty || before[^1] == '\n';
    }

    /// <summary>Moves within the line.</summary>
    public void Advance(int count) => Offset += count;

    public bool TryAdvance(byte expected)
    {
        if (Peek() != expected)
        {
            return false;
        }

        Offset++;
        return true;
    }

    public bool TryLineEnd()
    {
        if (!AtLineEnd())
        {
            return false;
        }

        Offset += Peek() == '\r' ? 2 : 1;
        Line++;
        _countedOffset = Offset;
        _countedColumn = 1;
        return true;
    }

    /// <summary>Passes spaces and tabs.</summary>
    public void SkipBlanks()
    {
        while (Peek() is ' ' or '\t')
        {
            Offset++;
        }
    }

    /// <summary>Moves to the line end, or to the end of the text.</summary>
    public void SkipLine()
    {
        var length = Rest.IndexOf((byte)'\n');
        Offset += length < 0 ? Rest.Length : length;
        if (length > 0 && _text[Offset - 1] == '\r')
        {
            Offset--;
        }
    }

    /// <summary>Line and column of this place.</summary>
    public TomlPosition Position()
    {
        foreach (var octet in _text[_countedOffset..Offset])
        {
            if ((octet & 0xC0) != 0x80)
            {
                _countedColumn++;
            }
        }

        _countedOffset = Offset;
        return new TomlPosition(Line, _countedColumn);
    }

    /// <summary>Notes a mistake at this place.</summary>
    /// <returns>Always false, the caller's own result.</returns>
    public bool Fail(string message) => Fail(Position(), message);

    /// <summary>Notes a mistake.</summary>
    /// <returns>Always false, the caller's own result.</returns>
    public readonly bool Fail(TomlPosition position, string message)
    {
        _errors.Add(new TomlError(position, message));
        return false;
    }
}
