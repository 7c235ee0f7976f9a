using SmartSink.Policy.Documents;

namespace SmartSink.Policy.Merging;

/// <summary>What holds for an entry, with everything inherited filled in.</summary>
/// <param name="Domain">The entry.</param>
/// <param name="LikeChain">The entries that it is like, nearest first.</param>
/// <param name="Bounce">Its rate of bounces.</param>
/// <param name="Defer">Its rate of deferrals.</param>
/// <param name="Sticky">Whether bounces are drawn from addresses.</param>
/// <param name="RequiresTls">Its <c>tls</c>, false unless somebody says required, and who says it.</param>
/// <param name="Bounces">Its bounce replies; null for the built-in one.</param>
/// <param name="Defers">Its defer replies; null for the built-in one.</param>
/// <param name="TlsReplies">Its replies to clients without TLS; null for the built-in one.</param>
internal readonly record struct ResolvedDomain(
    MergedDomain Domain,
    IReadOnlyList<MergedDomain> LikeChain,
    ResolvedRate Bounce,
    ResolvedRate Defer,
    bool Sticky,
    ResolvedTls RequiresTls,
    ReplyListSection? Bounces,
    ReplyListSection? Defers,
    ReplyListSection? TlsReplies);
