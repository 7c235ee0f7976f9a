using SmartSink.Smtp.Server;

namespace SmartSink.Tests.Observability;

/// <summary>A revision that has entries and no opinions.</summary>
internal sealed class FakeFilter(params string[] entries) : IMailboxFilter
{
    public int EntryCount => entries.Length;

    public string EntryName(int entry) => entries[entry];

    public FilterAnswer Answer(in DialogFacts facts) => default;
}
