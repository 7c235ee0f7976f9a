using System.Collections.Concurrent;
using System.Net;
using System.Text;
using SmartSink.Smtp;
using SmartSink.Smtp.Auth;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;

namespace SmartSink.Testing.Dialogs;

/// <summary>Writes down what sessions report, a line for each report, in a form that a test can compare. Many sessions may share one.</summary>
public sealed class RecordingObserver : ISessionObserver
{
    private readonly ConcurrentQueue<string> _events = new();
    private readonly ConcurrentQueue<int> _codes = new();
    private readonly ConcurrentQueue<(string Sender, long Size)> _messages = new();
    private readonly ConcurrentQueue<(string Recipients, string Header)> _kept = new();
    private readonly ConcurrentQueue<string> _manners = new();
    private readonly ConcurrentQueue<string> _identities = new();

    /// <summary>Everything but the replies' codes, in order.</summary>
    public IReadOnlyList<string> Events => [.. _events];

    /// <summary>The codes of all replies, in order.</summary>
    public IReadOnlyList<int> Codes => [.. _codes];

    /// <summary>How many replies there were.</summary>
    public int ReplyCount => _codes.Count;

    /// <summary>Sender and size in octets of each message that ended, in order.</summary>
    public IReadOnlyList<(string Sender, long Size)> Messages => [.. _messages];

    /// <summary>What it wants to be kept of messages.</summary>
    public MessageDetails Details { get; set; }

    /// <summary>Of each message whatever was kept, in order: its first recipients with entry and outcome, and its header.</summary>
    public IReadOnlyList<(string Recipients, string Header)> Kept => [.. _kept];

    /// <summary>How clients misspoke and what else they did, in order.</summary>
    public IReadOnlyList<string> Manners => [.. _manners];

    /// <summary>Of each message for which <see cref="MessageDetails.Identity"/> was wanted: its id and run, and those of what it returns; <c>lost</c> behind it where its reply is.</summary>
    public IReadOnlyList<string> Identities => [.. _identities];

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        _events.Clear();
        _codes.Clear();
        _messages.Clear();
        _kept.Clear();
        _manners.Clear();
        _identities.Clear();
    }

    /// <inheritdoc/>
    public void ReplyWritten(int code) => _codes.Enqueue(code);

    /// <inheritdoc/>
    public void RecipientDecided(IMailboxFilter filter, int entry, Reply reply, in SessionFacts facts)
    {
        ArgumentNullException.ThrowIfNull(filter);
        ArgumentNullException.ThrowIfNull(reply);
        _events.Enqueue($"recipient {filter.EntryName(entry)} {reply.Outcome} at {facts.Stage}");
    }

    /// <inheritdoc/>
    public void RecipientDrawn(IMailboxFilter filter, int entry, Outcome outcome)
    {
        ArgumentNullException.ThrowIfNull(filter);
        _events.Enqueue($"drawn for {filter.EntryName(entry)}: {outcome}");
    }

    /// <inheritdoc/>
    public void ClientRefused(IMailboxFilter filter, int entry, Reply reply)
    {
        ArgumentNullException.ThrowIfNull(filter);
        ArgumentNullException.ThrowIfNull(reply);
        _events.Enqueue($"client refused for {filter.EntryName(entry)}: {reply.Label}");
    }

    /// <inheritdoc/>
    public MessageDetails Wants(in Moment now) => Details;

    /// <inheritdoc/>
    public void MessageEnded(in MessageFacts message)
    {
        if (message.Details != MessageDetails.None)
        {
            _kept.Enqueue((Text(message.FirstRecipients, message.Filter), Text(message.Header)));
        }

        if ((message.Details & MessageDetails.Identity) != MessageDetails.None)
        {
            _identities.Enqueue($"{Text(message.MessageId)} {Text(message.Run)} returns {Text(message.ReturnedId)} {Text(message.ReturnedRun)}{(message.IsReplyLost ? " lost" : string.Empty)}");
        }

        var sender = Text(message.Sender);
        _messages.Enqueue((sender, message.Size));
        _events.Enqueue($"message {(message.User.IsEmpty ? string.Empty : $"of {Text(message.User)} ")}from <{sender}> {message.Outcome} {message.Code}, {message.Recipients} recipients, {message.Size} octets, {message.TransactionTime.TotalSeconds} s, data {message.DataTime.TotalSeconds} s");
    }

    /// <inheritdoc/>
    public void TransactionAbandoned(IMailboxFilter filter, ReadOnlySpan<int> entries, uint connection) => _events.Enqueue($"abandoned {entries.Length}");

    /// <inheritdoc/>
    public void Misspoke(ProtocolFaults faults, in SessionFacts facts) => _manners.Enqueue(faults.ToString());

    /// <inheritdoc/>
    public void Noted(ClientAct act, uint connection) => _manners.Enqueue(act.ToString());

    /// <inheritdoc/>
    public void Authenticated(in AuthenticationFacts attempt) => _events.Enqueue($"authentication of <{Text(attempt.User)}> by {attempt.Mechanism}: {attempt.Result}");

    /// <inheritdoc/>
    public void ClientIntroduced(IPAddress? speaker, ReadOnlySpan<byte> attributes) =>
        _events.Enqueue($"introduced by {speaker}: {Text(attributes)}");

    /// <inheritdoc/>
    public void Refused(IMailboxFilter filter, int entry, in SessionFacts facts, Reply reply)
    {
        ArgumentNullException.ThrowIfNull(reply);
        _events.Enqueue($"refused <{Text(facts.Recipient)}> at {facts.Stage} with {reply.Code}");
    }

    private static string Text(MessageRecipients? recipients, IMailboxFilter filter) => string.Join(", ", Enumerable.Range(0, recipients?.Count ?? 0)
        .Select(index => $"{Text(recipients!.Mailbox(index))} in {filter.EntryName(recipients.Entry(index))} {recipients.OutcomeOf(index)}"));

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);
}
