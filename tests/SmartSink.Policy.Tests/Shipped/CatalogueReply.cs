using SmartSink.Policy.Model;
using SmartSink.Policy.Replies;
using SmartSink.Smtp.Replies;

namespace SmartSink.Policy.Tests.Shipped;

/// <summary>A reply as its provider's file gives it.</summary>
/// <param name="File">The file's name.</param>
/// <param name="Line">The line of its header.</param>
/// <param name="Comment">The line above the header.</param>
/// <param name="Entry">The domain or pattern that it belongs to.</param>
/// <param name="Kind">Which of the entry's lists it stands in.</param>
/// <param name="Keys">Its keys in the order of the file.</param>
internal sealed record CatalogueReply(string File, int Line, string Comment, string Entry, ReplyKind Kind, IReadOnlyList<string> Keys)
{
    public required int Code { get; init; }

    public required string Text { get; init; }

    public required double Weight { get; init; }

    public required bool? Closes { get; init; }

    /// <summary>Where to look when a test names this reply.</summary>
    public string Place => $"{File}:{Line}";

    /// <summary>The reply as the sink would give it.</summary>
    public Reply ToReply() => ReplyFactory.Create(Code, Text, Closes);
}
