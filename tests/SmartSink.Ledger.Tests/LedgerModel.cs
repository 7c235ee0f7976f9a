using SmartSink.Ledger.Facts;
using SmartSink.Smtp;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;

namespace SmartSink.Ledger.Tests;

/// <summary>What a ledger should tell, as text: worked out from all events, without bounds and without haste.</summary>
internal sealed class LedgerModel
{
    private readonly List<Connection> _connections = [];
    private readonly Dictionary<uint, Connection> _open = [];
    private readonly List<Attempt> _attempts = [];
    private readonly Dictionary<(LedgerSender Sender, string Provider), int> _openAt = [];
    private readonly Dictionary<(LedgerSender Sender, string Provider, long At), Second> _seconds = [];
    private readonly HashSet<(string Message, ulong Mail)> _delivered = [];
    private readonly HashSet<(string Message, ulong Mail)> _unheard = [];
    private readonly List<(LedgerSender Sender, string Run, long Number, bool IsExcused, string Text)> _duplicates = [];
    private readonly List<(LedgerSender Sender, long At, string Text)> _bounces = [];
    private readonly Dictionary<(LedgerSender Sender, string Message), long> _bounceNames = [];
    private readonly List<(string Run, long Number, LedgerSender Sender, bool IsAccepted)> _numbers = [];
    private readonly List<RunNumber> _bounced = [];
    private readonly Dictionary<LedgerSender, int> _accepted = [];

    public static string TextOf(IReadOnlyList<SenderHistory> histories)
    {
        // Bounces name the message that they return by a value that only has to be the same for the same message.
        return string.Join("\n\n", histories.OrderBy(history => history.Sender.ToString(), StringComparer.Ordinal).Select(history => string.Join('\n',
            [
                $"{history.Sender} accepted {history.Accepted}",
                .. history.Dialogs.Select(dialog => DialogText(dialog, dialog.Provider < 0 ? "-" : history.Providers[dialog.Provider], dialog.RefusedReply < 0 ? "-" : history.Replies[dialog.RefusedReply])),
                .. history.Items.Select(item => "item " + string.Join(", ", item.Tries.ToArray().Select(attempt => TryText(attempt, history)))).Order(StringComparer.Ordinal),
                .. history.Seconds.Select(second => $"second {history.Providers[second.Provider]} {second.At} {second.Connections} {second.MostOpen} {second.Accepted} {second.TempFailed} {second.Throttled} {second.PermFailed}").Order(StringComparer.Ordinal),
                .. history.Duplicates.Select(again => $"again {again.At} {again.Number} {again.Connection} {history.Providers[again.Provider]} {again.IsExcused}"),
                .. history.Bounces.Select(bounce => $"bounce {bounce.At} {bounce.Number} {bounce.Connection} {NameOf(history.Bounces, bounce)}"),
                .. history.Runs.Select(run => $"run {run.Run} {run.Lowest} {run.Highest} {run.Missing} [{string.Join(' ', run.MissingNumbers)}]"),
            ])));
    }

    public static string TextOf(RunHistory? run) => run is null
        ? "none"
        : $"{run.Run} {run.Lowest} {run.Highest} [{string.Join(' ', run.Accepted)}] [{string.Join(' ', run.Refused)}] [{string.Join(' ', run.Waiting)}] [{string.Join(' ', run.Bounced)}]"
            + $" [{string.Join(' ', run.Duplicates.Select(again => $"{again.Number}:{again.Times}/{again.Excused}"))}] [{string.Join(' ', run.Last.Select(last => $"{last.Number}@{last.At}"))}]";

