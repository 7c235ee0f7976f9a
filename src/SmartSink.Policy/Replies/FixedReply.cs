using SmartSink.Smtp;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;

namespace SmartSink.Policy.Replies;

/// <summary>A reply that is the same in every dialog: encoded once, when the policy is loaded.</summary>
internal sealed class FixedReply(int code, bool closes, Stage stage, byte[] octets) : PolicyReply(code, closes, stage)
{
    /// <inheritdoc/>
    public override void WriteTo(ReplyBuffer output, in DialogFacts facts) => output.Write(octets);
}
