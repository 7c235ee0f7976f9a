using SmartSink.Smtp.Replies;

namespace SmartSink.Policy.Replies;

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

    /// <summary>The reply with a code.</summary>
    /// <param name="code">400 to 599.</param>
    public static EchoReply Of(int code) => All[code - FirstCode];

    /// <inheritdoc/>
    public override void WriteTo(ReplyBuffer output, in SessionFacts facts)
    {
        var writer = new ReplyWriter(output, Code, stackalloc byte[ReplyWriter.MaxLineLength]);
        writer.BeginLine(Code < 500 ? "4.0.0 "u8 : "5.0.0 "u8);
        writer.Append("you said "u8);
        writer.AppendValue(facts.LocalPart);
        writer.Finish();
    }
}