    public void Take(LedgerEvent happened)
    {
        if (!_open.TryGetValue(happened.Connection, out var connection))
        {
            _connections.Add(connection = _open[happened.Connection] = new Connection());
        }

        connection.Events.Add(happened);
        connection.Sender = happened.Sender ?? connection.Sender;
        switch (happened.Kind)
        {
            case LedgerEventKind.ClientRefused when happened.Provider is { } provider:
                SecondOf(connection, provider, happened.At, opens: true).Count(happened.Reply);
                break;
            case LedgerEventKind.TransactionBegan:
                connection.Transaction = new Transaction { Run = happened.Run, IsBounce = happened.IsBounce };
                break;
            case LedgerEventKind.RecipientTaken:
                if (connection.Opened is null)
                {
                    SecondOf(connection, happened.Provider!, happened.At, opens: true);
                }

                connection.Transaction!.Attempts.Add(new Attempt { Told = happened });
                break;
            case LedgerEventKind.RecipientDecided:
                if (happened.Stage == Stage.Rcpt)
                {
                    SecondOf(connection, happened.Provider!, happened.At, opens: true);
                    connection.Transaction!.Attempts.Add(new Attempt { Told = happened });
                }

                var attempts = connection.Transaction!.Attempts;
                var attempt = happened.Stage == Stage.Rcpt ? attempts[^1] : attempts.First(attempt => attempt.Decided is null);
                SecondOf(connection, attempt.Told.Provider!, happened.At, opens: false).Count(happened.Reply);
                attempt.Decided = happened;
                attempt.Sender = connection.Sender!;
                attempt.Run = connection.Transaction!.IsBounce ? default : connection.Transaction.Run.IsKnown ? connection.Transaction.Run : attempt.Told.Run;
                if (happened.Outcome == Outcome.Accepted)
                {
                    _accepted[connection.Sender!] = _accepted.GetValueOrDefault(connection.Sender!) + 1;
                }
                else
                {
                    _attempts.Add(attempt);
                    Came(attempt.Run, connection.Sender!, isAccepted: false);
                }

                break;
            case LedgerEventKind.MessageEnded:
                End(connection, happened);
                break;
            case LedgerEventKind.TransactionAbandoned:
                if (connection.Transaction is { IsBounce: false } abandoned && abandoned.Attempts.FirstOrDefault() is { } first)
                {
                    Came(abandoned.Run.IsKnown ? abandoned.Run : first.Told.Run, connection.Sender!, isAccepted: false);
                }

                break;
            case LedgerEventKind.ConnectionClosed:
                Close(connection, happened);
                break;
            default:
                break;
        }
    }

    public string ToText()
    {
        var senders = _connections.Select(connection => connection.Sender!).Concat(_attempts.Select(attempt => attempt.Sender)).Concat(_accepted.Keys)
            .Concat(_numbers.Select(number => number.Sender)).Concat(_seconds.Keys.Select(key => key.Sender)).Distinct();
        return string.Join("\n\n", senders.OrderBy(sender => sender.ToString(), StringComparer.Ordinal).Select(sender => string.Join('\n',
            [
                $"{sender} accepted {_accepted.GetValueOrDefault(sender)}",
                .. _connections.Where(connection => connection.Sender == sender).OrderBy(connection => connection.Events[0].At).Select(connection => connection.ToText()),
                .. Items(sender).Select(item => "item " + string.Join(", ", item.Select(attempt => attempt.ToText()))).Order(StringComparer.Ordinal),
                .. _seconds.Where(pair => pair.Key.Sender == sender && pair.Value.HasAny)
                    .Select(pair => $"second {pair.Key.Provider} {pair.Key.At} {pair.Value.ToText()}").Order(StringComparer.Ordinal),
                .. _duplicates.Where(again => again.Sender == sender).Select(again => again.Text),
                .. _bounces.Where(bounce => bounce.Sender == sender).OrderBy(bounce => bounce.At).Select(bounce => bounce.Text),
                .. _numbers.Where(number => number.Sender == sender).Select(number => number.Run).Distinct().Order(StringComparer.Ordinal).Select(RunText),
            ])));
    }

