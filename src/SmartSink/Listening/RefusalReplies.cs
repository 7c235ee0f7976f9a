using System.Text;
using SmartSink.Listening.Polling;
using SmartSink.Smtp.Server;

namespace SmartSink.Listening;

/// <summary>What a client is told that finds the server full, instead of a greeting (RFC 5321 section 3.1, 421).</summary>
/// <param name="hostname">The server's name.</param>
internal sealed class RefusalReplies(string hostname)
{
    /// <summary>The code of all of them.</summary>
    public const int Code = 421;

    private readonly byte[] _full = Encoding.UTF8.GetBytes($"421 4.3.2 {hostname} too many connections, try again later\r\n");
    private readonly byte[] _fullForAddress = Encoding.UTF8.GetBytes($"421 4.7.0 {hostname} too many connections from your address\r\n");

    /// <summary>Tells the client, as far as that is possible without waiting, and closes the connection. Returns the octets sent.</summary>
    public int Refuse(int descriptor, SessionEndReason reason)
    {
        // What the client said before its turn is read, because closing over unread octets would reset the connection and take
        // the reply with it.
        NativeSocket.Receive(descriptor, ThreadBuffers.Scratch, out _);
        var sent = NativeSocket.Send(descriptor, reason == SessionEndReason.TooManyConnections ? _full : _fullForAddress, last: true, out _);
        NativeSocket.Close(descriptor);
        return sent;
    }
}
