namespace SmartSink.Policy.Replies;

/// <summary>Goes through the lines of a text without copying them. Lines end at LF or CRLF; a text has one line more than ends.</summary>
/// <param name="text">Any text.</param>
internal ref struct TextLines(ReadOnlySpan<char> text)
{
    private MemoryExtensions.SpanSplitEnumerator<char> _ranges = text.Split('\n');

    /// <summary>The line, without its end.</summary>
    public readonly ReadOnlySpan<char> Current => _ranges.Source[_ranges.Current] is [.. var line, '\r'] ? line : _ranges.Source[_ranges.Current];

    /// <summary>For <c>foreach</c>.</summary>
    public readonly TextLines GetEnumerator() => this;

    /// <summary>Goes to the next line.</summary>
    public bool MoveNext() => _ranges.MoveNext();
}
