using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Security.Authentication;
using SmartSink.Smtp.Client;
using SmartSink.Smtp.Replies;

namespace SmartSink.TrafficGen.Sending;

/// <content>The connection: made, used, closed. What goes wrong with it comes back as a value.</content>
internal sealed partial class Worker
{
    /// <summary>A text up to this length is copied behind its header, so that both leave in one send.</summary>
    private const int SmallText = 32 * 1024;

    /// <summary>How much of a longer text is sent at once.</summary>
    private const int Part = 256 * 1024;

    private volatile Connection? _connection;
    private bool _connected;
    private int _offset;
    private int _left;
    private long _deadline = long.MaxValue;
    private volatile bool _expired;

    /// <summary>Closes the connection when the server has been silent for too long, or when all are to be closed; for the heartbeat's thread.</summary>
    /// <param name="now">The clock's present time stamp; <see cref="long.MaxValue"/> for all.</param>
    public void Expire(long now)
    {
        if (now >= Volatile.Read(ref _deadline))
        {
            _expired = true;
            _connection?.Dispose();
        }
    }

    private async ValueTask<TrafficFault?> OpenAsync()
    {
        _sentHere = 0;
        _left = 0;
        _expired = false;
        _stage = TrafficStage.Connect;
        _session.Start();
        try
        {
            await ConnectAsync();
            if (_run.Plan.ImplicitTls)
            {
                await SecureAsync();
                _since = _run.Clock.GetTimestamp();
            }

            return await PumpAsync(Said.Nothing) switch
            {
                ClientAction.Idle => null,
                ClientAction.Handshake => await StartTlsAsync(),
                _ => Lost(),
            };
        }
        catch (Exception exception) when (IsFault(exception))
        {
            return Lost(exception);
        }
    }

    // The gate is for the connecting alone: how long a server takes to greet is to be its own affair.
    private async ValueTask ConnectAsync()
    {
        await _run.Control.Gate.WaitAsync();
        try
        {
            var sources = _run.Plan.Sources;
            _since = _run.Clock.GetTimestamp();
            Await(ReplyTimes.Of(ClientCommand.Connect));
            _connection = new Connection(_run.Plan.Target, sources.Count > 0 ? sources[_index % sources.Count] : null);
            await _connection.ConnectAsync(_run.Plan.Target);
            _connected = true;
            _run.Observer.Connected();
        }
        finally
        {
            _run.Control.Gate.Release();
        }
    }

    private async ValueTask<TrafficFault?> StartTlsAsync()
    {
        // Whatever came in the clear after the reply is not to be taken for the server's (RFC 3207 section 6).
        _left = 0;
        await SecureAsync();
        _since = _run.Clock.GetTimestamp();
        return await PumpAsync(Said.Ehlo) == ClientAction.Idle ? null : Lost();
    }

    private async ValueTask SecureAsync()
    {
        _stage = TrafficStage.Tls;
        await _connection!.SecureAsync(_run.Plan.TargetName);
        Time(TrafficStage.Tls, _run.Clock.GetTimestamp());
    }

