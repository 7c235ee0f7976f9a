using System.Text;
using SmartSink.Smtp;
using SmartSink.Smtp.Replies;

namespace SmartSink.Policy.Replies;

/// <summary>Makes a reply of what the file says.</summary>
internal static class ReplyFactory
{
    /// <summary>Makes a reply; one without placeholders is encoded here, once.</summary>
    /// <param name="code">400 to 599.</param>
    /// <param name="text">As in the file; see <see cref="ReplyTextNormaliser"/>.</param>
    /// <param name="stage">When it is meant to be given.</param>
    /// <param name="closes">Whether the connection ends after it; null for what RFC 5321 section 3.8 says, which is: only after 421.</param>
    public static PolicyReply Create(int code, string text, Stage stage = Stage.Rcpt, bool? closes = null)
    {
        var lines = ReadLines(code, text, []);
        var closing = closes ?? code == 421;
        if (lines.Any(line => line.Parts.Any(part => part.Placeholder != Placeholder.None)))
        {
            return new TemplateReply(code, closing, stage, lines);
        }

        var octets = new ReplyBuffer(ReplyLineWriter.LineLength);
        TemplateReply.Write(octets, code, lines, facts: default);
        return new FixedReply(code, closing, stage, octets.Pending.ToArray());
    }

    /// <summary>The lines of a text with their placeholders.</summary>
    /// <param name="code">400 to 599.</param>
    /// <param name="text">As in the file.</param>
    /// <param name="problems">Receives a sentence for each mistake in a placeholder.</param>
    public static TemplateLine[] ReadLines(int code, string text, ICollection<string> problems) =>
        [.. ReplyTextNormaliser.Normalise(code, text).Select(line => new TemplateLine(
            line.EnhancedCode.Length == 0 ? [] : Encoding.UTF8.GetBytes(line.EnhancedCode + " "),
            TemplateParser.Parse(line.Text, problems)))];
}
