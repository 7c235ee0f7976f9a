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
                diagnostics.Error(code.Place, $"code = {code.Value} is out of range; it must be 400 to 599");
            }
            else if (code.Value >= 500 && list.Kind == ReplyKind.Defer)
            {
                diagnostics.Warning(code.Place, $"{list.Title} contains code {code.Value}, which is a permanent failure");
            }
            else if (code.Value < 500 && list.Kind == ReplyKind.Bounce)
            {
                diagnostics.Warning(code.Place, $"{list.Title} contains code {code.Value}, which is only a temporary failure");
            }
        }
    }

    private static void CheckWeights(ReplyList list, DiagnosticBag diagnostics)
    {
        foreach (var reply in list.Replies)
        {
            if (reply.Weight is { } weight && weight.Value is not (0 or (>= SmallestWeight and <= LargestWeight)))
            {
                diagnostics.Error(weight.Place, $"weight = {weight.Value} is out of range; it must be 0, or {SmallestWeight:0.000000} to {LargestWeight}");
            }
        }

        if (list.Replies.Count > 0 && list.Replies.All(reply => reply.Weight is { Value: 0 }))
        {
            diagnostics.Error(list.Name.Place, $"all weights in {list.Title} are 0, so no reply could be chosen");
        }
    }

    private static void CheckRepetitions(ReplyList list, DiagnosticBag diagnostics)
    {
        if (list.Replies.Count < 2)
        {
            return;
        }

        var seen = new Dictionary<(long?, string?, bool?, TextEncoding?, Stage?, string?), ReplyEntry>();
        foreach (var reply in list.Replies)
        {
            var content = (reply.Code?.Value, reply.Text?.Value, reply.HasText?.Value, reply.Encoding?.Value, reply.Stage?.Value, reply.Limit?.Value);
            if (!seen.TryAdd(content, reply))
            {
                var first = seen[content];
                diagnostics.Warning(reply.Place, $"duplicate of the reply at line {first.Place.Line}; use weight to make a reply more frequent");
            }
        }
    }
}

/// <summary>Texts of replies can go onto the wire, their placeholders exist, and the codes in them agree with the reply's.</summary>
internal static class ReplyTextChecks
{
    /// <summary>Lines of one text.</summary>
    public const int MostLines = 512;

    /// <summary>Bytes of one text in UTF-8.</summary>
    public const int MostBytes = 64_000;

    public static void Check(PolicyDocument document, DiagnosticBag diagnostics)
    {
        foreach (var list in document.ReplyLists)
        {
            foreach (var reply in list.Replies)
            {
                if (reply.Text is { } text && CheckLength(text, "msg", diagnostics))
                {
                    CheckPresence(reply, text, diagnostics);
                    CheckEncoding(reply, text, diagnostics);
                    CheckControls(text, "msg", diagnostics);
                    CheckPlaceholders(text, diagnostics);
                    if (reply.Encoding is null)
                    {
                        CheckAscii(text, "msg", diagnostics);
                    }

                    CheckCodes(reply, text, diagnostics);
                }
            }
        }
    }

    /// <summary>Checks the text of a reply that is one text with its code.</summary>
    public static void CheckText(Setting<string> text, string key, DiagnosticBag diagnostics)
    {
        if (CheckLength(text, key, diagnostics))
        {
            CheckControls(text, key, diagnostics);
            CheckPlaceholders(text, diagnostics);
            CheckAscii(text, key, diagnostics);
        }
    }

    // A text that is too long is looked at no further.
    private static bool CheckLength(Setting<string> text, string key, DiagnosticBag diagnostics)
    {
        var lines = text.Value.AsSpan().Count('\n') + 1;
        var bytes = Encoding.UTF8.GetByteCount(text.Value);
        if (lines > MostLines)
        {
            diagnostics.Error(text.Place, $"{key} has {lines} lines; a reply can have at most {MostLines}");
            return false;
        }

        if (bytes > MostBytes)
        {
            diagnostics.Error(text.Place, $"{key} has {bytes} bytes; a reply can have at most {MostBytes}");
            return false;
        }

        return true;
    }

    private static void CheckPresence(ReplyEntry reply, Setting<string> text, DiagnosticBag diagnostics)
    {
        if (reply.HasText is { Value: false } && !string.IsNullOrWhiteSpace(text.Value))
        {
            diagnostics.Error(text.Place, "msg has a text, but text = false sends the code alone; remove one of them");
        }
    }

    private static void CheckEncoding(ReplyEntry reply, Setting<string> text, DiagnosticBag diagnostics)
    {
        if (reply.Encoding is not { } name || TextEncodings.Of(name.Value) is not { } encoding)
        {
            return;
        }

        // Control characters are another mistake.
        var lacking = text.Value.EnumerateRunes().Where(character => !Rune.IsControl(character) && !encoding.Has(character)).Distinct().ToList();
        if (lacking.Count > 0)
        {
            diagnostics.Error(
                text.Place,
                $"msg contains characters that {TextEncodings.Words[(int)name.Value]} does not have: {string.Join(", ", lacking.Select(character => $"{character} (U+{character.Value:X4})"))}");
        }
    }

    private static void CheckAscii(Setting<string> text, string key, DiagnosticBag diagnostics)
    {
        if (!Ascii.IsValid(text.Value))
        {
            diagnostics.Warning(text.Place, $"{key} is not ASCII; it is sent as UTF-8, which some clients cannot read in a reply (RFC 6531 section 3.7.4.2)");
        }
    }

    private static void CheckControls(Setting<string> text, string key, DiagnosticBag diagnostics)
    {
        if (!ControlCharacters.IsIn(text.Value))
        {
            return;
        }

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
            diagnostics.Error(text.Place, $"{key} contains control characters, which a reply cannot carry: {string.Join(", ", controls.Select(c => $"U+{(int)c:X4}"))}");
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

    private static void CheckCodes(ReplyEntry reply, Setting<string> text, DiagnosticBag diagnostics)
    {
        if (reply.Code is not { Value: >= 400 and <= 599 } code)
        {
            return;
        }

        var contradiction = Contradiction((int)code.Value, text.Value);
        if (reply.Lies is not { Value: true } lies)
        {
            if (contradiction is not null)
            {
                diagnostics.Warning(text.Place, $"{contradiction}; set class = \"lying\" if a real server sends this");
            }
        }
        else if (contradiction is null)
        {
            diagnostics.Warning(lies.Place, $"class = \"lying\" has no effect: no code in msg contradicts code {code.Value}");
        }
    }

    private static string? Contradiction(int code, string text)
    {
        foreach (var line in new TextLines(text))
        {
            if (GluedCode.ForeignCode(code, line) is var foreign and not 0)
            {
                return $"msg starts with code {foreign}, but the reply's code is {code}; both will be sent";
            }

            var start = GluedCode.TakeOff(code, line);
            var length = EnhancedCodeText.LengthAtStart(start);
            if (length > 0 && start[0] - '0' != code / 100)
            {
                return $"enhanced code {start[..length]} contradicts code {code}: its class must be {code / 100} (RFC 3463 section 2, RFC 2034 section 4)";
            }
        }

        return null;
    }
}
