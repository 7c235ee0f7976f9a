using System.Text;
using SmartSink.Policy.Documents;
using SmartSink.Policy.Replies;

namespace SmartSink.Policy.Validation;

/// <summary>Texts of replies can go onto the wire, and their placeholders exist.</summary>
internal static class ReplyTextValidator
{
    /// <summary>Checks every text of a file.</summary>
    public static void Check(PolicyDocument document, DiagnosticBag diagnostics)
    {
        foreach (var list in document.ReplyLists)
        {
            foreach (var reply in list.Replies)
            {
                if (reply.Text is { } text)
                {
                    CheckCharacters(text, diagnostics);
                    CheckPlaceholders(text, diagnostics);
                    CheckForeignCodes(reply, text, diagnostics);
                }
            }
        }
    }

    private static void CheckCharacters(Setting<string> text, DiagnosticBag diagnostics)
    {
        if (ControlCharacters.IsIn(text.Value))
        {
            CheckControls(text, diagnostics);
        }

        if (!Ascii.IsValid(text.Value))
        {
            diagnostics.Warning(text.Place, "characters beyond ASCII go out as UTF-8, which not every client expects in a reply (RFC 6531 section 3.7.4.2)");
        }
    }

    private static void CheckControls(Setting<string> text, DiagnosticBag diagnostics)
    {
        var controls = new List<char>();
        foreach (var line in ReplyTextNormaliser.SplitLines(text.Value))
        {
            foreach (var c in line)
            {
                if (c != '\t' && char.IsControl(c) && !controls.Contains(c))
                {
                    controls.Add(c);
                }
            }
        }

        if (controls.Count > 0)
        {
            diagnostics.Error(text.Place, $"control characters cannot stand in a reply: {string.Join(", ", controls.Select(c => $"U+{(int)c:X4}"))}");
        }
    }

    private static void CheckPlaceholders(Setting<string> text, DiagnosticBag diagnostics)
    {
        if (!text.Value.Contains('{', StringComparison.Ordinal))
        {
            return;
        }

        var problems = new List<string>();
        foreach (var line in ReplyTextNormaliser.SplitLines(text.Value))
        {
            TemplateParser.Check(line, problems);
        }

        foreach (var problem in problems.Distinct())
        {
            diagnostics.Error(text.Place, problem);
        }
    }

    private static void CheckForeignCodes(ReplySection reply, Setting<string> text, DiagnosticBag diagnostics)
    {
        if (reply.Code is not { Value: >= 400 and <= 599 } code)
        {
            return;
        }

        foreach (var line in ReplyTextNormaliser.SplitLines(text.Value))
        {
            if (GluedCode.ForeignCode((int)code.Value, line) is var foreign and not 0)
            {
                diagnostics.Warning(text.Place, $"the text brings code {foreign}, but the reply's code is {code.Value}; both will be sent");
                return;
            }
        }
    }
}
