using System.Text;
using SmartSink.Shared;

namespace SmartSink.Policy.Replies;

internal static class TemplateParser
{
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

/// <summary>
/// Goes through a text piece by piece: <c>{name}</c> is a placeholder, <c>{{</c> and <c>}}</c> are the braces themselves,
/// a single <c>}</c> stands for itself.
/// </summary>
internal ref struct TemplateScanner(ReadOnlySpan<char> text)
{
    private ReadOnlySpan<char> _rest = text;

    public Placeholder Placeholder { get; private set; }

    public ReadOnlySpan<char> Literal { get; private set; }

    public string? Problem { get; private set; }

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

/// <summary>A piece of a reply's line.</summary>
/// <param name="Placeholder">What to insert; <see cref="Placeholder.None"/> for fixed text.</param>
/// <param name="Literal">The octets of fixed text, UTF-8 without control characters; empty for a placeholder.</param>
internal readonly record struct TemplatePart(Placeholder Placeholder, byte[] Literal);