    // A server may close after it has refused all there is, as with 521 (RFC 7504): that is the connection's fault alone.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<TrafficFault?> SendAsync()
    {
        _accepted = false;
        _mailRefused = false;
        _settled = 0;
        _stage = TrafficStage.Mail;
        _since = _run.Clock.GetTimestamp();
        var begun = _begun == 0 ? _since : _begun;
        if (await TransactAsync() is { } fault)
        {
            if (_settled < _draft.Envelope.RecipientCount)
            {
                return fault;
            }

            Tell(fault);
        }

        _run.Observer.Timed(TrafficStage.Transaction, _run.Clock.GetTimestamp() - begun);
        return null;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<TrafficFault?> TransactAsync()
    {
        try
        {
            return await PumpAsync(Said.Mail) == ClientAction.Idle ? null : Lost();
        }
        catch (Exception exception) when (IsFault(exception))
        {
            return Lost(exception);
        }
    }

    private async ValueTask QuitAsync()
    {
        if (_connection is null)
        {
            return;
        }

        try
        {
            await PumpAsync(Said.Quit);
        }
        catch (Exception exception) when (IsFault(exception))
        {
            // It was to be closed anyway, and every message has had its reply.
        }

        Close();
    }

    // Says something, and goes on until nothing is to be done but what only the caller can do.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ClientAction> PumpAsync(Said said)
    {
        var connection = _connection!;
        var output = ThreadBuffer.Take();
        var action = Say(said, output);
        while (true)
        {
            if (action == ClientAction.SendMessage)
            {
                Await(ReplyTimes.EndOfData);
                await SendMessageAsync(connection, output);
            }
            else if (output.Length > 0)
            {
                Await(ReplyTimes.Of(_session.Awaited));
                await connection.SendCopyAsync(output.Pending);
            }

            if (_left == 0)
            {
                _offset = 0;
                _left = await connection.ReceiveAsync(_input);
                if (_left == 0)
                {
                    return ClientAction.Close;
                }
            }

            output = ThreadBuffer.Take();
            action = _session.Advance(_input.AsSpan(_offset, _left), output, out var consumed);
            _offset += consumed;
            _left -= consumed;
            if (action is not (ClientAction.Receive or ClientAction.SendMessage))
            {
                Volatile.Write(ref _deadline, long.MaxValue);
                return action;
            }
        }
    }

    private ClientAction Say(Said said, ReplyBuffer output) => said switch
    {
        // What came unasked since the last message says that this one has no chance.
        Said.Mail when _left == 0 => _session.Begin(_draft.Envelope, output),
        Said.Quit => _session.Quit(output),
        Said.Ehlo => _session.TlsEstablished(output),
        _ => ClientAction.Receive,
    };

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SendMessageAsync(Connection connection, ReplyBuffer output)
    {
        if (_draft.Whole is { } whole)
        {
            await connection.SendCopyAsync(output.Pending);
            await connection.SendAsync(whole.Wire);
            return;
        }

        output.Write(_draft.Header.Pending);
        var sent = 0;
        while (sent < Math.Min(_draft.TextLength, SmallText))
        {
            var part = _run.Messages.Text(_draft, sent, SmallText - sent);
            output.Write(part.Span);
            sent += part.Length;
        }

        while (sent < _draft.TextLength)
        {
            // Nothing of the thread's buffer outlives the call; after it, another thread may go on.
            await connection.SendCopyAsync(output.Pending);
            var part = _run.Messages.Text(_draft, sent, Part);
            await connection.SendAsync(part);
            sent += part.Length;
            output = ThreadBuffer.Take();
        }

        _run.Messages.WriteEnd(_draft, output);
        await connection.SendCopyAsync(output.Pending);
    }

    private void Await(TimeSpan time) =>
        Volatile.Write(ref _deadline, _run.Clock.GetTimestamp() + (long)(time.TotalSeconds * _run.Clock.TimestampFrequency));

    private static bool IsFault(Exception exception) =>
        exception is SocketException or IOException or ObjectDisposedException or AuthenticationException;

    private TrafficFault Lost(Exception? exception = null)
    {
        var fault = _expired ? TrafficFault.TimedOut
            : !_connected ? TrafficFault.ConnectFailed
            : _stage == TrafficStage.Tls && exception is not null ? TrafficFault.TlsFailed
            : exception is not null ? TrafficFault.Closed
            : FaultOf(_session.Failure);
        Close();
        return fault;
    }

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

    private void Close()
    {
        Volatile.Write(ref _deadline, long.MaxValue);
        if (_connection is { } connection)
        {
            _connection = null;
            connection.Dispose();
            if (_connected)
            {
                _connected = false;
                _run.Observer.Disconnected();
            }
        }
    }
}