    public string ToText(string run)
    {
        var numbers = _numbers.Where(number => number.Run == run).ToArray();
        var bounced = _bounced.Where(returned => returned.Run == run).Select(returned => returned.Number).ToHashSet();
        if (numbers.Length == 0)
        {
            return bounced.Count == 0 ? "none" : $"{run} 0 -1 [] [] [] [{Ranges(bounced)}] [] []";
        }

        var (accepted, refused, waiting) = Answers(run);
        var again = _duplicates.Where(duplicate => duplicate.Run == run).GroupBy(duplicate => duplicate.Number).OrderBy(group => group.Key);
        var last = refused.Union(waiting).Order().Select(number => $"{number}@{_attempts.Where(attempt => attempt.Run == new RunNumber(run, number)).Max(attempt => attempt.Decided!.Value.At)}");
        return $"{run} {numbers.Min(number => number.Number)} {numbers.Max(number => number.Number)} [{Ranges(accepted)}] [{Ranges(refused)}] [{Ranges(waiting)}] [{Ranges(bounced)}]"
            + $" [{string.Join(' ', again.Select(group => $"{group.Key}:{group.Count()}/{group.Count(duplicate => duplicate.IsExcused)}"))}] [{string.Join(' ', last)}]";
    }

    private static string DialogText(DialogFact dialog, string provider, string reply) =>
        $"dialog {dialog.Connection} {dialog.BeganAt} {dialog.EndedAt} {dialog.Reason} {provider} {dialog.Transactions} {dialog.Messages} {dialog.Recipients} {dialog.MostRecipients} "
        + $"{dialog.LastActiveAt} {dialog.Resets} {reply} {dialog.RefusedAt} {dialog.ShutAt} {dialog.CommandsBehindShut} {dialog.Faults} {dialog.Tls}";

    private static string TryText(MailTry attempt, SenderHistory history) =>
        $"{attempt.At} {attempt.Mail} {attempt.Message} {attempt.Number} {attempt.Connection} {history.Providers[attempt.Provider]} {(attempt.Reply < 0 ? "-" : history.Replies[attempt.Reply])} {attempt.Outcome}";

    /// <summary>A message that is returned, by the first bounce that does so.</summary>
    private static long NameOf(IReadOnlyList<BounceFact> bounces, BounceFact bounce) => bounce.Message == 0 ? 0 : bounces.First(other => other.Message == bounce.Message).At;

    private static string Ranges(IEnumerable<long> numbers)
    {
        var ranges = new List<NumberRange>();
        foreach (var number in numbers.Order())
        {
            if (ranges.Count > 0 && ranges[^1].Last + 1 == number)
            {
                ranges[^1] = ranges[^1] with { Last = number };
            }
            else
            {
                ranges.Add(new NumberRange(number, number));
            }
        }

        return string.Join(' ', ranges);
    }

    private void End(Connection connection, LedgerEvent ended)
    {
        var transaction = connection.Transaction!;
        var run = transaction.IsBounce ? default : transaction.Run.IsKnown ? transaction.Run : ended.Run;
        transaction.Delivered.Clear();
        Came(run, connection.Sender!, isAccepted: false);
        foreach (var attempt in transaction.Attempts)
        {
            (attempt.Run, attempt.Message) = (run, ended.Message);
            var (decided, told) = (attempt.Decided!.Value, attempt.Told);
            if (decided.Outcome != Outcome.Accepted)
            {
                continue;
            }

            if (_attempts.Exists(other => other.Told.Mail == told.Mail && other.Decided!.Value.Outcome != Outcome.Accepted))
            {
                _attempts.Add(attempt);
            }

            if (transaction.IsBounce)
            {
                var returned = told.Run.IsKnown ? told.Run : ended.Run;
                var name = returned.IsKnown ? $"{returned}" : ended.Message == 0 ? string.Empty : $"{ended.Message}";
                _bounced.Add(returned);
                var first = _bounceNames.GetValueOrDefault((connection.Sender!, name), decided.At);
                _bounceNames[(connection.Sender!, name)] = first;
                _bounces.Add((connection.Sender!, decided.At, $"bounce {decided.At} {(returned.IsKnown ? returned.Number : -1)} {told.Connection} {(name.Length == 0 ? 0 : first)}"));
                continue;
            }

            Came(run, connection.Sender!, isAccepted: true);
            if (!run.IsKnown && ended.Message == 0)
            {
                continue;
            }

            var key = (run.IsKnown ? $"{run}" : $"{ended.Message}", told.Mail);
            if (!_delivered.Add(key))
            {
                var isExcused = _unheard.Remove(key);
                _duplicates.Add((connection.Sender!, run.Run ?? string.Empty, run.Number, isExcused,
                    $"again {decided.At} {(run.IsKnown ? run.Number : -1)} {told.Connection} {told.Provider} {isExcused}"));
            }

            transaction.Delivered.Add(key);
            if (ended.IsReplyLost)
            {
                _unheard.Add(key);
            }
        }

        transaction.IsEnded = true;
    }

