using SmartSink.Policy.Matching;

namespace SmartSink.Policy.Documents;

/// <summary>All <c>[[bounce."…"]]</c>, <c>[[defer."…"]]</c> or <c>[[tls."…"]]</c> tables of one name in one file.</summary>
/// <param name="Kind">Which list.</param>
/// <param name="Name">The domain, the pattern or <c>*</c>.</param>
/// <param name="Replies">In the order of the file.</param>
internal sealed record ReplyListSection(ReplyKind Kind, Setting<DomainKey> Name, IReadOnlyList<ReplySection> Replies)
{
    /// <summary>The list's name as written in the file, for messages.</summary>
    public string Title => $"{Kind.ToString().ToLowerInvariant()}.\"{Name.Value}\"";
}
