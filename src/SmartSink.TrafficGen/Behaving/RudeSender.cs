using SmartSink.Smtp.Client;
using SmartSink.Smtp.Replies;
using SmartSink.TrafficGen.Messages;
using SmartSink.TrafficGen.Sending;

namespace SmartSink.TrafficGen.Behaving;

/// <summary>
/// A worker's way to the server with all that providers block for: connections for nothing, talk before the greeting, a name that is none, all commands at once and unasked,
/// bare line feeds, mail in the clear where TLS is offered, deaf to 421, one message a connection, no QUIT, mail again that was taken, mail forgotten. What is refused is tried again at once, whatever
/// the refusal, and all other mail waits for it.
/// </summary>
/// <param name="run">The run it belongs to.</param>
/// <param name="plan">Where and how to connect.</param>
/// <param name="line">Held by the one who tries again; everybody else waits.</param>
internal sealed class RudeSender(TrafficContext run, ConnectionPlan plan, SemaphoreSlim line) : IMessageSender
{
    private const int Attempts = 8;

    /// <summary>Of so many tries one has connections before it that say nothing.</summary>
    private const int StormEvery = 4;
    private const int Storm = 3;

    /// <summary>Of so many messages one is sent again after it was accepted.</summary>
    private const int DoubleEvery = 10;

    /// <summary>Of so many messages the last is never sent.</summary>
    private const int ForgetEvery = 20;

    private static readonly TrafficStage[] Stages = [TrafficStage.Ehlo, TrafficStage.Mail, TrafficStage.Rcpt, TrafficStage.Data];

    private readonly byte[] _input = new byte[4 * 1024];
    private volatile Connection? _connection;
    private TrafficStage _stage;
    private int _left;
    private int _offset;
    private int _textAt;
    private int _tries;

    public ValueTask<bool> OpenAsync() => new(true);

    public ValueTask CloseAsync() => default;

    public async ValueTask<bool> TrySendAsync(Draft draft, long due)
    {
        if (draft.Number % ForgetEvery == ForgetEvery - 1)
        {
            return false;
        }

        await line.WaitAsync();
        line.Release();
        if (!await AttemptAsync(draft) && !await InsistAsync(draft))
        {
            return false;
        }

        if (draft.Number % DoubleEvery == 0)
        {
            await TransactAsync(draft);
        }

        draft.Settle(0, accepted: true);
        return true;
    }

    public void Expire(long now) => _connection?.FindOverdue(now)?.GiveUp();

    public void Dispose() => Close();

    private async ValueTask<bool> InsistAsync(Draft draft)
    {
        await line.WaitAsync();
        try
        {
            for (var attempt = 1; attempt < Attempts && !run.Schedule.IsStopped; attempt++)
            {
                run.Observer.MessageRetried();
                if (await AttemptAsync(draft))
                {
                    return true;
                }
            }

            return false;
        }
        finally
        {
            line.Release();
        }
    }

    private async ValueTask<bool> AttemptAsync(Draft draft)
    {
        for (var storm = _tries++ % StormEvery == 0 ? Storm : 0; storm > 0; storm--)
        {
            await ConnectAsync();
            Close();
        }

        return await TransactAsync(draft);
    }

    // Whether the message was accepted.
    private async ValueTask<bool> TransactAsync(Draft draft)
    {
        if (!await ConnectAsync())
        {
            return false;
        }

        try
        {
            _stage = TrafficStage.Connect;
            var isEarly = _tries % 2 == 0;
            if (isEarly)
            {
                await SayAsync(draft, isExtended: true);
            }

            var code = await HearAsync();
            if (!isEarly)
            {
                await SayAsync(draft, isExtended: false);
            }

            foreach (var stage in Stages)
            {
                _stage = stage;
                if (await HearAsync() is var reply && reply >= 400)
                {
                    return await RefusedAsync(draft, reply);
                }

                code = reply;
            }

            if (code != 354)
            {
                return false;
            }

            _stage = TrafficStage.EndOfData;
            await SendMessageAsync(draft);
            code = await HearAsync();
            Answer(draft, code);
            return code < 300;
        }
        catch (Exception exception) when (SmtpSender.IsFault(exception))
        {
            run.Observer.Faulted(_connection is { IsGivenUp: true } ? TrafficFault.TimedOut : TrafficFault.Closed, _stage);
            return false;
        }
        finally
        {
            Close();
        }
    }

