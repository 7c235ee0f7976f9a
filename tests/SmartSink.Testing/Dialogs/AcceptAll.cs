using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;

namespace SmartSink.Testing.Dialogs;

/// <summary>Rules that take every recipient.</summary>
/// <param name="entries">What a revision of them counts by; <c>other</c> alone unless told.</param>
public sealed class AcceptAll(params string[] entries) : IMailboxFilter
{
    private readonly string[] _entries = entries.Length == 0 ? ["other"] : entries;

    /// <inheritdoc/>
    public int EntryCount => _entries.Length;

    /// <inheritdoc/>
    public string EntryName(int entry) => _entries[entry];

    /// <inheritdoc/>
    public int EntryOf(ReadOnlySpan<byte> domain) => 0;

    /// <inheritdoc/>
    public FilterAnswer Answer(in SessionFacts facts) => default;
}
