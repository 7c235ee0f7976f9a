using System.Text;
using SmartSink.Smtp.Server;
using SmartSink.Transport;

namespace SmartSink.Connections;

/// <summary>What a client is told that finds the server full, instead of a greeting (RFC 5321 section 3.1, 421).</summary>
/// <param name="hostname">The server's name.</param>
/// <param name="isTlsImplicit">Whether the client expects TLS, so that it is told nothing in the clear.</param>
/// <param name="sessions">Who counts replies.</param>
/// <param name="connections">Who counts bytes.</param>
internal sealed class RefusalReplies(string hostname, bool isTlsImplicit, ISessionObserver sessions, IConnectionObserver connections)
{
    private const int Code = 421;

    private readonly byte[] _full = Encoding.UTF8.GetBytes($"421 4.3.2 {hostname} too many connections, try again later\r\n");
    private readonly byte[] _fullForAddress = Encoding.UTF8.GetBytes($"421 4.7.0 {hostname} too many connections from your address\r\n");

    /// <summary>The reply, as it goes onto the wire.</summary>
    public byte[] TextFor(SessionEndReason reason) => reason == SessionEndReason.TooManyConnections ? _full : _fullForAddress;

    /// <summary>Tells the client, as far as that is possible without waiting. The connection is to be closed next.</summary>
    public void Tell(Channel channel, SessionEndReason reason)
    {
        if (isTlsImplicit)
        {
            return;
        }

        // What the client said before its turn is read, because closing over unread bytes would reset the connection and take
        // the reply with it.
        channel.Receive(ThreadBuffers.Scratch, out _);
        connections.BytesSent(channel.Send(TextFor(reason), last: true, out _));
        sessions.ReplyWritten(Code);
    }
}
