using SmartSink.TrafficGen.Messages;
using SmartSink.TrafficGen.Sending;

namespace SmartSink.TrafficGen.Behaving;

/// <summary>
/// The outgoing side of a small mail server: new mail comes by the run's schedule, each domain has a queue and connections of its own, and what is
/// refused for now waits. It ends when all queues are empty or with the run; what waits then is told.
/// </summary>
internal sealed class Outbox
{
    /// <summary>Messages on one connection unless the options say otherwise: as many as the strictest of the large providers take.</summary>
    private const int UsualMessagesPerConnection = 20;

    private readonly TrafficContext _run;
    private readonly long _start;
    private readonly Delivery[] _deliveries;
    private readonly Draft _addressed = new();

    // All domains are one server's here: who is refused before MAIL is refused for all of them.
    private readonly Pause _server = new();
    private readonly Lock _lock = new();
    private int _connecting;
    private volatile bool _hasAll;

    /// <summary>Divides the connections among the domains.</summary>
    /// <param name="run">The run.</param>
    /// <param name="senders">At least one for each domain.</param>
    public Outbox(TrafficContext run, IReadOnlyList<SmtpSender> senders)
    {
        _run = run;
        _start = run.Clock.GetTimestamp();
        var domains = run.Options.Domains.Count;
        var each = Math.Min(run.Options.DomainConnections, senders.Count / domains);
        _deliveries = [.. Enumerable.Range(0, domains).Select(domain => new Delivery(this, [.. senders.Skip(domain * each).Take(each)]))];
    }

    /// <summary>The provider's time since the beginning, in milliseconds.</summary>
    private long Now => (long)(_run.Clock.GetElapsedTime(_start).TotalMilliseconds * _run.Options.TimeScale);

    private CancellationToken Stopped => _run.Control.Stopped;

    /// <summary>Sends until all is done.</summary>
    public async Task RunAsync()
    {
        var sending = Task.WhenAll(_deliveries.Select(delivery => Task.Run(delivery.RunAsync)));
        while (_run.Schedule.TryTake(_run.Clock.GetTimestamp(), out var ticket) && await IsDueAsync(ticket.NotBefore))
        {
            _run.Messages.Make(ticket.Number, _addressed);
            _deliveries[_addressed.DomainOf(0)].Add(new QueuedMail(ticket.Number, Now, Tries: 0));
        }

        _hasAll = true;
        foreach (var delivery in _deliveries)
        {
            delivery.Wake();
        }

        await sending;
    }

