using System.Collections.Concurrent;
using System.Net;
using System.Text;
using SmartSink.Events;
using SmartSink.Senders;
using SmartSink.Smtp;
using SmartSink.Smtp.Auth;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;
using SmartSink.Telemetry;

namespace SmartSink.Observers;

/// <summary>Takes what sessions report, counts it in all and by sender, and shows it in the log, as events and as samples where that is asked for.</summary>
internal sealed class SessionReporter(SessionMetrics metrics, SenderTable senders, ILogger<SessionReporter> log, SinkEvents? events = null, MessageSamples? samples = null, LedgerKeeper? ledger = null) : ISessionObserver
{
    private readonly RefusingDomains _refusing = new();

    public void ReplyWritten(int code) => metrics.CountReply(code);

    public void DialogBegan(in SessionFacts facts)
    {
        senders.DialogBegan(facts);
        ledger?.Feed?.DialogBegan(facts);
    }

    public void TransactionBegan(in SessionFacts facts, bool offersTls) => ledger?.Feed?.TransactionBegan(facts, offersTls);

    public void RecipientTaken(IMailboxFilter filter, int entry, in SessionFacts facts, Reply? kept)
    {
        senders.RecipientTaken(facts, kept);
        ledger?.Feed?.RecipientTaken(filter, entry, facts);
    }

    public void RecipientDecided(IMailboxFilter filter, int entry, Reply reply, in SessionFacts facts)
    {
        metrics.CountRecipient(filter, entry, reply, facts.Stage);
        senders.RecipientDecided(facts, reply);
        ledger?.Feed?.RecipientDecided(filter, entry, reply, facts);
    }

    public void RecipientDrawn(IMailboxFilter filter, int entry, Outcome outcome) => metrics.CountDraw(filter, entry, outcome);

    public void ClientRefused(IMailboxFilter filter, int entry, Reply reply) => metrics.CountRefusal(filter, entry, reply);

    public MessageDetails Wants(in Moment now) =>
        (events is not null && events.WantsMessage(now) ? MessageDetails.Recipients : MessageDetails.None)
        | (samples is not null && samples.WantsHeader() ? MessageDetails.Header : MessageDetails.None)
        | (ledger is { IsOn: true } ? MessageDetails.Identity : MessageDetails.None);

    public void MessageEnded(in MessageFacts message)
    {
        metrics.CountMessage(in message);
        senders.MessageEnded(message.ClientAddress);
        ledger?.Feed?.MessageEnded(message);
        if (message.Details != MessageDetails.None)
        {
            events?.MessageEnded(message);
            samples?.MessageEnded(message);
        }

        if (log.IsEnabled(LogLevel.Debug))
        {
            var (id, sender, outcome) = (Text(message.TransactionId), Text(message.Sender), LabelWords.Outcomes[(int)message.Outcome]);
            var milliseconds = message.TransactionTime.TotalMilliseconds;
            if (message.User.IsEmpty)
            {
                log.MessageEnded(id, message.ClientAddress, sender, outcome, message.Code, message.Recipients, message.Size, milliseconds);
            }
            else
            {
                log.MessageOfUserEnded(id, Text(message.User), message.ClientAddress, sender, outcome, message.Code, message.Recipients, message.Size, milliseconds);
            }
        }
    }

    public void TransactionAbandoned(IMailboxFilter filter, ReadOnlySpan<int> entries, uint connection)
    {
        metrics.CountAbandoned(filter, entries);
        ledger?.Feed?.TransactionAbandoned(connection);
    }

    public void Misspoke(ProtocolFaults faults, in SessionFacts facts) => ledger?.Feed?.Misspoke(faults, facts);

    public void Noted(ClientAct act, uint connection) => ledger?.Feed?.Noted(act, connection);

    public void Authenticated(in AuthenticationFacts attempt)
    {
        metrics.CountAuthentication(attempt.Mechanism, attempt.Result);
        if (log.IsEnabled(LogLevel.Debug))
        {
            log.Authenticated(
                attempt.ClientAddress,
                Text(attempt.User),
                LabelWords.AuthMechanisms[(int)attempt.Mechanism],
                LabelWords.AuthResults[(int)attempt.Result]);
        }
    }

    public void ClientIntroduced(IPAddress? speaker, ReadOnlySpan<byte> attributes)
    {
        if (log.IsEnabled(LogLevel.Debug))
        {
            log.ClientIntroduced(speaker, Text(attributes));
        }
    }

