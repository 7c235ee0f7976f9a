using System.Text;
using SmartSink.Ledger.Facts;
using SmartSink.Smtp;
using SmartSink.Smtp.Replies;

namespace SmartSink.Ledger.Tests;

/// <summary>Facts of one sender from events, without a bound: for simulations whose every message has a number.</summary>
internal sealed class PlainLedger(LedgerSender sender)
{
    private readonly Dictionary<uint, int> _places = [];
    private readonly Dictionary<int, int> _open = [];
    private readonly List<DialogFact> _dialogs = [];
    private readonly SortedDictionary<ulong, List<MailTry>> _tries = [];
    private readonly SortedDictionary<(long At, int Provider), ProviderSecond> _seconds = [];
    private readonly List<string> _providers = [];
    private readonly List<string> _replies = [];
    private long _accepted;

    public void Take(LedgerEvent told)
    {
        if (told.Kind == LedgerEventKind.DialogBegan)
        {
            _places[told.Connection] = _dialogs.Count;
            _dialogs.Add(new DialogFact
            {
                Connection = told.Connection,
                BeganAt = told.At,
                LastActiveAt = told.At,
                EndedAt = -1,
                Provider = -1,
                RefusedReply = -1,
                ShutAt = -1,
            });
            return;
        }
        var place = _places[told.Connection];
        var dialog = _dialogs[place];
        var provider = told.Provider is null ? -1 : NumberOf(_providers, told.Provider);
        if (dialog.Provider < 0 && provider >= 0)
        {
            dialog = dialog with { Provider = provider };
            var open = _open[provider] = _open.GetValueOrDefault(provider) + 1;
            Count(dialog.BeganAt, provider, second => second with { Connections = second.Connections + 1, MostOpen = Math.Max(second.MostOpen, open) });
        }
        var reply = told.Reply is FixedReply text ? NumberOf(_replies, Encoding.UTF8.GetString(text.Bytes).TrimEnd().ReplaceLineEndings("\n")) : -1;
        if (told.Reply?.Code == 421 && dialog.ShutAt < 0)
        {
            dialog = dialog with { ShutAt = told.At };
        }
        if (told.Kind == LedgerEventKind.ConnectionClosed && dialog.Provider >= 0)
        {
            _open[dialog.Provider]--;
        }
        _dialogs[place] = told.Kind switch
        {
            LedgerEventKind.ClientRefused => dialog with { RefusedReply = reply, RefusedAt = told.Stage, LastActiveAt = told.At },
            LedgerEventKind.TransactionBegan => dialog with { Transactions = dialog.Transactions + 1 },
            LedgerEventKind.RecipientTaken => dialog with { Recipients = dialog.Recipients + 1, MostRecipients = Math.Max(1, dialog.MostRecipients) },
            LedgerEventKind.RecipientDecided => dialog with { LastActiveAt = told.At },
            LedgerEventKind.MessageEnded => dialog with { Messages = dialog.Messages + 1, LastActiveAt = told.At },
            LedgerEventKind.SpokeBehind421 => dialog with { CommandsBehindShut = dialog.CommandsBehindShut + 1 },
            LedgerEventKind.ConnectionClosed => dialog with { EndedAt = told.At, Reason = told.Reason },
            LedgerEventKind.Misspoke => dialog with { Faults = dialog.Faults | told.Faults },
            LedgerEventKind.TlsEnded => dialog with { Tls = told.Tls },
            LedgerEventKind.Reset => dialog with { Resets = dialog.Resets + 1 },
            _ => dialog,
        };
        if (told.Kind is LedgerEventKind.ClientRefused or LedgerEventKind.RecipientDecided)
        {
            Decide(told, provider, reply);
        }
    }

    public SenderHistory Read(long now) => new()
    {
        Sender = sender,
        Since = 0,
        Until = now,
        Dialogs = [.. _dialogs],
        Items = [.. _tries.Values.Where(tries => tries.Exists(tried => tried.Reply >= 0)).Select(tries => new MailItem(tries.ToArray()))],
        Seconds = [.. _seconds.Values],
        Providers = [.. _providers],
        Replies = [.. _replies],
        Accepted = _accepted,
    };

    private void Decide(LedgerEvent told, int provider, int reply)
    {
        var outcome = told.Reply?.Outcome ?? Outcome.Accepted;
        var isThrottle = outcome == Outcome.TempFail && told.Reply!.Label == ReplyLabel.RateLimit;
        Count(told.At, provider, second => outcome switch
        {
            Outcome.Accepted => second with { Accepted = second.Accepted + 1 },
            Outcome.TempFail => second with { TempFailed = second.TempFailed + 1, Throttled = second.Throttled + (isThrottle ? 1 : 0) },
            _ => second with { PermFailed = second.PermFailed + 1 },
        });
        if (told.Kind == LedgerEventKind.ClientRefused)
        {
            return;
        }
        _accepted += outcome == Outcome.Accepted ? 1 : 0;
        if (!_tries.TryGetValue(told.Mail, out var tries))
        {
            _tries[told.Mail] = tries = [];
        }
        tries.Add(new MailTry
        {
            At = told.At,
            Mail = told.Mail,
            Number = told.Run.Number,
            Connection = told.Connection,
            Provider = provider,
            Reply = reply,
            Outcome = outcome,
            Stage = told.Stage,
            Label = told.Reply?.Label ?? default,
            Code = (ushort)(told.Reply?.Code ?? 250),
        });
    }

    private void Count(long at, int provider, Func<ProviderSecond, ProviderSecond> change)
    {
        var key = (at - (at % 1_000), provider);
        _seconds[key] = change(_seconds.TryGetValue(key, out var second) ? second : new ProviderSecond { At = key.Item1, Provider = provider });
    }

    private static int NumberOf(List<string> texts, string text)
    {
        var number = texts.IndexOf(text);
        if (number < 0)
        {
            number = texts.Count;
            texts.Add(text);
        }
        return number;
    }
}
