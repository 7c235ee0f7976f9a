using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using SmartSink.Smtp.Client;
using SmartSink.TrafficGen.Options;

namespace SmartSink.TrafficGen.Sending;

/// <content>What the replies mean for the message and how long they took; and what a lost connection was lost by.</content>
internal sealed partial class SmtpSender
{
    void IClientObserver.Answered(ClientCommand command, int recipient, ClientReply reply)
    {
        var now = _run.Clock.GetTimestamp();
        _code = reply.Code;
        if (reply.ClosesConnection)
        {
            Keep(reply);
        }

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
                if (!reply.IsPositive && !reply.IsIntermediate && !_mailRefused)
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

        Keep(reply);
        _run.Observer.RecipientAnswered(reply.Code, stage, _draft!.DomainOf(recipient), _session.RefusalText);
    }

    private void Keep(ClientReply reply)
    {
        Code = reply.Code;
        if (_run.Options.Behave == Manners.Well)
        {
            RefusalText = Encoding.Latin1.GetString(_session.RefusalText);
        }
    }

    private void Time(TrafficStage stage, long now) => _run.Observer.Timed(stage, now - _since);

    public static bool IsFault(Exception exception) =>
        exception is SocketException or IOException or ObjectDisposedException or AuthenticationException;

    private static TrafficFault FaultOf(ClientFailure failure) => failure switch
    {
        ClientFailure.Malformed => TrafficFault.Malformed,
        ClientFailure.ServiceClosing => TrafficFault.ServiceClosing,
        ClientFailure.Refused => TrafficFault.Refused,
        ClientFailure.NoTls => TrafficFault.TlsFailed,
        ClientFailure.NoAuth => TrafficFault.AuthFailed,
        ClientFailure.NotOffered => TrafficFault.NotOffered,
        _ => TrafficFault.Closed,
    };

    private static TrafficStage StageOf(ClientCommand awaited) => awaited switch
    {
        ClientCommand.Connect => TrafficStage.Connect,
        ClientCommand.Ehlo or ClientCommand.Helo => TrafficStage.Ehlo,
        ClientCommand.StartTls => TrafficStage.Tls,
        ClientCommand.Auth => TrafficStage.Auth,
        ClientCommand.Mail => TrafficStage.Mail,
        ClientCommand.Rcpt => TrafficStage.Rcpt,
        ClientCommand.Data => TrafficStage.Data,
        ClientCommand.EndOfData => TrafficStage.EndOfData,
        // RSET, or nothing at all: between two messages.
        _ => TrafficStage.Transaction,
    };

    // False, for its callers to return.
    private bool Lost(Exception? exception = null)
    {
        var isGivenUp = _connection is { IsGivenUp: true };
        var fault = isGivenUp ? TrafficFault.TimedOut
            : !_connected ? TrafficFault.ConnectFailed
            : _securing ? TrafficFault.TlsFailed
            : exception is not null ? TrafficFault.Closed
            : FaultOf(_session.Failure);
        var reason = isGivenUp ? null
            : exception is null ? Refusal()
            : fault == TrafficFault.ConnectFailed ? ConnectFailure(exception)
            : HandshakeRefusal(exception);
        Close();
        var stage = _securing ? TrafficStage.Tls : StageOf(_session.Awaited);
        Fault = fault;
        IsClosedBetween = fault == TrafficFault.Closed && stage is TrafficStage.Mail or TrafficStage.Transaction;
        _run.Observer.Faulted(fault, stage);
        if (reason is not null)
        {
            _run.Control.Fail($"{_run.Options.Destination} {reason}");
        }

        return false;
    }

    // What the server will say to every other connection, too; null for what it may do better next time, as after 4yz.
    private string? Refusal() => _session.Failure switch
    {
        _ when _code is >= 400 and < 500 => null,
        ClientFailure.NoTls => _session.Awaited == ClientCommand.StartTls ? $"refused STARTTLS with {_code}" : "does not offer STARTTLS",
        ClientFailure.NoAuth => _session.Awaited == ClientCommand.Auth ? $"refused AUTH with {_code}" : "offers neither AUTH PLAIN nor AUTH LOGIN",
        ClientFailure.NotOffered => $"does not offer {(_run.Options.Chunking && !_session.Extensions.HasFlag(ServerExtensions.Chunking) ? "CHUNKING" : "SMTPUTF8")}",
        _ => null,
    };

    // The run ends by it then, and nothing else would say what the system said.
    private string? ConnectFailure(Exception exception) => _run.Options.KeepGoing ? null : $"cannot be reached: {exception.Message}";

    // A connection that breaks during the handshake says nothing of the next, and neither does a handshake that fails after another went well.
    private string? HandshakeRefusal(Exception exception) =>
        exception is AuthenticationException && _run.Options.Tls != TlsMode.None && !_transport.HasSecured ? $"failed the TLS handshake: {exception.Message}" : null;
}
