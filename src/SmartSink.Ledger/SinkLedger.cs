using SmartSink.Ledger.Facts;
using SmartSink.Ledger.Store;
using SmartSink.Smtp;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;

namespace SmartSink.Ledger;

/// <summary>
/// What the sink keeps of senders, bounded in memory: what is over the bound makes the oldest part of what takes most of it go. One thread brings events; any may read,
/// and holds that one up while it copies.
/// </summary>
/// <remarks>
/// Refusals are kept as tries, and an acceptance only when its recipient had been refused before. All others go into a set: of a message of a run 64 bits at its number's
/// place, with its time, of another message 16 bytes; enough to tell one that comes again.
/// </remarks>
internal sealed class SinkLedger
{
    /// <summary>The least that a ledger can work in.</summary>
    public const long LeastBytes = 4L << 20;

    /// <summary>How many events are taken before the bound is looked at: each may add a few kilobytes.</summary>
    private const int EventsPerLook = 16;

    private const int MostSenders = 10_000;
    private const int MostTexts = 65_536;

    /// <summary>Replies whose number is known by reference: after reloads the old ones are let go.</summary>
    private const int MostReplies = 8_192;

    private readonly Lock _gate = new();
    private readonly long _mostBytes;
    private readonly Interned<string> _providers;
    private readonly Interned<string> _texts;
    private readonly Dictionary<Reply, int> _replies = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<uint, Dialog> _open = [];
    private readonly PolicyFacts _policies = new();
    private Interned<LedgerSender> _senders;
    private long[] _accepted = [];
    private FactList<Kept<DialogFact>> _dialogs;
    private FactList<Kept<MailTry>> _tries;
    private SecondTable _seconds;
    private FactList<Kept<DuplicateFact>> _duplicates;
    private FactList<Kept<BounceFact>> _bounces;
    private RunTable _runs;

    /// <summary>Recipients that were refused: <see cref="Pair.Mail"/> with a 1.</summary>
    private PairSet _refused;

    /// <summary>Deliveries that do not stand at a run's number.</summary>
    private PairSet _delivered;

    /// <summary>Deliveries whose sender cannot know of them.</summary>
    private PairSet _unheard;

    private IForgetful[] _stores;
    private long _roomBytes;
    private long _lost;
    private long _since = -1;

    /// <summary>Makes an empty ledger.</summary>
    /// <param name="mostBytes">What it may take in memory, at least <see cref="LeastBytes"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">That is less.</exception>
    public SinkLedger(long mostBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(mostBytes, LeastBytes);
        _mostBytes = mostBytes;
        _providers = new Interned<string>("others", MostTexts, mostBytes / 16, static provider => provider.Length);
        _texts = new Interned<string>("others", MostTexts, mostBytes / 16, static text => text.Length);
        Begin();
    }

    /// <inheritdoc cref="LedgerStatus"/>
    public LedgerStatus Status
    {
        get
        {
            lock (_gate)
            {
                return new LedgerStatus(IsOn: true, _since, _senders.Count - 1, _runs.All.Count, Bytes, _mostBytes, Forgotten, Behind: 0);
            }
        }
    }

    private long Forgotten
    {
        get
        {
            // Asked at each turn of the thread that takes: without what LINQ allocates.
            var forgotten = _lost;
            foreach (var store in _stores)
            {
                forgotten += store.Forgotten;
            }

            return forgotten;
        }
    }

    private long Bytes
    {
        get
        {
            // Asked after each event: without the indirection of a loop.
            return _dialogs.Bytes + _tries.Bytes + _seconds.Bytes + _duplicates.Bytes + _bounces.Bytes + _runs.Bytes + _refused.Bytes + _delivered.Bytes + _unheard.Bytes
                + _policies.Bytes + _senders.Bytes + _providers.Bytes + _texts.Bytes + (_replies.Count * 48L) + OpenBytes;
        }
    }

    private long OpenBytes => ((long)_open.Count * Dialog.Bytes) + _roomBytes;

    /// <summary>Takes what happened, in its order.</summary>
    public void Take(ReadOnlySpan<LedgerEvent> events)
    {
        lock (_gate)
        {
            for (var from = 0; from < events.Length; from += EventsPerLook)
            {
                foreach (ref readonly var happened in events[from..Math.Min(from + EventsPerLook, events.Length)])
                {
                    Take(in happened);
                }

                if (Bytes > _mostBytes)
                {
                    MakeRoom();
                }
            }
        }
    }

