using System.Text;
using SmartSink.Policy.Model;
using SmartSink.Policy.Replies;
using SmartSink.Smtp;

namespace SmartSink.Policy.Files;

internal static class ReplyListChecks
{
    public const double SmallestWeight = 0.000_001;

    public const double LargestWeight = 1_000_000;

    public static void Check(PolicyDocument document, DiagnosticBag diagnostics)
    {
        foreach (var list in document.ReplyLists)
        {
            CheckCodes(list, diagnostics);
            CheckWeights(list, diagnostics);
            CheckRepetitions(list, diagnostics);
        }
    }

    private static void CheckCodes(ReplyList list, DiagnosticBag diagnostics)
    {
        foreach (var reply in list.Replies)
        {
            if (reply.Code is not { } code)
            {
                continue;
            }

            if (code.Value is < 400 or > 599)
            {
                diagnostics.Error(code.Place, $"code = {code.Value} is not from 400 to 599");
            }
            else if (code.Value >= 500 && list.Kind == ReplyKind.Defer)
            {
                diagnostics.Warning(code.Place, $"code {code.Value} among the defer replies of \"{list.Name.Value}\" refuses for good");
            }
            else if (code.Value < 500 && list.Kind == ReplyKind.Bounce)
            {
                diagnostics.Warning(code.Place, $"code {code.Value} among the bounce replies of \"{list.Name.Value}\" refuses only for now");
            }
        }
    }

    private static void CheckWeights(ReplyList list, DiagnosticBag diagnostics)
    {
        foreach (var reply in list.Replies)
        {
            if (reply.Weight is { } weight && weight.Value is not (0 or (>= SmallestWeight and <= LargestWeight)))
            {
                diagnostics.Error(weight.Place, $"weight = {weight.Value} is neither 0 nor from {SmallestWeight:0.000000} to {LargestWeight}");
            }
        }

        if (list.Replies.Count > 0 && list.Replies.All(reply => reply.Weight is { Value: 0 }))
        {
            diagnostics.Error(list.Name.Place, $"all weights of {list.Title} are 0: there is no reply to choose");
        }
    }

    private static void CheckRepetitions(ReplyList list, DiagnosticBag diagnostics)
    {
        if (list.Replies.Count < 2)
        {
            return;
        }

        var seen = new Dictionary<(long?, string?, Stage?), ReplyEntry>();
        foreach (var reply in list.Replies)
        {
            if (!seen.TryAdd((reply.Code?.Value, reply.Text?.Value, reply.Stage?.Value), reply))
            {
                var first = seen[(reply.Code?.Value, reply.Text?.Value, reply.Stage?.Value)];
                diagnostics.Warning(reply.Place, $"the same reply as in line {first.Place.Line}; weight says more plainly that it is more frequent");
            }
        }
    }
}

/// <summary>Texts of replies can go onto the wire, and their placeholders exist.</summary>
internal static class ReplyTextChecks
{
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
        foreach (var line in new TextLines(text.Value))
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
        foreach (var line in new TextLines(text.Value))
        {
            TemplateParser.Check(line, problems);
        }

        foreach (var problem in problems.Distinct())
        {
            diagnostics.Error(text.Place, problem);
        }
    }

    private static void CheckForeignCodes(ReplyEntry reply, Setting<string> text, DiagnosticBag diagnostics)
    {
        if (reply.Code is not { Value: >= 400 and <= 599 } code)
        {
            return;
        }

        foreach (var line in new TextLines(text.Value))
        {
            if (GluedCode.ForeignCode((int)code.Value, line) is var foreign and not 0)
            {
                diagnostics.Warning(text.Place, $"the text brings code {foreign}, but the reply's code is {code.Value}; both will be sent");
                return;
            }
        }
    }
}
