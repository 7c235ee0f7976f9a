using System.Text;

namespace SmartSink.TrafficGen.Generating;

/// <summary>A header field as it is written, broken into lines where it grows too long.</summary>
/// <param name="name">The field's name with its colon.</param>
/// <param name="capacity">Room for so many characters from the start.</param>
internal sealed class FoldedField(string name, int capacity)
{
    /// <summary>How long a line with an encoded word may be (RFC 2047 section 2).</summary>
    private const int LongestLine = 76;

    private readonly StringBuilder _lines = new(name, capacity);
    private int _lineStart;

    /// <summary>Adds a word. The line is broken before the blank, which stays (RFC 5322 section 2.2.3).</summary>
    /// <param name="blank">What stands before the word; where there is none, the line cannot be broken.</param>
    /// <param name="word">The word.</param>
    public void Append(string blank, string word)
    {
        if (blank.Length > 0 && _lines.Length - _lineStart + blank.Length + word.Length > LongestLine)
        {
            _lines.Append("\r\n");
            _lineStart = _lines.Length;
        }

        _lines.Append(blank).Append(word);
    }

    /// <summary>The field, without its last line end.</summary>
    public override string ToString() => _lines.ToString();
}
