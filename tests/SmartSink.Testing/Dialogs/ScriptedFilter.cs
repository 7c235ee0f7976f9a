using System.Text;
using SmartSink.Smtp;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;

namespace SmartSink.Testing.Dialogs;

/// <summary>Rules written down in a test: a reply per stage, and per recipient's domain. Remembers what it was asked.</summary>
public sealed class ScriptedFilter : IMailboxFilter
{
    private readonly Dictionary<Stage, FilterAnswer> _stages = [];
    private readonly Dictionary<string, FilterAnswer> _domains = new(StringComparer.Ordinal);

    /// <summary>One line for each time it was asked: the stage and all facts.</summary>
    public List<string> Asked { get; } = [];

    /// <inheritdoc/>
    public bool WantsDestination { get; init; }

    /// <inheritdoc/>
    public int EntryCount => 100;

    /// <inheritdoc/>
    public string EntryName(int entry) => entry == 0 ? "other" : $"entry{entry}";

    /// <inheritdoc/>
    public int EntryOf(ReadOnlySpan<byte> domain) => _domains.GetValueOrDefault(Text(domain)).Entry;

    /// <summary>The messages that were accepted for recipients whose answers wanted the id: <c>id for mailbox in entry</c>.</summary>
    public List<string> Delivered { get; } = [];

    /// <summary>Gives this reply at a stage; null to go on there.</summary>
    public ScriptedFilter At(Stage stage, Reply? reply) => At(stage, new FilterAnswer { Reply = reply });

    /// <summary>Gives this answer at a stage.</summary>
    public ScriptedFilter At(Stage stage, FilterAnswer answer)
    {
        _stages[stage] = answer;
        return this;
    }

    /// <summary>Gives this answer for the recipients of a domain.</summary>
    public ScriptedFilter For(string domain, FilterAnswer answer)
    {
        _domains[domain] = answer;
        return this;
    }

    /// <inheritdoc/>
    public FilterAnswer Answer(in SessionFacts facts)
    {
        Asked.Add($"{facts.Stage} helo={Text(facts.Helo)} sender={Text(facts.Sender)}/{Text(facts.SenderDomain)} recipient={Text(facts.Recipient)}/{Text(facts.LocalPart)}/{Text(facts.Domain)} host={Text(facts.Hostname)} client={facts.ClientAddress}{(facts.Destination is null ? string.Empty : $" to={facts.Destination}")} id={facts.TransactionId.Length} at={facts.Now.Milliseconds}");
        return facts.Stage == Stage.Rcpt && _domains.TryGetValue(Text(facts.Domain), out var answer) ? answer : _stages.GetValueOrDefault(facts.Stage);
    }

    /// <inheritdoc/>
    public void MessageAccepted(in DeliveryFacts delivery) => Delivered.Add($"{Text(delivery.MessageId)} for {Text(delivery.Recipient)} in {EntryName(delivery.Entry)}");

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);
}