    private async ValueTask<bool> ConnectAsync()
    {
        await run.Control.Gate.WaitAsync();
        try
        {
            var sources = plan.Sources;
            var source = sources.Count > 0 ? sources[_tries % sources.Count] : null;
            _left = _offset = 0;
            _connection = new Connection(plan.Target, source);
            Await();
            await _connection.ConnectAsync(plan.Target, plan.Proxy);
            run.Observer.Connected();
            return true;
        }
        catch (Exception exception) when (SmtpSender.IsFault(exception))
        {
            _connection?.Dispose();
            _connection = null;
            run.Observer.Faulted(TrafficFault.ConnectFailed, TrafficStage.Connect);
            return false;
        }
        finally
        {
            run.Control.Gate.Release();
        }
    }

    // Deaf to what was said before, also to an offer of TLS.
    private ValueTask SayAsync(Draft draft, bool isExtended)
    {
        var output = ThreadBuffer.Take();
        output.Write(isExtended ? "EHLO"u8 : "HELO"u8);
        output.Write(" localhost\r\nMAIL FROM:<"u8);
        output.Write(draft.Envelope.Sender);
        output.Write(">\r\nRCPT TO:<"u8);
        output.Write(draft.Envelope.Recipient(0));
        output.Write(">\r\nDATA\r\n"u8);
        return _connection!.SendCopyAsync(output.Pending);
    }

    private async ValueTask<bool> RefusedAsync(Draft draft, int code)
    {
        if (_stage != TrafficStage.Ehlo)
        {
            Answer(draft, code);
        }

        if (code == 421)
        {
            await _connection!.SendAsync("NOOP\r\n"u8.ToArray());
            await HearAsync();
        }

        return false;
    }

    private void Answer(Draft draft, int code) =>
        run.Observer.RecipientAnswered(code, _stage == TrafficStage.Data ? TrafficStage.Rcpt : _stage, draft.DomainOf(0), code < 400 ? default : _input.AsSpan(_textAt, _offset - _textAt).TrimEnd("\r\n"u8));

    private async ValueTask SendMessageAsync(Draft draft)
    {
        if (draft.Whole is { } whole)
        {
            await _connection!.SendAsync(whole.Wire);
            return;
        }

        var message = new ReplyBuffer(draft.Header.Length + draft.TextLength + 64);
        message.Write("X-Line-End: bare\n"u8);
        message.Write(draft.Header.Pending);
        for (var taken = 0; taken < draft.TextLength;)
        {
            var part = run.Messages.Text(draft, taken, draft.TextLength);
            message.Write(part.Span);
            taken += part.Length;
        }

        run.Messages.WriteEnd(draft, message);
        await _connection!.SendCopyAsync(message.Pending);
    }

    // The next reply's code; its last line is the text.
    private async ValueTask<int> HearAsync()
    {
        Await();
        while (true)
        {
            if (_input.AsMemory(_offset, _left).Span.IndexOf((byte)'\n') is >= 0 and var end)
            {
                var start = _offset;
                _offset += end + 1;
                _left -= end + 1;
                if (end >= 3 && _input[start + 3] != '-' && int.TryParse(_input.AsSpan(start, 3), out var code))
                {
                    _textAt = Math.Min(start + 4, _offset);
                    return code;
                }

                continue;
            }

            if (_offset > 0)
            {
                _input.AsSpan(_offset, _left).CopyTo(_input);
                _offset = 0;
            }

            var received = _left < _input.Length ? await _connection!.ReceiveAsync(_input.AsMemory(_left)) : 0;
            if (received == 0)
            {
                throw new IOException("The server closed the connection.");
            }

            _left += received;
        }
    }

    private void Await() =>
        _connection!.WaitUntil(run.Clock.GetTimestamp() + (long)(ReplyTimes.Of(ClientCommand.Mail).TotalSeconds * run.Clock.TimestampFrequency));

    private void Close()
    {
        if (_connection is { } connection)
        {
            _connection = null;
            connection.Dispose();
            run.Observer.Disconnected();
        }
    }
}

/// <summary>Messages go by SMTP without any manners.</summary>
/// <param name="plan">Where and how to connect.</param>
internal sealed class RudeTransport(ConnectionPlan plan) : ITransport
{
    private readonly SemaphoreSlim _line = new(1);

    public IMessageSender CreateSender(TrafficContext run, int worker) => new RudeSender(run, plan, _line);

    public void Dispose() => _line.Dispose();
}
