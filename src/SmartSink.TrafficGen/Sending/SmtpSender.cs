using System.Runtime.CompilerServices;
using System.Text;
using SmartSink.Smtp.Client;
using SmartSink.TrafficGen.Generating;

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
    private Draft? _draft;
    private int _sentHere;

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

    /// <inheritdoc/>
    public async ValueTask<bool> OpenAsync()
    {
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

    /// <inheritdoc/>
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

    /// <inheritdoc/>
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

    /// <inheritdoc/>
    public void Expire(long now) => FindOverdue(now)?.GiveUp();

    /// <summary>What <see cref="Expire"/> would give up.</summary>
    public Connection.OverdueWait? FindOverdue(long now) => _connection?.FindOverdue(now);

    /// <inheritdoc/>
    public void Dispose() => Close();
}
