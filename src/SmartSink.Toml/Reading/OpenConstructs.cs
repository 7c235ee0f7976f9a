namespace SmartSink.Toml.Reading;

/// <summary>The brackets and the string inside which the scanner stands, for the recovery after a mistake.</summary>
internal sealed class OpenConstructs
{
    private readonly Stack<byte> _brackets = new();

    /// <summary>The innermost opening bracket or brace; 0 outside of any.</summary>
    public byte Innermost => _brackets.TryPeek(out var bracket) ? bracket : (byte)0;

    /// <summary>Whether the innermost bracket waits for an element (or a key): a comma or the bracket itself came last.</summary>
    public bool ExpectsElement { get; set; }

    /// <summary>The string whose end is still to come.</summary>
    public StringDelimiter String { get; set; }

    /// <summary>The multi-line string of which it is known that the rest of the text does not end it; saves looking again and again.</summary>
    public StringDelimiter NeverClosed { get; set; }

    public void Enter(byte bracket)
    {
        _brackets.Push(bracket);
        ExpectsElement = true;
    }

    public void Leave()
    {
        _brackets.Pop();
        ExpectsElement = false;
    }

    /// <summary>Leaves the innermost bracket of a kind and all that are open inside it; nothing if there is none.</summary>
    public void LeaveThrough(byte bracket)
    {
        if (!_brackets.Contains(bracket))
        {
            return;
        }

        while (_brackets.Pop() != bracket)
        {
        }

        ExpectsElement = false;
    }

    public void Clear()
    {
        _brackets.Clear();
        ExpectsElement = false;
        String = StringDelimiter.None;
    }
}
