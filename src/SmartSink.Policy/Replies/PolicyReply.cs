using System.Text;
using SmartSink.Policy.Model;
using SmartSink.Smtp;
using SmartSink.Smtp.Replies;

namespace SmartSink.Policy.Replies;

/// <summary>A reply that the policy's file gives, with the stage at which it is meant.</summary>
internal sealed record PolicyReply(Reply Reply, Stage Stage)
{
    /// <summary>The stage at which the reply goes out: what lies before RCPT is given there, the first moment at which the domain is known.</summary>
    public Stage GivenAt => Stage == Stage.Data ? Stage.Data : Stage.Rcpt;
}

internal static class ReplyFactory
{
    /// <summary>Makes a reply; one without placeholders is encoded here, once.</summary>
    /// <param name="code">400 to 599.</param>
    /// <param name="text">As in the file; null for the code alone. See <see cref="ReplyTextNormaliser"/>.</param>
    /// <param name="closes">Whether the connection ends after it; null for what RFC 5321 section 3.8 says, which is: only after 421.</param>
    /// <param name="label">Why it refuses; null for what the enhanced code of its first line says.</param>
    /// <param name="encoding">What it is written in.</param>
    /// <param name="seed">Of the numbers in it that look like chance.</param>
    public static Reply Create(int code, string? text, bool? closes = null, ReplyLabel? label = null, TextEncoding encoding = TextEncoding.Utf8, ulong seed = 0)
    {
        var normalised = ReplyTextNormaliser.Normalise(code, text);
        var lines = ReadLines(normalised);
        label ??= ReplyLabels.Of(code, EnhancedCodeText.Read(normalised[0].EnhancedCode));
        var template = new TemplateReply(code, closes ?? code == 421, label.Value, TextEncodings.Of(encoding), lines, seed);
        return lines.Any(line => line.Parts.Any(part => part.Placeholder != Placeholder.None)) ? template : FixedReply.Of(template);
    }

    private static TemplateLine[] ReadLines(IReadOnlyList<ReplyTextLine> lines) =>
        [.. lines.Select(line => new TemplateLine(
            line.EnhancedCode.Length == 0 ? [] : Encoding.UTF8.GetBytes(line.EnhancedCode + " "),
            TemplateParser.Parse(line.Text)))];
}

/// <summary>The answer to a local part that starts with a code: <c>450 4.0.0 you said 450-please</c>.</summary>
internal sealed class EchoReply : Reply
{
    private const int FirstCode = 400;
    private const int LastCode = 599;

    private static readonly EchoReply[] All = [.. Enumerable.Range(FirstCode, LastCode - FirstCode + 1).Select(code => new EchoReply(code))];

    private EchoReply(int code)
        : base(code, closes: code == 421)
    {
    }

    public static EchoReply Of(int code) => All[code - FirstCode];

    public override void WriteTo(ReplyBuffer output, in SessionFacts facts)
    {
        var writer = new ReplyWriter(output, Code, stackalloc byte[ReplyWriter.MaxLineLength]);
        writer.BeginLine(Code < 500 ? "4.0.0 "u8 : "5.0.0 "u8);
        writer.Append("you said "u8);
        writer.AppendValue(facts.LocalPart);
        writer.Finish();
    }
}
