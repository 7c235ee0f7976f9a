using System.Net;
using System.Text;
using SmartSink.Smtp;
using SmartSink.Smtp.Auth;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;

namespace SmartSink.Telemetry;

/// <summary>Takes what sessions report, counts it, and shows it in the log where that is asked for.</summary>
internal sealed class SessionReporter(SessionMetrics metrics, ILogger<SessionReporter> log) : ISessionObserver
{
    /// <inheritdoc/>
    public void ReplyWritten(int code) => metrics.CountReply(code);

    /// <inheritdoc/>
    public void RecipientDecided(IMailboxFilter filter, int entry, Outcome outcome, Stage stage) =>
        metrics.CountRecipient(filter, entry, outcome, stage);

    /// <inheritdoc/>
    public void MessageEnded(in MessageFacts message)
    {
        metrics.CountMessage(in message);
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

    /// <inheritdoc/>
    public void TransactionAbandoned(int recipients) => metrics.CountAbandoned(recipients);

    /// <inheritdoc/>
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

    /// <inheritdoc/>
    public void ClientIntroduced(IPAddress? speaker, ReadOnlySpan<byte> attributes)
    {
        if (log.IsEnabled(LogLevel.Debug))
        {
            log.ClientIntroduced(speaker, Text(attributes));
        }
    }

    /// <inheritdoc/>
    public void Refused(in SessionFacts facts, Reply reply)
    {
        if (log.IsEnabled(LogLevel.Debug))
        {
            var stage = LabelWords.Stages[(int)facts.Stage];
            var (id, sender, recipient) = (Text(facts.TransactionId), Text(facts.Sender), Text(facts.Recipient));
            var bytes = new ReplyBuffer(512);
            reply.WriteTo(bytes, in facts);
            var text = Text(bytes.Pending).TrimEnd().ReplaceLineEndings(" | ");
            switch (facts.Destination, Text(facts.User))
            {
                case (null, ""):
                    log.Refused(facts.ClientAddress, stage, id, sender, recipient, text);
                    break;
                case (null, var user):
                    log.RefusedUser(user, facts.ClientAddress, stage, id, sender, recipient, text);
                    break;
                case ({ } destination, ""):
                    log.RefusedOnItsWay(facts.ClientAddress, destination, stage, id, sender, recipient, text);
                    break;
                case ({ } destination, var user):
                    log.RefusedUserOnItsWay(user, facts.ClientAddress, destination, stage, id, sender, recipient, text);
                    break;
            }
        }
    }

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);
}
