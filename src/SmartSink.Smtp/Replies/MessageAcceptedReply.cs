using SmartSink.Smtp.Server;

namespace SmartSink.Smtp.Replies;

/// <summary>The protocol's own positive reply at end of data; it carries the transaction's id, which the log has too.</summary>
internal sealed class MessageAcceptedReply() : Reply(250, closes: false)
{
    public override void WriteTo(ReplyBuffer output, in SessionFacts facts)
    {
        output.Write("250 2.0.0 Ok: taken as "u8);
        output.Write(facts.TransactionId);
        output.Write("\r\n"u8);
    }
}