    private void Close(Connection connection, LedgerEvent closed)
    {
        if (connection.Transaction is { IsEnded: true, IsBounce: false } last
            && closed.Reason is SessionEndReason.ClosedInData or SessionEndReason.ConnectionReset or SessionEndReason.Fault or SessionEndReason.SlowClient)
        {
            _unheard.UnionWith(last.Delivered);
        }

        if (connection.Opened is { } opened)
        {
            _openAt[opened]--;
        }

        _open.Remove(closed.Connection);
    }

    private void Came(RunNumber run, LedgerSender sender, bool isAccepted)
    {
        if (run.IsKnown)
        {
            _numbers.Add((run.Run!, run.Number, sender, isAccepted));
        }
    }

    private Second SecondOf(Connection connection, string provider, long at, bool opens)
    {
        var key = (connection.Sender!, provider);
        if (!_seconds.TryGetValue((key.Item1, provider, at - (at % 1_000)), out var second))
        {
            _seconds.Add((key.Item1, provider, at - (at % 1_000)), second = new Second { MostOpen = _openAt.GetValueOrDefault(key) });
        }

        if (opens && connection.Opened is null)
        {
            connection.Opened = key;
            _openAt[key] = _openAt.GetValueOrDefault(key) + 1;
            second.Connections++;
            second.MostOpen = Math.Max(second.MostOpen, _openAt[key]);
        }

        return second;
    }

    private IEnumerable<List<Attempt>> Items(LedgerSender sender)
    {
        foreach (var ofMail in _attempts.Where(attempt => attempt.Sender == sender).OrderBy(attempt => attempt.Decided!.Value.At).GroupBy(attempt => attempt.Told.Mail))
        {
            var items = new List<List<Attempt>>();
            foreach (var attempt in ofMail)
            {
                var name = attempt.Name;
                var item = name is null
                    ? items.Find(item => item.Contains(ofMail.TakeWhile(other => other != attempt).LastOrDefault()!))
                    : items.Find(item => item.Exists(other => other.Name == name)) ?? items.Find(item => items.Count == 1 && item.TrueForAll(other => other.Name is null));
                if (item is null)
                {
                    items.Add(item = []);
                }

                item.Add(attempt);
            }

            foreach (var item in items)
            {
                yield return item;
            }
        }
    }

    private (HashSet<long> Accepted, HashSet<long> Refused, HashSet<long> Waiting) Answers(string run)
    {
        var accepted = _numbers.Where(number => number.Run == run && number.IsAccepted).Select(number => number.Number).ToHashSet();
        var mails = _attempts.Where(attempt => attempt.Run.Run == run).GroupBy(attempt => (attempt.Run.Number, attempt.Told.Mail)).ToArray();
        var refused = mails.Where(mail => mail.Any(attempt => attempt.Decided!.Value.Outcome == Outcome.PermFail)).Select(mail => mail.Key.Number).Where(number => !accepted.Contains(number));
        var waiting = mails.Where(mail => mail.All(attempt => attempt.Decided!.Value.Outcome != Outcome.PermFail)
            && mail.MaxBy(attempt => attempt.Decided!.Value.At)!.Decided!.Value.Outcome == Outcome.TempFail);
        return (accepted, refused.ToHashSet(), waiting.Select(mail => mail.Key.Number).ToHashSet());
    }

    private string RunText(string run)
    {
        var numbers = _numbers.Where(number => number.Run == run).Select(number => number.Number).ToArray();
        var answered = Answers(run).Accepted.Concat(_attempts.Where(attempt => attempt.Run.Run == run).Select(attempt => attempt.Run.Number)).ToHashSet();
        var missing = Enumerable.Range((int)numbers.Min(), (int)(numbers.Max() - numbers.Min() + 1)).Where(number => !answered.Contains(number)).ToArray();
        return $"run {run} {numbers.Min()} {numbers.Max()} {missing.Length} [{string.Join(' ', missing.Take(20))}]";
    }

