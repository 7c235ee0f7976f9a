using SmartSink.Policy.Documents;
using SmartSink.Smtp;

namespace SmartSink.Policy.Decisions;

/// <summary>All that makes one reply of a file differ from another.</summary>
/// <param name="Code">400 to 599.</param>
/// <param name="Text">As in the file.</param>
/// <param name="Stage">As in the file; <see cref="Stage.Rcpt"/> when it names none.</param>
/// <param name="Closes">As in the file; null when it does not say.</param>
internal readonly record struct ReplyContent(int Code, string Text, Stage Stage, bool? Closes)
{
    /// <summary>The content of a reply of a policy without errors.</summary>
    public static ReplyContent Of(ReplySection reply) =>
        new((int)reply.Code!.Value.Value, reply.Text!.Value.Value, reply.Stage?.Value ?? Stage.Rcpt, reply.Close?.Value);
}
