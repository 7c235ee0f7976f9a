using System.Runtime.CompilerServices;
using SmartSink.Smtp.Client;
using SmartSink.Smtp.Replies;

namespace SmartSink.TrafficGen.Sending;

/// <content>The connection: made, used, closed. What goes wrong with it comes back as a value.</content>
internal sealed partial class SmtpSender
{
    private volatile Connection? _connection;
    private bool _connected;
    private bool _securing;
    private int _made;
    private int _offset;
    private int _left;

    // The gate is for the connecting alone: how long a server takes to greet is to be its own affair.
    private async ValueTask ConnectAsync()
    {
        await _run.Control.Gate.WaitAsync();
        try
        {
            var sources = _transport.Plan.Sources;
            _since = _run.Clock.GetTimestamp();
            _connection = new Connection(_transport.Plan.Target, sources.Count > 0 ? sources[(_worker + _made++) % sources.Count] : null);
            Await(_connection, ReplyTimes.Of(ClientCommand.Connect));
            await _connection.ConnectAsync(_transport.Plan.Target, _transport.Plan.Proxy);
            _connected = true;
            _run.Observer.Connected();
        }
        finally
        {
            _run.Control.Gate.Release();
        }
    }

    private async ValueTask<bool> StartTlsAsync()
    {
        // Whatever came in the clear after the reply is not to be taken for the server's (RFC 3207 section 6).
        _left = 0;
        await SecureAsync();
        _since = _run.Clock.GetTimestamp();
        return await PumpAsync(Said.Ehlo) == ClientAction.Idle || Lost();
    }

    private async ValueTask SecureAsync()
    {
        _securing = true;
        Await(_connection!, ReplyTimes.Of(ClientCommand.StartTls));
        await _connection!.SecureAsync(_transport.Plan.TargetName);
        _securing = false;
        _transport.Secured();
        Time(TrafficStage.Tls, _run.Clock.GetTimestamp());
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> TransactAsync()
    {
        try
        {
            return await PumpAsync(Said.Mail) == ClientAction.Idle || Lost();
        }
        catch (Exception exception) when (IsFault(exception))
        {
            return Lost(exception);
        }
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
                Await(connection, ReplyTimes.EndOfData);
                await SendMessageAsync(connection, output);
            }
            else if (output.Length > 0)
            {
                Await(connection, ReplyTimes.Of(_session.Awaited));
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
                if (!connection.WaitUntil(long.MaxValue) && action == ClientAction.Idle)
                {
                    // The last reply came just as it was given up: that counts, and what comes next goes on another connection.
                    Close();
                }

                return action;
            }
        }
    }

    private ClientAction Say(Said said, ReplyBuffer output) => said switch
    {
        // What came unasked since the last message says that this one has no chance.
        Said.Mail when _left == 0 => _session.Begin(_draft!.Envelope, output),
        Said.Quit => _session.Quit(output),
        Said.Ehlo => _session.TlsEstablished(output),
        _ => ClientAction.Receive,
    };

    // A connection that has been given up is being closed, and says so at its next send or receive.
    private void Await(Connection connection, TimeSpan time) =>
        connection.WaitUntil(_run.Clock.GetTimestamp() + (long)(time.TotalSeconds * _run.Clock.TimestampFrequency));

    private void Close()
    {
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
