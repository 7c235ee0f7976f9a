using SmartSink.Smtp.Server;

namespace SmartSink.Tests.Listening;

/// <summary>Rules that are a function of the test.</summary>
internal sealed class ScriptedFilter(ScriptedFilter.Script script) : IMailboxFilter, IMailboxFilterSource
{
    public delegate FilterAnswer Script(in DialogFacts facts);

    public IMailboxFilter Current => this;

    public int EntryCount => 1;

    public string EntryName(int entry) => "other";

    public FilterAnswer Answer(in DialogFacts facts) => script(facts);
}
