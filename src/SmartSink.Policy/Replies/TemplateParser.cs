using System.Text;

namespace SmartSink.Policy.Replies;

/// <summary>Finds the placeholders of a text: <c>{name}</c>, with <c>{{</c> and <c>}}</c> for the braces themselves; a single <c>}</c> stands for itself.</summary>
internal static class TemplateParser
{
    /// <summary>Splits a line into fixed text and placeholders.</summary>
    /// <param name="text">A line without control characters.</param>
    /// <param name="problems">Receives a sentence for each brace that does not name a placeholder; such a piece stays as fixed text.</param>
    public static TemplatePart[] Parse(string text, ICollection<string> problems)
    {
        var parts = new List<TemplatePart>();
        var literal = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c is '{' or '}' && i + 1 < text.Length && text[i + 1] == c)
            {
                literal.Append(c);
                i++;
            }
            else if (c == '{' && TryReadName(text, i, problems, out var placeholder, out var end))
            {
                AddLiteral(parts, literal);
                parts.Add(new TemplatePart(placeholder, []));
                i = end;
            }
            else
            {
                literal.Append(c);
            }
        }

        AddLiteral(parts, literal);
        return [.. parts];
    }

    private static bool TryReadName(string text, int start, ICollection<string> problems, out Placeholder placeholder, out int end)
    {
        end = text.IndexOf('}', start);
        if (end < 0)
        {
            placeholder = Placeholder.None;
            problems.Add("a { without its }; write {{ for a brace");
            return false;
        }

        var name = text[(start + 1)..end];
        if (Placeholders.TryFind(name, out placeholder))
        {
            return true;
        }

        var hint = Suggestion.Of(name, Placeholders.Names) is { Length: > 0 } suggestion ? suggestion : "; write {{ for a brace";
        problems.Add($"unknown placeholder {{{name}}}{hint}");
        return false;
    }

    private static void AddLiteral(List<TemplatePart> parts, StringBuilder literal)
    {
        if (literal.Length > 0)
        {
            parts.Add(new TemplatePart(Placeholder.None, Encoding.UTF8.GetBytes(literal.ToString())));
            literal.Clear();
        }
    }
}