    /// <summary>Notes what is in force from a moment on, no earlier than what was noted before.</summary>
    public void Note(PolicyFact fact)
    {
        lock (_gate)
        {
            _policies.Add(fact);
            if (Bytes > _mostBytes)
            {
                MakeRoom();
            }
        }
    }

    /// <summary>Forgets all; what is in force stays known, and connections that are open go on.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            var senders = _senders;
            Begin();
            foreach (var (connection, dialog) in _open)
            {
                var before = dialog.Fact;
                dialog.Sender = dialog.Sender == Interned<LedgerSender>.Others ? dialog.Sender : _senders.NumberOf(senders[dialog.Sender]);
                dialog.Fact = NewDialog(connection, before.BeganAt) with { Tls = before.Tls };
                foreach (ref var recipient in dialog.Recipients)
                {
                    recipient.Try = Recipient.NoTry;
                }
            }
        }
    }

    /// <summary>What is kept of senders, those without anything left out.</summary>
    /// <param name="query">Which.</param>
    /// <param name="now">The moment of the report.</param>
    public IReadOnlyList<SenderHistory> Read(LedgerQuery query, long now)
    {
        ArgumentNullException.ThrowIfNull(query);
        return Copy(query).Histories(now);
    }

    /// <summary>What is kept of a run; null for one that is not known.</summary>
    public RunHistory? ReadRun(string run) => Copy(new LedgerQuery(run, static _ => false)).Runs.SingleOrDefault()?.ToHistory();

    /// <summary>When the messages of a run came, from a number on; null for a run that is not known.</summary>
    /// <param name="run">Its id.</param>
    /// <param name="from">The first number, not negative.</param>
    /// <param name="count">The most numbers.</param>
    public RunTimes? ReadTimes(string run, long from, int count)
    {
        lock (_gate)
        {
            return _runs.Find(run) is { } found ? new RunTimes(found.Name, Math.Max(found.FirstAcceptedAt, 0), from, found.Highest, found.TimesOf(from, count)) : null;
        }
    }

    private static DialogFact NewDialog(uint connection, long at) =>
        new() { Connection = connection, BeganAt = at, EndedAt = -1, LastActiveAt = at, Provider = -1, RefusedReply = -1, ShutAt = -1 };

    private static RunNumber Known(RunNumber run) => run.IsKnown && run.Number is >= 0 and <= RunTable.MostNumber ? run : default;

    private static ulong KeyOf(RunNumber run) => Run.KeyOf(run.Run!, run.Number);

    [System.Diagnostics.CodeAnalysis.MemberNotNull(
        nameof(_senders), nameof(_dialogs), nameof(_tries), nameof(_seconds), nameof(_duplicates), nameof(_bounces), nameof(_runs), nameof(_refused), nameof(_delivered),
        nameof(_unheard), nameof(_stores))]
    private void Begin()
    {
        _senders = new Interned<LedgerSender>(new LedgerSender("others", string.Empty), MostSenders, _mostBytes / 16, static sender => sender.Client.Length + sender.User.Length);
        _accepted = [];
        _stores =
        [
            _dialogs = new(), _tries = new(), _seconds = new(_mostBytes / 16), _duplicates = new(), _bounces = new(), _runs = new(),
            _refused = new(_mostBytes / 4), _delivered = new(_mostBytes / 4), _unheard = new(_mostBytes / 16), _policies,
        ];
        _policies.Clear();
        _lost = 0;
        _since = -1;
    }

    private void Take(in LedgerEvent happened)
    {
        if (_since < 0)
        {
            _since = happened.At;
        }

        if (happened.Connection != 0)
        {
            if (_open.TryGetValue(happened.Connection, out var dialog) || happened.Kind != LedgerEventKind.ConnectionClosed)
            {
                Take(dialog ?? Open(happened.Connection, happened.At), in happened);
            }
        }
        else if (happened is { Kind: LedgerEventKind.ClientRefused, Sender: { } sender })
        {
            // Refused before it began: a connection of one moment.
            var brief = new Dialog { Sender = _senders.NumberOf(sender), Fact = NewDialog(0, happened.At) };
            Refuse(brief, in happened);
            Close(brief, happened.At, SessionEndReason.PolicyClosed);
        }
    }

    private void Take(Dialog dialog, in LedgerEvent happened)
    {
        if (happened.Sender is { } sender)
        {
            dialog.Sender = _senders.NumberOf(sender);
        }

        ref var fact = ref dialog.Fact;
        if (happened.Tls > fact.Tls)
        {
            fact = fact with { Tls = happened.Tls };
        }

        switch (happened.Kind)
        {
            case LedgerEventKind.DialogBegan when fact is { Transactions: 0, Recipients: 0, RefusedReply: < 0 }:
                fact = fact with { BeganAt = happened.At, LastActiveAt = happened.At };
                break;
            case LedgerEventKind.ClientRefused:
                Refuse(dialog, in happened);
                break;
            case LedgerEventKind.TransactionBegan:
                dialog.Begin(Known(happened.Run), happened.IsBounce);
                fact = fact with { Transactions = fact.Transactions + 1 };
                break;
            case LedgerEventKind.RecipientTaken:
                AddRecipient(dialog, NewRecipient(dialog, in happened) with { IsTaken = true });
                break;
            case LedgerEventKind.RecipientDecided when happened.Stage == Stage.Data:
                if (dialog.Next() is >= 0 and var next)
                {
                    Decide(dialog, ref dialog.Recipients[next], in happened);
                }

                break;
            case LedgerEventKind.RecipientDecided:
                var recipient = NewRecipient(dialog, in happened);
                Decide(dialog, ref recipient, in happened);
                AddRecipient(dialog, recipient);
                break;
            case LedgerEventKind.MessageEnded:
                End(dialog, in happened);
                break;
            case LedgerEventKind.TransactionAbandoned when !dialog.IsEnded:
                if (dialog.Count > 0 && RunOf(dialog, dialog.Recipients[0].Run) is { IsKnown: true } run)
                {
                    See(dialog, run, happened.At);
                }

                dialog.Begin(run: default, isBounce: false);
                break;
            case LedgerEventKind.Misspoke:
                fact = fact with { Faults = fact.Faults | happened.Faults };
                break;
            case LedgerEventKind.Reset:
                fact = fact with { Resets = fact.Resets + 1 };
                break;
            case LedgerEventKind.SpokeBehind421:
                fact = fact with { CommandsBehindShut = fact.CommandsBehindShut + 1 };
                break;
            case LedgerEventKind.ConnectionClosed:
                _open.Remove(happened.Connection);
                _roomBytes -= (long)dialog.Room * Recipient.Bytes;
                Close(dialog, happened.At, happened.Reason);
                break;
            default:
                break;
        }
    }

    private Dialog Open(uint connection, long at)
    {
        if (OpenBytes > _mostBytes / 4)
        {
            ForgetOldConnections();
        }

        var dialog = new Dialog { Sender = Interned<LedgerSender>.Others, Fact = NewDialog(connection, at) };
        _open.Add(connection, dialog);
        return dialog;
    }

    private void Refuse(Dialog dialog, in LedgerEvent happened)
    {
        var provider = happened.Provider is null ? Interned<string>.Others : ProviderOf(dialog, in happened);
        ref var fact = ref dialog.Fact;
        fact = fact with
        {
            RefusedReply = fact.RefusedReply < 0 ? NumberOf(happened.Reply) : fact.RefusedReply,
            RefusedAt = fact.RefusedReply < 0 ? happened.Stage : fact.RefusedAt,
            ShutAt = ShutAt(in fact, in happened),
            LastActiveAt = happened.At,
        };
        if (happened is { Provider: not null, Reply: { } reply })
        {
            _seconds.Count(dialog.Sender, provider, reply.Outcome, reply, happened.At);
        }
    }

    private Recipient NewRecipient(Dialog dialog, in LedgerEvent happened) =>
        new() { Mail = happened.Mail, Run = Known(happened.Run), Provider = ProviderOf(dialog, in happened), Try = Recipient.NoTry };

    private void AddRecipient(Dialog dialog, Recipient recipient)
    {
        var room = dialog.Room;
        if (!dialog.Add(recipient, mayGrow: OpenBytes <= _mostBytes / 4))
        {
            _lost++;
        }

        _roomBytes += (long)(dialog.Room - room) * Recipient.Bytes;
        ref var fact = ref dialog.Fact;
        fact = fact with { Recipients = fact.Recipients + 1, MostRecipients = Math.Max(fact.MostRecipients, dialog.Count) };
    }

    private void Decide(Dialog dialog, ref Recipient recipient, in LedgerEvent happened)
    {
        var sender = dialog.Sender;
        recipient.At = happened.At;
        _seconds.Count(sender, recipient.Provider, happened.Outcome, happened.Reply, happened.At);
        if (happened.Outcome == Outcome.Accepted)
        {
            recipient.IsAccepted = true;
            if (_accepted.Length <= sender)
            {
                Array.Resize(ref _accepted, Math.Max(16, sender * 2));
            }

            _accepted[sender]++;
            return;
        }

        var (run, reply) = (RunOf(dialog, recipient.Run), happened.Reply);
        _refused.Add(new Pair(1, recipient.Mail));
        recipient.Try = _tries.Add(new Kept<MailTry>(sender, run.IsKnown ? See(dialog, run, happened.At).Id : -1, new MailTry
        {
            At = happened.At,
            Mail = recipient.Mail,
            Number = run.IsKnown ? run.Number : -1,
            Connection = happened.Connection,
            Provider = recipient.Provider,
            Reply = NumberOf(reply),
            Outcome = happened.Outcome,
            Label = reply?.Label ?? ReplyLabel.System,
        }));
        dialog.Fact = dialog.Fact with { LastActiveAt = happened.At, ShutAt = ShutAt(in dialog.Fact, in happened) };
    }

    private void End(Dialog dialog, in LedgerEvent happened)
    {
        ref var fact = ref dialog.Fact;
        fact = fact with { Messages = fact.Messages + 1, LastActiveAt = happened.At };
        if (dialog.IsEnded)
        {
            return;
        }

        dialog.IsEnded = true;
        var number = dialog.IsBounce ? default : dialog.Run.IsKnown ? dialog.Run : Known(happened.Run);
        var run = number.IsKnown ? See(dialog, number, happened.At) : null;
        foreach (ref var recipient in dialog.Recipients)
        {
            var message = new MessageName(run?.Id ?? -1, run is null ? -1 : number.Number, happened.Message);
            if (recipient.Try != Recipient.NoTry && _tries.Has(recipient.Try))
            {
                ref var refused = ref _tries[recipient.Try];
                refused = message.Of(refused);
            }

            if (recipient.IsAccepted)
            {
                if (dialog.IsBounce)
                {
                    TakeBounce(dialog.Sender, recipient, in happened);
                }
                else
                {
                    Deliver(dialog.Sender, run, number, ref recipient, in happened);
                }

                if (_refused.Contains(new Pair(1, recipient.Mail)))
                {
                    _tries.Add(message.Of(new Kept<MailTry>(dialog.Sender, -1, new MailTry
                    {
                        At = recipient.At,
                        Mail = recipient.Mail,
                        Connection = happened.Connection,
                        Provider = recipient.Provider,
                        Reply = -1,
                        Outcome = Outcome.Accepted,
                    })));
                }
            }
        }
    }

    private void TakeBounce(int sender, Recipient recipient, in LedgerEvent happened)
    {
        var returned = recipient.Run.IsKnown ? recipient.Run : Known(happened.Run);
        _bounces.Add(new Kept<BounceFact>(sender, returned.IsKnown ? _runs.Of(returned.Run!, _tries.Forgotten).Id : -1, new BounceFact
        {
            At = recipient.At,
            Message = returned.IsKnown ? KeyOf(returned) : happened.Message,
            Number = returned.IsKnown ? returned.Number : -1,
            Connection = happened.Connection,
            IsReplyLost = happened.IsReplyLost,
        }));
    }

    private void Deliver(int sender, Run? run, RunNumber number, ref Recipient recipient, in LedgerEvent happened)
    {
        recipient.Message = run is null ? happened.Message : KeyOf(number);
        if (recipient.Message == 0)
        {
            return;
        }

        var key = new Pair(recipient.Message, recipient.Mail);
        var isFirst = run is null ? null : _runs.Accept(run, number.Number, recipient.Mail, recipient.At);
        var isAgain = !(isFirst ?? _delivered.Add(key));
        var isExcused = isAgain && _unheard.Contains(key);
        if (isAgain)
        {
            _duplicates.Add(new Kept<DuplicateFact>(sender, run?.Id ?? -1, new DuplicateFact
            {
                At = recipient.At,
                Number = run is null ? -1 : number.Number,
                Connection = happened.Connection,
                Provider = recipient.Provider,
                IsExcused = isExcused,
            }));
        }

        if (happened.IsReplyLost)
        {
            _unheard.Add(key);
        }
        else if (isExcused)
        {
            _unheard.Remove(key);
        }
    }

    private void Close(Dialog dialog, long at, SessionEndReason reason)
    {
        if (dialog.IsEnded && reason is SessionEndReason.ClosedInData or SessionEndReason.ConnectionReset or SessionEndReason.Fault or SessionEndReason.SlowClient)
        {
            foreach (ref readonly var recipient in dialog.Recipients)
            {
                if (recipient is { IsAccepted: true, Message: not 0 })
                {
                    _unheard.Add(new Pair(recipient.Message, recipient.Mail));
                }
            }
        }

        Leave(dialog);
        _dialogs.Add(new Kept<DialogFact>(dialog.Sender, -1, dialog.Fact with { EndedAt = at, Reason = reason }));
    }

    private void Leave(Dialog dialog)
    {
        if (dialog.Fact.Provider >= 0)
        {
            _seconds.Close(dialog.Opener, dialog.Fact.Provider);
        }
    }

    /// <summary>The run that a message is of, as far as its envelope says it.</summary>
    private static RunNumber RunOf(Dialog dialog, RunNumber ofRecipient) => dialog.IsBounce ? default : dialog.Run.IsKnown ? dialog.Run : ofRecipient;

    private Run See(Dialog dialog, RunNumber number, long at)
    {
        var run = _runs.Of(number.Run!, _tries.Forgotten);
        _runs.Saw(run, number.Number, dialog.Sender, at);
        return run;
    }

    private static long ShutAt(in DialogFact fact, in LedgerEvent happened) => fact.ShutAt < 0 && happened.Reply?.Code == 421 ? happened.At : fact.ShutAt;

    /// <summary>The provider that an event names; the first of a dialog counts its connection.</summary>
    private int ProviderOf(Dialog dialog, in LedgerEvent happened)
    {
        var provider = happened.Provider is { } name ? _providers.NumberOf(name) : Interned<string>.Others;
        if (dialog.Fact.Provider < 0)
        {
            dialog.Fact = dialog.Fact with { Provider = provider };
            dialog.Opener = dialog.Sender;
            _seconds.Open(dialog.Sender, provider, happened.At);
        }

        return provider;
    }

    private int NumberOf(Reply? reply)
    {
        if (reply is null)
        {
            return -1;
        }

        if (!_replies.TryGetValue(reply, out var number))
        {
            if (_replies.Count == MostReplies)
            {
                _replies.Clear();
            }

            number = _texts.NumberOf($"{reply.Code} {reply.ToText()}");
            _replies.Add(reply, number);
        }

        return number;
    }

    /// <summary>Forgets the older half of the connections by their numbers: their ends were dropped before they came here, or there are too many.</summary>
    private void ForgetOldConnections()
    {
        var oldest = _open.Keys.Min();
        var last = oldest + ((_open.Keys.Max() - oldest) / 2);
        foreach (var (connection, dialog) in _open)
        {
            if (connection <= last)
            {
                Leave(dialog);
                _roomBytes -= (long)dialog.Room * Recipient.Bytes;
                _open.Remove(connection);
                _lost++;
            }
        }
    }

    private void MakeRoom()
    {
        while (Bytes > _mostBytes && _stores.OrderByDescending(static store => store.Bytes).Any(static store => store.Forget()))
        {
        }
    }

    private LedgerCopy Copy(LedgerQuery query)
    {
        lock (_gate)
        {
            var runs = query.Run is null ? [.. _runs.All] : _runs.Find(query.Run) is { } asked ? [asked] : Array.Empty<Run>();
            var copy = new LedgerCopy(query, _senders.ToArray(), _providers.ToArray(), _texts.ToArray(), runs, Math.Max(_since, 0), _tries.Forgotten, new PolicyCourse(_policies.ToArray()));
            copy.Add(_dialogs);
            foreach (var dialog in _open.Values)
            {
                copy.Add(new Kept<DialogFact>(dialog.Sender, -1, dialog.Fact));
            }

            copy.Add(_tries);
            copy.Add(_duplicates);
            copy.Add(_bounces);
            copy.Add(_seconds.Over);
            foreach (var second in _seconds.Present)
            {
                copy.Add(in second);
            }

            copy.SetAccepted(_accepted);
            return copy;
        }
    }

    /// <summary>What a message is called once it has come to its end.</summary>
    private readonly record struct MessageName(int Run, long Number, ulong Message)
    {
        public Kept<MailTry> Of(in Kept<MailTry> kept) => kept with { Run = Run, Fact = kept.Fact with { Number = Number, Message = Message } };
    }
}
