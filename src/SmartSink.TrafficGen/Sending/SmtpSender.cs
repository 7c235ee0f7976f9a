using System.Runtime.CompilerServices;
using System.Text;
using SmartSink.Smtp.Client;
using SmartSink.Smtp.Replies;
using SmartSink.TrafficGen.Messages;

namespace SmartSink.TrafficGen.Sending;

/// <summary>A worker's place for a connection: sends by SMTP, on a new connection where the last one ended.</summary>
internal sealed partial class SmtpSender : IMessageSender, IClientObserver
{
    /// <summary>Room for a few replies; only the one to EHLO is longer.</summary>
    private const int InputSize = 256;

    private readonly TrafficContext _run;
    private readonly SmtpTransport _transport;
    private readonly int _worker;
    private readonly SmtpClientSession _session;
    private readonly byte[] _input = new byte[InputSize];

    // The message.
    private Draft? _draft;
    private bool _mailRefused;
    private long _since;
    private int _code;

    // The connection.
    private volatile Connection? _connection;
    private bool _connected;
    private bool _securing;
    private int _made;
    private int _sentHere;
    private int _offset;
    private int _left;

    /// <summary>Makes one without a connection.</summary>
    /// <param name="run">The run it belongs to.</param>
    /// <param name="transport">What all senders of the run share.</param>
    /// <param name="worker">Its worker's number, from 0 on.</param>
    public SmtpSender(TrafficContext run, SmtpTransport transport, int worker)
    {
        _run = run;
        _transport = transport;
        _worker = worker;
        var name = run.Options.Helo is { } helo ? Encoding.UTF8.GetBytes(helo) : run.Messages.GreetingName(worker);
        _session = new SmtpClientSession(transport.Plan.Dialog, name, this);
    }

    /// <summary>Whether there is a connection.</summary>
    public bool IsOpen => _connection is not null;

    /// <inheritdoc cref="SmtpClientSession.IsSecured"/>
    public bool IsSecured => _session.IsSecured;

    /// <inheritdoc cref="SmtpClientSession.AvoidsTls"/>
    public bool AvoidsTls
    {
        set => _session.AvoidsTls = value;
    }

    /// <summary>The code of the last recipient's answer, 421 among them; 0 when the last try brought none.</summary>
    public int Code { get; private set; }

    /// <summary>The text of that answer, or of a 421 elsewhere in the dialog, if it is a refusal; kept for a run that behaves well.</summary>
    public string RefusalText { get; private set; } = string.Empty;

    /// <summary>By what the connection was lost in the last try, or could not be made; null for not at all.</summary>
    public TrafficFault? Fault { get; private set; }

    /// <summary>Whether the server closed between two messages, without a word to the second one.</summary>
    public bool IsClosedBetween { get; private set; }

    public async ValueTask<bool> OpenAsync()
    {
        Begin();
        _sentHere = 0;
        _left = 0;
        _securing = false;
        _session.Start();
        try
        {
            await ConnectAsync();
            if (_transport.Plan.ImplicitTls)
            {
                await SecureAsync();
                _since = _run.Clock.GetTimestamp();
            }

            return await PumpAsync(Said.Nothing) switch
            {
                ClientAction.Idle => true,
                ClientAction.Handshake => await StartTlsAsync(),
                _ => Lost(),
            };
        }
        catch (Exception exception) when (IsFault(exception))
        {
            return Lost(exception);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> TrySendAsync(Draft draft, long due)
    {
        while (_connection is null)
        {
            if (!await OpenAsync())
            {
                return false;
            }
        }

        Begin();
        _draft = draft;
        _sentHere++;
        _mailRefused = false;
        _since = _run.Clock.GetTimestamp();
        // A timer may fire a little before its time: what was not late began now.
        var begun = due == 0 ? _since : Math.Min(due, _since);

        // A server may close after it has refused all there is, as with 521 (RFC 7504): that is the connection's fault alone.
        if (!await TransactAsync() && draft.OpenRecipients > 0)
        {
            return false;
        }

        _run.Observer.Timed(TrafficStage.Transaction, _run.Clock.GetTimestamp() - begun);
        if (_sentHere == _run.Options.MessagesPerConnection)
        {
            await CloseAsync();
        }

        return true;
    }

    public async ValueTask CloseAsync()
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

    public void Expire(long now) => FindOverdue(now)?.GiveUp();

    /// <summary>What <see cref="Expire"/> would give up.</summary>
    public Connection.OverdueWait? FindOverdue(long now) => _connection?.FindOverdue(now);

    public void Dispose() => Close();

    private void Begin()
    {
        Code = 0;
        RefusalText = string.Empty;
        Fault = null;
        IsClosedBetween = false;
    }

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
        connection.WaitUntil(_run.Clock.GetTimestamp() + (long)(ReplyTimes.Scaled(time, _run.Options.TimeScale).TotalSeconds * _run.Clock.TimestampFrequency));

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

/// <summary>With what a worker goes on with a dialog.</summary>
internal enum Said
{
    /// <summary>Nothing: the server speaks first.</summary>
    Nothing,

    /// <summary>EHLO, after the handshake.</summary>
    Ehlo,

    Mail,

    Quit,
}

/// <summary>Messages go by SMTP; each worker has a connection of its own.</summary>
/// <param name="plan">Where and how to connect.</param>
internal sealed class SmtpTransport(ConnectionPlan plan) : ITransport
{
    private volatile bool _hasSecured;
    public ConnectionPlan Plan => plan;

    /// <summary>Whether a handshake of the run has succeeded, so that one that fails may succeed the next time.</summary>
    public bool HasSecured => _hasSecured;

    public void Secured() => _hasSecured = true;

    public IMessageSender CreateSender(TrafficContext run, int worker) => new SmtpSender(run, this, worker);

    public void Dispose()
    {
        // The connections are the senders'.
    }
}

/// <summary>How long a client waits for replies (RFC 5321 section 4.5.3.2).</summary>
internal static class ReplyTimes
{
    /// <summary>For the end of data: it also has to cover the sending of a large message.</summary>
    public static readonly TimeSpan EndOfData = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan LeastScaled = TimeSpan.FromSeconds(30);

    /// <summary>What is left of a time where the provider's passes faster; a server's delays do not, so half a minute stays.</summary>
    public static TimeSpan Scaled(TimeSpan time, double scale)
    {
        var scaled = time / scale;
        return scaled > LeastScaled ? scaled : time < LeastScaled ? time : LeastScaled;
    }

    /// <summary>The time for a command's reply.</summary>
    public static TimeSpan Of(ClientCommand command) => command switch
    {
        ClientCommand.Data => TimeSpan.FromMinutes(2),
        ClientCommand.EndOfData => EndOfData,
        ClientCommand.Quit => TimeSpan.FromSeconds(10),
        _ => TimeSpan.FromMinutes(5),
    };
}
