using System.Text;

namespace SmartSink.Policy.Replies;

/// <summary>Finds the placeholders of a text; see <see cref="TemplateScanner"/>.</summary>
internal static class TemplateParser
{
    /// <summary>Looks for mistakes only.</summary>
    /// <param name="text">A line without control characters.</param>
    /// <param name="problems">Receives a sentence for each brace that does not name a placeholder.</param>
    public static void Check(ReadOnlySpan<char> text, ICollection<string> problems)
    {
        var scanner = new TemplateScanner(text);
        while (scanner.MoveNext())
        {
            if (scanner.Problem is { } problem)
            {
                problems.Add(problem);
            }
        }
    }

    /// <summary>Splits a line into fixed text and placeholders. A brace that does not name a placeholder stays as fixed text.</summary>
    /// <param name="text">A line without control characters.</param>
    public static TemplatePart[] Parse(ReadOnlySpan<char> text)
    {
        if (!text.ContainsAny('{', '}'))
        {
            return text.IsEmpty ? [] : [Fixed(text)];
        }

        var parts = new List<TemplatePart>();
        var literal = new StringBuilder();
        var scanner = new TemplateScanner(text);
        while (scanner.MoveNext())
        {
            literal.Append(scanner.Literal);
            if (scanner.Placeholder != Placeholder.None)
            {
                AddLiteral(parts, literal);
                parts.Add(new TemplatePart(scanner.Placeholder, []));
            }
        }

        AddLiteral(parts, literal);
        return [.. parts];
    }

    private static void AddLiteral(List<TemplatePart> parts, StringBuilder literal)
    {
        if (literal.Length > 0)
        {
            parts.Add(Fixed(literal.ToString()));
            literal.Clear();
        }
    }

    private static TemplatePart Fixed(ReadOnlySpan<char> text)
    {
        var bytes = new byte[Encoding.UTF8.GetByteCount(text)];
        Encoding.UTF8.GetBytes(text, bytes);
        return new TemplatePart(Placeholder.None, bytes);
    }
}
