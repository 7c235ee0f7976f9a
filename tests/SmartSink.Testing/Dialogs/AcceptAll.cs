using SmartSink.Smtp.Server;

namespace SmartSink.Testing.Dialogs;

/// <summary>Rules that take every recipient.</summary>
public sealed class AcceptAll : IMailboxFilter
{
    /// <inheritdoc/>
    public int EntryCount => 1;

    /// <inheritdoc/>
    public string EntryName(int entry) => "other";

    /// <inheritdoc/>
    public FilterAnswer Answer(in DialogFacts facts) => default;
}