    private async ValueTask<bool> IsDueAsync(long time)
    {
        var now = _run.Clock.GetTimestamp();
        if (time > now)
        {
            await Task.Delay(_run.Clock.GetElapsedTime(now, time), _run.Clock, Stopped).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return !_run.Schedule.IsStopped;
    }

    // Until a signal, or a moment of the provider's time.
    private async Task WaitAsync(Task signal, long until)
    {
        if (until == long.MaxValue)
        {
            await signal;
            return;
        }

        using var over = CancellationTokenSource.CreateLinkedTokenSource(Stopped);
        var wait = TimeSpan.FromMilliseconds(Math.Clamp((until - Now) / _run.Options.TimeScale, 1, int.MaxValue));
        await Task.WhenAny(signal, Task.Delay(wait, _run.Clock, over.Token));
        await over.CancelAsync();
    }

    /// <summary>Whether the server may be connected to; after a refusal by one connection at a time.</summary>
    private bool TryConnect(long now)
    {
        lock (_lock)
        {
            if (_server.Holds(now) || (_server.IsSuspect && _connecting > 0))
            {
                return false;
            }

            _connecting++;
            return true;
        }
    }

    private void Connected(bool refused)
    {
        lock (_lock)
        {
            _connecting--;
            if (refused)
            {
                _server.Begin(Now, Pause.AfterRefusal);
            }
            else
            {
                _server.Over();
            }
        }

        foreach (var delivery in _deliveries)
        {
            delivery.Wake();
        }
    }

    /// <summary>The queue of one domain, and its connections.</summary>
    private sealed class Delivery
    {
        private readonly Outbox _box;
        private readonly Stack<(SmtpSender Sender, Draft Draft)> _free;
        private readonly DomainQueue _queue;
        private readonly Lock _lock = new();
        private TaskCompletionSource _signal = NewSignal();

        public Delivery(Outbox box, IReadOnlyList<SmtpSender> senders)
        {
            _box = box;
            _free = new(senders.Select(sender => (sender, new Draft())));
            _queue = new DomainQueue(senders.Count, box._run.Options.MessagesPerConnection ?? UsualMessagesPerConnection, Random.Shared.NextDouble);
        }

        private bool IsOver => _box._run.Schedule.IsStopped || (_box._hasAll && _queue.Count == 0);

        public void Add(QueuedMail mail)
        {
            lock (_lock)
            {
                _queue.Add(mail);
            }

            Wake();
        }

        public void Wake()
        {
            TaskCompletionSource signal;
            lock (_lock)
            {
                signal = _signal;
                _signal = NewSignal();
            }

            signal.TrySetResult();
        }

        /// <summary>Opens connections as they are needed, until there is no more mail.</summary>
        public async Task RunAsync()
        {
            await using var stopping = _box.Stopped.UnsafeRegister(_ => Wake(), null);
            while (true)
            {
                Task signal;
                long next;
                lock (_lock)
                {
                    signal = _signal.Task;
                    if (IsOver && _queue.Open == 0)
                    {
                        break;
                    }

                    next = IsOver ? long.MaxValue : Open();
                }

                await _box.WaitAsync(signal, next);
            }

            foreach (var left in _queue.Clear())
            {
                _box._run.Observer.MessageLeft(left.Number);
            }
        }

        /// <summary>Opens what may be opened, and says when to look again.</summary>
        private long Open()
        {
            var now = _box.Now;
            while (_box.TryConnect(now))
            {
                if (!_queue.TryOpen(now))
                {
                    lock (_box._lock)
                    {
                        _box._connecting--;
                    }

                    break;
                }

                var (sender, draft) = _free.Pop();
                sender.AvoidsTls = _queue.AvoidsTls(now);
                _ = Task.Run(() => CarryAsync(sender, draft));
            }

            // Mail that is ready and waits for a connection of its own, or for the server, is looked at again when one of them has news.
            var next = Math.Max(_queue.NextAt, _box._server.Until);
            return next > now ? next : long.MaxValue;
        }

        /// <summary>One connection, from its opening to QUIT.</summary>
        private async Task CarryAsync(SmtpSender sender, Draft draft)
        {
            try
            {
                var opened = await sender.OpenAsync();
                var hasTlsFailed = sender.Fault == TrafficFault.TlsFailed;
                _box.Connected(refused: !opened && !hasTlsFailed);
                if (hasTlsFailed || sender.IsSecured)
                {
                    LearnOfTls(hasTlsFailed);
                }

                for (var carried = 0; opened && sender.IsOpen && await NextAsync(carried) is { } mail; carried++)
                {
                    await TryAsync(sender, draft, mail, carried);
                }

                await sender.CloseAsync();
            }
            finally
            {
                lock (_lock)
                {
                    _queue.Closed();
                    _free.Push((sender, draft));
                }

                Wake();
            }
        }

        private void LearnOfTls(bool hasFailed)
        {
            lock (_lock)
            {
                if (hasFailed)
                {
                    _queue.Note(Trouble.TlsFailed, _box.Now, carried: 0);
                }
                else
                {
                    _queue.Secured();
                }
            }
        }

        /// <summary>The next message for a connection; null when it is to be closed.</summary>
        private async ValueTask<QueuedMail?> NextAsync(int carried)
        {
            var idle = _box.Now + DomainQueue.IdleTime;
            while (true)
            {
                Task signal;
                long next;
                lock (_lock)
                {
                    var now = _box.Now;
                    signal = _signal.Task;
                    if (IsOver || _queue.IsPaused(now) || carried >= _queue.MessagesPerConnection)
                    {
                        return null;
                    }

                    if (_queue.TryTake(now, out var mail))
                    {
                        return mail;
                    }

                    next = Math.Min(_queue.NextAt, idle);
                    if (now >= idle || (_box._hasAll && next == idle))
                    {
                        return null;
                    }
                }

                await _box.WaitAsync(signal, next);
            }
        }

        private async ValueTask TryAsync(SmtpSender sender, Draft draft, QueuedMail mail, int carried)
        {
            var (run, observer) = (_box._run, _box._run.Observer);
            run.Messages.Make(mail.Number, draft);
            observer.MessageBegun(mail.Number);
            await sender.TrySendAsync(draft, due: 0);
            var isFinal = draft.OpenRecipients == 0 && sender.Code is < 400 or >= 500;
            var isGivenUp = false;
            lock (_lock)
            {
                var now = _box.Now;
                if (isFinal)
                {
                    _queue.Done(draft.IsAccepted);
                }
                else if (carried > 0 && sender.IsClosedBetween)
                {
                    // It closed for a reason of its own, and never heard of this message.
                    _queue.PutBack(mail);
                    return;
                }
                else
                {
                    isGivenUp = !_queue.Defer(mail, now);
                }

                _queue.Note(TroubleOf(sender, draft), now, carried);
            }

            if (draft.IsAccepted)
            {
                observer.MessageAccepted(mail.Number, draft.Envelope.Size);
            }
            else if (isFinal)
            {
                observer.MessageRefused(mail.Number);
            }
            else if (isGivenUp)
            {
                observer.MessageGivenUp(mail.Number);
            }
            else
            {
                observer.MessageRetried();
            }
        }

        private static Trouble TroubleOf(SmtpSender sender, Draft draft) =>
            draft.IsAccepted ? Trouble.None
            : sender.RefusalText.Length > 0 ? Refusal.Read(sender.Code, sender.RefusalText)
            : draft.OpenRecipients > 0 ? Trouble.Lost
            : Trouble.None;

        private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
