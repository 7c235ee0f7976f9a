using System.Text;
using SmartSink.Smtp;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;

namespace SmartSink.Testing.Dialogs;

/// <summary>Writes down what a session reports, a line for each report, in a form that a test can compare.</summary>
public sealed class RecordingObserver : ISessionObserver
{
    private readonly List<string> _events = [];

    /// <summary>Everything but the replies' codes, in order.</summary>
    public IReadOnlyList<string> Events => _events;

    /// <summary>The codes of all replies, in order.</summary>
    public List<int> Codes { get; } = [];

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        _events.Clear();
        Codes.Clear();
    }

    /// <inheritdoc/>
    public void ReplyWritten(int code) => Codes.Add(code);

    /// <inheritdoc/>
    public void RecipientDecided(IMailboxFilter filter, int entry, Outcome outcome, Stage stage)
    {
        ArgumentNullException.ThrowIfNull(filter);
        _events.Add($"recipient {filter.EntryName(entry)} {outcome} at {stage}");
    }

    /// <inheritdoc/>
    public void MessageEnded(in MessageFacts message) =>
        _events.Add($"message from <{Text(message.Sender)}> {message.Outcome} {message.Code}, {message.Recipients} recipients, {message.Size} octets, {message.TransactionTime.TotalSeconds} s, data {message.DataTime.TotalSeconds} s");

    /// <inheritdoc/>
    public void TransactionAbandoned(int recipients) => _events.Add($"abandoned {recipients}");

    /// <inheritdoc/>
    public void Refused(in DialogFacts facts, Reply reply)
    {
        ArgumentNullException.ThrowIfNull(reply);
        _events.Add($"refused <{Text(facts.Recipient)}> at {facts.Stage} with {reply.Code}");
    }

    private static string Text(ReadOnlySpan<byte> octets) => Encoding.UTF8.GetString(octets);
}