    private sealed class Connection
    {
        public List<LedgerEvent> Events { get; } = [];

        public LedgerSender? Sender { get; set; }

        public Transaction? Transaction { get; set; }

        public (LedgerSender, string)? Opened { get; set; }

        public string ToText()
        {
            var refused = Events.Find(told => told.Kind == LedgerEventKind.ClientRefused);
            var isClosed = Events[^1].Kind == LedgerEventKind.ConnectionClosed;
            var recipients = Events.Select((told, i) => (told, i)).Where(pair => pair.told.Kind == LedgerEventKind.RecipientTaken || pair.told is { Kind: LedgerEventKind.RecipientDecided, Stage: Stage.Rcpt })
                .GroupBy(pair => Events.Take(pair.i).Count(told => told.Kind == LedgerEventKind.TransactionBegan)).Select(group => group.Count()).ToArray();
            var fact = new DialogFact
            {
                Connection = Events[0].Connection,
                BeganAt = Events[0].At,
                EndedAt = isClosed ? Events[^1].At : -1,
                Reason = Events[^1].Reason,
                Transactions = Events.Count(told => told.Kind == LedgerEventKind.TransactionBegan),
                Messages = Events.Count(told => told.Kind == LedgerEventKind.MessageEnded),
                Recipients = recipients.Sum(),
                MostRecipients = recipients.DefaultIfEmpty().Max(),
                LastActiveAt = Events.FindLast(told => told.Kind is LedgerEventKind.ClientRefused or LedgerEventKind.MessageEnded || (told.Kind == LedgerEventKind.RecipientDecided && told.Reply is not null)).At is > 0 and var at ? at : Events[0].At,
                Resets = Events.Count(told => told.Kind == LedgerEventKind.Reset),
                RefusedAt = refused.Stage,
                ShutAt = Events.Find(told => told.Reply?.Code == 421).At is > 0 and var shut ? shut : -1,
                Faults = Events.Aggregate(ProtocolFaults.None, (faults, told) => faults | told.Faults),
                Tls = Events.Max(told => told.Tls),
            };
            return DialogText(fact, Events.Find(told => told.Provider is not null).Provider ?? "-", refused.Reply is { } reply ? $"{reply.Code} {reply.ToText()}" : "-");
        }
    }

    private sealed class Transaction
    {
        public RunNumber Run { get; init; }

        public bool IsBounce { get; init; }

        public bool IsEnded { get; set; }

        public List<Attempt> Attempts { get; } = [];

        public List<(string Message, ulong Mail)> Delivered { get; } = [];
    }

    private sealed class Attempt
    {
        public required LedgerEvent Told { get; init; }

        public LedgerEvent? Decided { get; set; }

        public LedgerSender Sender { get; set; } = LedgerHost.Client;

        public RunNumber Run { get; set; }

        public ulong Message { get; set; }

        public string? Name => Run.IsKnown ? $"{Run}" : Message == 0 ? null : $"{Message}";

        public string ToText()
        {
            var decided = Decided!.Value;
            return $"{decided.At} {Told.Mail} {Message} {(Run.IsKnown ? Run.Number : -1)} {Told.Connection} {Told.Provider} {(decided.Reply is { } reply ? $"{reply.Code} {reply.ToText()}" : "-")} {decided.Outcome}";
        }
    }

    private sealed class Second
    {
        private readonly int[] _answers = new int[4];

        public int Connections { get; set; }

        public int MostOpen { get; set; }

        public bool HasAny => Connections > 0 || _answers.Any(count => count > 0);

        public void Count(Reply? reply)
        {
            _answers[(int)(reply?.Outcome ?? Outcome.Accepted)]++;
            _answers[3] += reply is { Outcome: Outcome.TempFail, Label: ReplyLabel.RateLimit } ? 1 : 0;
        }

        public string ToText() => $"{Connections} {MostOpen} {_answers[0]} {_answers[1]} {_answers[3]} {_answers[2]}";
    }
}
