using SmartSink.Smtp.Client;

namespace SmartSink.TrafficGen.Sending;

/// <content>What the replies mean for the message, and how long they took.</content>
internal sealed partial class Worker
{
    private TrafficStage _stage;
    private long _since;
    private long _begun;
    private bool _accepted;
    private bool _mailRefused;
    private int _settled;

    /// <inheritdoc/>
    void IClientObserver.Answered(ClientCommand command, int recipient, ClientReply reply)
    {
        var now = _run.Clock.GetTimestamp();
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
                var answered = AnswerAccepted(reply, TrafficStage.EndOfData);
                _accepted = reply.IsPositive && answered > 0;
                break;
        }

        // Commands that were sent together are all timed from their sending.
        if (!_session.IsPipelining || command is ClientCommand.Data)
        {
            _since = now;
        }
    }

    // The recipients that are still in the transaction share the fate of the message. Says how many.
    private int AnswerAccepted(ClientReply reply, TrafficStage stage)
    {
        if (reply.IsIntermediate || (reply.IsPositive && stage != TrafficStage.EndOfData))
        {
            return 0;
        }

        var count = 0;
        var envelope = _draft.Envelope;
        for (var index = 0; index < envelope.RecipientCount; index++)
        {
            if (stage == TrafficStage.Mail || (!_mailRefused && envelope.CodeOf(index) is >= 200 and < 300))
            {
                Answer(index, reply, stage);
                count++;
            }
        }

        return count;
    }

    // 421 is about the connection: it leaves the recipient open.
    private void Answer(int recipient, ClientReply reply, TrafficStage stage)
    {
        _settled += reply.ClosesConnection ? 0 : 1;
        _run.Observer.RecipientAnswered(reply.Code, stage, _draft.DomainOf(recipient));
    }

    private void Time(TrafficStage stage, long now)
    {
        _stage = stage;
        _run.Observer.Timed(stage, now - _since);
    }

    private void Conclude()
    {
        if (_accepted)
        {
            _run.Observer.MessageAccepted(_draft.Envelope.Size);
            return;
        }

        _run.Observer.MessageRefused();
        if (!_run.Options.KeepGoing)
        {
            _run.Control.Fail();
        }
    }
}