    public void Refused(IMailboxFilter filter, int entry, in SessionFacts facts, Reply reply)
    {
        if (facts.Stage < Stage.Rcpt)
        {
            senders.ClientRefused(facts);
            ledger?.Feed?.ClientRefused(filter, entry, facts, reply);
        }

        events?.Refused(filter, entry, facts, reply);
        if (log.IsEnabled(LogLevel.Information) && _refusing.IsFirst(facts.Domain))
        {
            log.FirstRefusal(Text(facts.Domain), TextOf(reply, facts));
        }

        if (log.IsEnabled(LogLevel.Debug))
        {
            var stage = LabelWords.Stages[(int)facts.Stage];
            var (id, sender, recipient) = (Text(facts.TransactionId), Text(facts.Sender), Text(facts.Recipient));
            var text = TextOf(reply, facts);
            var label = ReplyLabels.Words[(int)reply.Label];
            switch (facts.Destination, Text(facts.User))
            {
                case (null, ""):
                    log.Refused(facts.ClientAddress, stage, id, sender, recipient, label, text);
                    break;
                case (null, var user):
                    log.RefusedUser(user, facts.ClientAddress, stage, id, sender, recipient, label, text);
                    break;
                case ({ } destination, ""):
                    log.RefusedOnItsWay(facts.ClientAddress, destination, stage, id, sender, recipient, label, text);
                    break;
                case ({ } destination, var user):
                    log.RefusedUserOnItsWay(user, facts.ClientAddress, destination, stage, id, sender, recipient, label, text);
                    break;
            }
        }
    }

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);

    private static string TextOf(Reply reply, in SessionFacts facts)
    {
        var bytes = new ReplyBuffer(512);
        reply.WriteTo(bytes, in facts);
        return (reply.Encoding?.Characters ?? Encoding.UTF8).GetString(bytes.Pending).TrimEnd().ReplaceLineEndings(" | ");
    }
}

/// <summary>The domains whose recipients were refused: the first that come are known, so that a client cannot fill the memory or the log with names.</summary>
internal sealed class RefusingDomains
{
    /// <summary>How many are told of.</summary>
    public const int Most = 100;

    private readonly ConcurrentDictionary<string, bool> _known = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private volatile bool _isFull;

    public RefusingDomains() => _lookup = _known.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Whether no recipient of a domain was refused before; false for none, and once <see cref="Most"/> are known.</summary>
    public bool IsFirst(ReadOnlySpan<byte> domain)
    {
        // A domain has at most 255 octets, all of them ASCII (RFC 1035 section 2.3.4).
        if (_isFull || domain.IsEmpty || domain.Length > 255)
        {
            return false;
        }

        Span<char> name = stackalloc char[255];
        name = name[..Encoding.Latin1.GetChars(domain, name)];
        if (_lookup.ContainsKey(name) || !_lookup.TryAdd(name, true))
        {
            return false;
        }

        _isFull = _known.Count >= Most;
        return true;
    }
}

/// <summary>What became of mail, ids 240 to 259. Each at Debug, since a sink takes tens of thousands of messages a second; a domain's first refusal at Information.</summary>
internal static partial class SessionLog
{
    [LoggerMessage(240, LogLevel.Debug, "Message {Id} from {Client}, sender <{Sender}>: {Outcome} {Code}, recipients: {Recipients}, {Size} bytes, {Milliseconds} ms", SkipEnabledCheck = true)]
    public static partial void MessageEnded(this ILogger log, string id, IPAddress? client, string sender, string outcome, int code, int recipients, long size, double milliseconds);

    [LoggerMessage(244, LogLevel.Debug, "Message {Id} from {User} at {Client}, sender <{Sender}>: {Outcome} {Code}, recipients: {Recipients}, {Size} bytes, {Milliseconds} ms", SkipEnabledCheck = true)]
    public static partial void MessageOfUserEnded(
        this ILogger log, string id, string user, IPAddress? client, string sender, string outcome, int code, int recipients, long size, double milliseconds);

    [LoggerMessage(241, LogLevel.Debug, "Refused {Client} at {Stage}, message {Id} from <{Sender}> to <{Recipient}>, {Label}: {Reply}", SkipEnabledCheck = true)]
    public static partial void Refused(this ILogger log, IPAddress? client, string stage, string id, string sender, string recipient, string label, string reply);

    [LoggerMessage(243, LogLevel.Debug, "Refused {Client} on its way to {Destination} at {Stage}, message {Id} from <{Sender}> to <{Recipient}>, {Label}: {Reply}", SkipEnabledCheck = true)]
    public static partial void RefusedOnItsWay(
        this ILogger log, IPAddress? client, IPAddress destination, string stage, string id, string sender, string recipient, string label, string reply);

    [LoggerMessage(245, LogLevel.Debug, "Refused {User} at {Client} at {Stage}, message {Id} from <{Sender}> to <{Recipient}>, {Label}: {Reply}", SkipEnabledCheck = true)]
    public static partial void RefusedUser(this ILogger log, string user, IPAddress? client, string stage, string id, string sender, string recipient, string label, string reply);

    [LoggerMessage(246, LogLevel.Debug, "Refused {User} at {Client} on its way to {Destination} at {Stage}, message {Id} from <{Sender}> to <{Recipient}>, {Label}: {Reply}", SkipEnabledCheck = true)]
    public static partial void RefusedUserOnItsWay(
        this ILogger log, string user, IPAddress? client, IPAddress destination, string stage, string id, string sender, string recipient, string label, string reply);

    [LoggerMessage(247, LogLevel.Information, "First refusal for {Domain}: {Reply}", SkipEnabledCheck = true)]
    public static partial void FirstRefusal(this ILogger log, string domain, string reply);

    [LoggerMessage(250, LogLevel.Debug, "XCLIENT from {Client}: {Attributes}", SkipEnabledCheck = true)]
    public static partial void ClientIntroduced(this ILogger log, IPAddress? client, string attributes);

    [LoggerMessage(242, LogLevel.Debug, "Authentication from {Client} as {User} with {Mechanism}: {Result}", SkipEnabledCheck = true)]
    public static partial void Authenticated(this ILogger log, IPAddress? client, string user, string mechanism, string result);
}
