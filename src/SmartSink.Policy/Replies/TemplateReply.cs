using SmartSink.Smtp.Replies;

namespace SmartSink.Policy.Replies;

/// <summary>A reply with placeholders, formatted per use without allocations.</summary>
internal sealed class TemplateReply(int code, bool closes, TemplateLine[] lines) : Reply(code, closes)
{
    /// <inheritdoc/>
    public override void WriteTo(ReplyBuffer output, in SessionFacts facts)
    {
        var writer = new ReplyWriter(output, Code, stackalloc byte[ReplyWriter.MaxLineLength]);
        foreach (ref readonly var line in lines.AsSpan())
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
