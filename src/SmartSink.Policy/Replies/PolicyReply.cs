using SmartSink.Smtp;
using SmartSink.Smtp.Replies;

namespace SmartSink.Policy.Replies;

/// <summary>A reply that the policy's file gives, with the stage at which it is meant.</summary>
/// <param name="Reply">What goes onto the wire.</param>
/// <param name="Stage">The stage that the file names; <see cref="Stage.Rcpt"/> when it names none.</param>
internal sealed record PolicyReply(Reply Reply, Stage Stage)
{
    /// <summary>The stage at which the reply goes out: what lies before RCPT is given there, the first moment at which the domain is known.</summary>
    public Stage GivenAt => Stage == Stage.Data ? Stage.Data : Stage.Rcpt;
}
