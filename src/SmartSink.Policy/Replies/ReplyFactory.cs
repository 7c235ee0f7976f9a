using System.Text;
using SmartSink.Smtp.Replies;

namespace SmartSink.Policy.Replies;

/// <summary>Makes a reply of what the file says.</summary>
internal static class ReplyFactory
{
    /// <summary>Makes a reply; one without placeholders is encoded here, once.</summary>
    /// <param name="code">400 to 599.</param>
    /// <param name="text">As in the file; see <see cref="ReplyTextNormaliser"/>.</param>
    /// <param name="closes">Whether the connection ends after it; null for what RFC 5321 section 3.8 says, which is: only after 421.</param>
    public static Reply Create(int code, string text, bool? closes = null)
    {
        var lines = ReadLines(code, text);
        var template = new TemplateReply(code, closes ?? code == 421, lines);
        return lines.Any(line => line.Parts.Any(part => part.Placeholder != Placeholder.None)) ? template : FixedReply.Of(template);
    }

    private static TemplateLine[] ReadLines(int code, string text) =>
        [.. ReplyTextNormaliser.Normalise(code, text).Select(line => new TemplateLine(
            line.EnhancedCode.Length == 0 ? [] : Encoding.UTF8.GetBytes(line.EnhancedCode + " "),
            TemplateParser.Parse(line.Text)))];
}
