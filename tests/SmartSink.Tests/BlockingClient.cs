using System.Globalization;
using System.Net;
using System.Net.Sockets;
using SmartSink.Tests.Connections;

namespace SmartSink.Tests;

/// <summary>
/// A client that waits in system calls: its caller's thread alone does its work, so that what the rest of the process takes can be told
/// apart from it. Once connected it allocates nothing.
/// </summary>
internal sealed class BlockingClient : IDisposable
{
    /// <summary>The most turns of a polling thread that a message takes: the envelope, DATA and the text, each of which may come in two parts.</summary>
    public const int TurnsForMessage = 6;

    private readonly byte[] _buffer = new byte[4096];
    private int _start;
    private int _end;

    /// <summary>Connects; nothing is read yet.</summary>
    public BlockingClient(IPEndPoint server)
    {
        Socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp)
        {
            NoDelay = true,
            ReceiveTimeout = (int)Patience.Limit.TotalMilliseconds,
            SendTimeout = (int)Patience.Limit.TotalMilliseconds,
        };
        Socket.Connect(server);
    }

    public Socket Socket { get; }

    /// <summary>Connects, takes the greeting and says EHLO.</summary>
    public static BlockingClient Greeted(IPEndPoint server)
    {
        var client = new BlockingClient(server);
        client.Reply().ShouldBe(220);
        client.Ask("EHLO client.example\r\n"u8).ShouldBe(250);
        return client;
    }

    /// <summary>Sends all of it.</summary>
    public void Send(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[Socket.Send(bytes)..];
        }
    }

    /// <summary>Sends a command line and reads its reply's code.</summary>
    public int Ask(ReadOnlySpan<byte> line)
    {
        Send(line);
        return Reply();
    }

    /// <summary>Reads one reply and says its code.</summary>
    public int Reply()
    {
        while (true)
        {
            var line = Line();
            if (line.Length < 4 || line[3] != '-')
            {
                return int.Parse(line[..3], NumberStyles.None, CultureInfo.InvariantCulture);
            }
        }
    }

    /// <summary>One short message, which the server takes.</summary>
    public void Deliver() =>
        Deliver("MAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.net>\r\n"u8, "Subject: x\r\n\r\nhello\r\n.\r\n"u8).ShouldBeTrue();

    /// <summary>One transaction with one recipient. Whether the server took the message.</summary>
    /// <param name="envelope">MAIL and RCPT.</param>
    /// <param name="message">The data with its end.</param>
    public bool Deliver(ReadOnlySpan<byte> envelope, ReadOnlySpan<byte> message)
    {
        Send(envelope);
        Reply().ShouldBe(250);
        if (Reply() != 250)
        {
            return Ask("RSET\r\n"u8) != 250;
        }

        Ask("DATA\r\n"u8).ShouldBe(354);
        return Ask(message) == 250;
    }

    /// <summary>One transaction with one recipient, its message by BDAT. Whether the server took the message.</summary>
    /// <param name="envelope">MAIL and RCPT.</param>
    /// <param name="chunk">BDAT, and the message behind it.</param>
    public bool DeliverChunk(ReadOnlySpan<byte> envelope, ReadOnlySpan<byte> chunk)
    {
        Send(envelope);
        Send(chunk);
        Reply().ShouldBe(250);
        var isRefused = Reply() != 250;
        return Reply() == 250 || (isRefused && Ask("RSET\r\n"u8) != 250);
    }

    public void Dispose() => Socket.Dispose();

    private ReadOnlySpan<byte> Line()
    {
        while (true)
        {
            var held = _buffer.AsSpan(_start, _end - _start);
            var length = held.IndexOf((byte)'\n') + 1;
            if (length > 0)
            {
                _start += length;
                return held[..length];
            }

            held.CopyTo(_buffer);
            _start = 0;
            _end = held.Length;
            var bytes = Socket.Receive(_buffer.AsSpan(_end));
            _end += bytes > 0 ? bytes : throw new EndOfStreamException("The server closed.");
        }
    }
}
