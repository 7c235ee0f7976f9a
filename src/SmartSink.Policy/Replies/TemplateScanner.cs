namespace SmartSink.Policy.Replies;

/// <summary>
/// Goes through a text piece by piece: <c>{name}</c> is a placeholder, <c>{{</c> and <c>}}</c> are the braces themselves,
/// a single <c>}</c> stands for itself.
/// </summary>
/// <param name="text">A line without control characters.</param>
internal ref struct TemplateScanner(ReadOnlySpan<char> text)
{
    private ReadOnlySpan<char> _rest = text;

    /// <summary>The placeholder that stands here; <see cref="Placeholder.None"/> for fixed text.</summary>
    public Placeholder Placeholder { get; private set; }

    /// <summary>The fixed text.</summary>
    public ReadOnlySpan<char> Literal { get; private set; }

    /// <summary>What is wrong with the brace that the piece of fixed text begins with; null for nothing.</summary>
    public string? Problem { get; private set; }

    /// <summary>Goes to the next piece.</summary>
    public bool MoveNext()
    {
        Placeholder = Placeholder.None;
        Problem = null;
        if (_rest.IsEmpty)
        {
            return false;
        }

        var brace = _rest.IndexOfAny('{', '}');
        if (brace != 0)
        {
            Take(brace < 0 ? _rest.Length : brace, skipped: 0);
        }
        else if (_rest.Length > 1 && _rest[1] == _rest[0])
        {
            Take(length: 1, skipped: 1);
        }
        else if (_rest[0] == '{' && TryReadName(out var length))
        {
            Take(length: 0, skipped: length);
        }
        else
        {
            Take(length: 1, skipped: 0);
        }

        return true;
    }

    private void Take(int length, int skipped)
    {
        Literal = _rest[..length];
        _rest = _rest[(length + skipped)..];
    }

    private bool TryReadName(out int length)
    {
        length = _rest.IndexOf('}') + 1;
        if (length == 0)
        {
            Problem = "a { without its }; write {{ for a brace";
            return false;
        }

        var name = _rest[1..(length - 1)];
        if (Placeholders.TryFind(name, out var placeholder))
        {
            Placeholder = placeholder;
            return true;
        }

        var hint = Suggestion.Of(name.ToString(), Placeholders.Names) is { Length: > 0 } suggestion ? suggestion : "; write {{ for a brace";
        Problem = $"unknown placeholder {{{name}}}{hint}";
        return false;
    }
}
