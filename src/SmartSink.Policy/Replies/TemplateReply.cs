using SmartSink.Smtp;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;

namespace SmartSink.Policy.Replies;

/// <summary>A reply with placeholders, formatted per use without allocations.</summary>
internal sealed class TemplateReply(int code, bool closes, Stage stage, TemplateLine[] lines) : PolicyReply(code, closes, stage)
{
    /// <inheritdoc/>
    public override void WriteTo(ReplyBuffer output, in DialogFacts facts) => Write(output, Code, lines, facts);

    /// <summary>Writes a reply of the given lines.</summary>
    public static void Write(ReplyBuffer output, int code, ReadOnlySpan<TemplateLine> lines, in DialogFacts facts)
    {
        var writer = new ReplyLineWriter(output, code, stackalloc byte[ReplyLineWriter.LineLength]);
        foreach (ref readonly var line in lines)
        {
            writer.BeginLine(line.Prefix);
            foreach (ref readonly var part in line.Parts.AsSpan())
            {
                if (part.Placeholder == Placeholder.None)
                {
                    writer.Append(part.Literal);
                }
                else
                {
                    PlaceholderValue.Append(ref writer, part.Placeholder, facts);
                }
            }
        }

        writer.Finish();
    }
}
