using System.Net.Sockets;
using System.Security.Authentication;
using SmartSink.Smtp.Client;

namespace SmartSink.TrafficGen.Sending;

/// <content>What a lost connection was lost by, and whether another one may do better.</content>
internal sealed partial class SmtpSender
{
    private static bool IsFault(Exception exception) =>
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
        _run.Observer.Faulted(fault, _securing ? TrafficStage.Tls : StageOf(_session.Awaited));
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
    private string? ConnectFailure(Exception exception) => _run.Options.KeepGoing ? null : $"cannot be connected to: {exception.Message}";

    // A connection that breaks during the handshake says nothing of the next, and neither does a handshake that fails after another went well.
    private string? HandshakeRefusal(Exception exception) =>
        exception is AuthenticationException && !_transport.HasSecured ? $"cannot be spoken to in TLS: {exception.Message}" : null;
}
