using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace SmartSink.Ledger.Report;

/// <summary>HTML or XML in the making. What stands in the holes of an interpolated string is text and can never become markup, in an element or in an attribute with double quotes.</summary>
internal sealed class Markup
{
    // Behind it there are no characters that XML has not, and the two languages escape alike.
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    private readonly StringBuilder _text = new();

    /// <summary>Adds a piece, which the handler has written by the time of the call.</summary>
    public Markup Add([InterpolatedStringHandlerArgument("")] Literal markup)
    {
        _ = markup;
        return this;
    }

    /// <summary>A style sheet of the program's own.</summary>
    public void AddStyle(string style) => _text.Append("<style>\n").Append(style).Append("\n</style>\n");

    public override string ToString() => _text.ToString();

    /// <summary>Writes an interpolated string piece by piece.</summary>
    [InterpolatedStringHandler]
    internal readonly ref struct Literal
    {
        private readonly StringBuilder _text;

        public Literal(int literalLength, int formattedCount, Markup markup)
        {
            _text = markup._text;
            _text.EnsureCapacity(_text.Length + literalLength + formattedCount);
        }

        public void AppendLiteral(string markup) => _text.Append(markup);

        public void AppendFormatted(string? text) => _text.Append(Encoder.Encode(string.Join('\n', (text ?? string.Empty).ReplaceLineEndings("\n").Split('\n').Select(ReportFormats.Visible))));

        public void AppendFormatted(long number) => _text.Append(number.ToString(CultureInfo.InvariantCulture));

        public void AppendFormatted(long number, string format) => _text.Append(number.ToString(format, CultureInfo.InvariantCulture));
    }
}
