using System.Text;
using SmartSink.Smtp.Replies;

namespace SmartSink.Policy.Replies;

/// <summary>A reply with placeholders, formatted per use without allocations.</summary>
/// <param name="code">400 to 599.</param>
/// <param name="closes">Whether the connection ends after it.</param>
/// <param name="label">Why it refuses.</param>
/// <param name="encoding">What it is written in; null for UTF-8.</param>
/// <param name="lines">At least one.</param>
/// <param name="seed">Of the numbers in it that look like chance.</param>
internal sealed class TemplateReply(int code, bool closes, ReplyLabel label, ReplyEncoding? encoding, TemplateLine[] lines, ulong seed) : Reply(code, closes, label, encoding)
{
    public override string ToText() => string.Join('\n', lines.Select(line => System.Text.Encoding.UTF8.GetString(line.Prefix) + string.Concat(line.Parts.Select(Placeholders.TextOf))));

    public override void WriteTo(ReplyBuffer output, in SessionFacts facts)
    {
        var writer = new ReplyWriter(output, Code, stackalloc byte[ReplyWriter.MaxLineLength], Encoding);
        var place = 0;
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
                    PlaceholderValue.Append(ref writer, part, facts, seed, place++);
                }
            }
        }

        writer.Finish();
    }
}

/// <summary>One logical line of a reply, before it is wrapped.</summary>
/// <param name="Prefix">The enhanced code and a space, repeated on each line that wrapping makes of this one; empty when the line has none.</param>
/// <param name="Parts">The text after it.</param>
internal readonly record struct TemplateLine(byte[] Prefix, TemplatePart[] Parts);

/// <summary>A piece of a reply's line.</summary>
/// <param name="Placeholder">What to insert; <see cref="Placeholder.None"/> for fixed text.</param>
/// <param name="Number">The number that the placeholder was given; 0 for none.</param>
/// <param name="Literal">The octets of fixed text, UTF-8 without control characters; empty for a placeholder.</param>
internal readonly record struct TemplatePart(Placeholder Placeholder, int Number, byte[] Literal);

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
                parts.Add(new TemplatePart(scanner.Placeholder, scanner.Number, []));
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
        return new TemplatePart(Placeholder.None, Number: 0, bytes);
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

    public int Number { get; private set; }

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
        // No name has a brace in it, so the text is looked through once, however many are left open.
        var end = _rest[1..].IndexOfAny('{', '}') + 1;
        length = end + 1;
        if (end == 0 || _rest[end] == '{')
        {
            Problem = "unclosed {; write {{ for a literal brace";
            return false;
        }

        var name = _rest[1..end];
        Placeholder = Placeholders.Find(name, out var number);
        Number = number;
        Problem = Placeholder == Placeholder.None ? Placeholders.Problem(name.ToString()) : null;
        return Placeholder != Placeholder.None;
    }
}
