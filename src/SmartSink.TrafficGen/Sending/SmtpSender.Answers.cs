using SmartSink.Smtp.Client;

namespace SmartSink.TrafficGen.Sending;

/// <content>What the replies mean for the message, and how long they took.</content>
internal sealed partial class SmtpSender
{
    private long _since;
    private int _code;
    private bool _mailRefused;

    /// <inheritdoc/>
    void IClientObserver.Answered(ClientCommand command, int recipient, ClientReply reply)
    {
        var now = _run.Clock.GetTimestamp();
        _code = reply.Code;
        switch (command)
        {
            case ClientCommand.Connect:
                Time(TrafficStage.Connect, now);
                break;
            case ClientCommand.Ehlo or ClientCommand.Helo:
                Time(TrafficStage.Ehlo, now);
                break;
            case ClientCommand.Auth:
                Time(TrafficStage.Auth, now);
                break;
            case ClientCommand.Mail:
                Time(TrafficStage.Mail, now);
                _mailRefused = !reply.IsPositive;
                AnswerAccepted(reply, TrafficStage.Mail);
                break;
            case ClientCommand.Rcpt:
                Time(TrafficStage.Rcpt, now);
                if (!reply.IsPositive && !_mailRefused)
                {
                    Answer(recipient, reply, TrafficStage.Rcpt);
                }

                break;
            case ClientCommand.Data:
                Time(TrafficStage.Data, now);
                AnswerAccepted(reply, TrafficStage.Data);
                break;
            case ClientCommand.EndOfData:
                Time(TrafficStage.EndOfData, now);
                AnswerAccepted(reply, TrafficStage.EndOfData);
                break;
        }

        // Commands that were sent together are all timed from their sending.
        if (!_session.IsPipelining || command is ClientCommand.Data)
        {
            _since = now;
        }
    }

    // The recipients that are still in the transaction share the fate of the message.
    private void AnswerAccepted(ClientReply reply, TrafficStage stage)
    {
        if (reply.IsIntermediate || (reply.IsPositive && stage != TrafficStage.EndOfData))
        {
            return;
        }

        var envelope = _draft!.Envelope;
        for (var index = 0; index < envelope.RecipientCount; index++)
        {
            if (stage == TrafficStage.Mail || (!_mailRefused && envelope.CodeOf(index) is >= 200 and < 300))
            {
                Answer(index, reply, stage);
            }
        }
    }

    // 421 is about the connection: it leaves the recipient open.
    private void Answer(int recipient, ClientReply reply, TrafficStage stage)
    {
        if (!reply.ClosesConnection)
        {
            _draft!.Settle(recipient, reply.IsPositive);
        }

        _run.Observer.RecipientAnswered(reply.Code, stage, _draft!.DomainOf(recipient));
    }

    private void Time(TrafficStage stage, long now) => _run.Observer.Timed(stage, now - _since);
}
