using SmartSink.Ledger.Facts;
using SmartSink.Smtp;
using SmartSink.Smtp.Replies;

namespace SmartSink.Ledger.Store;

/// <summary>What senders did to providers in each second: those that are over, and for each sender and provider the present one.</summary>
/// <param name="mostPresent">Bytes of present seconds from which on those of senders without a connection are let go.</param>
internal sealed class SecondTable(long mostPresent) : IForgetful
{
    private const int Length = 1_000;

    /// <summary>What a present second takes, its place in the table with it.</summary>
    private const int BytesOfPresent = 160;

    private readonly Dictionary<(int Sender, int Provider), PresentSecond> _present = [];
    private readonly long _leastPresent = mostPresent;
    private long _mostPresent = mostPresent;

    public long Bytes => Over.Bytes + ((long)_present.Count * BytesOfPresent);

    public long Forgotten => Over.Forgotten;

    /// <summary>Seconds that are over.</summary>
    public FactList<Kept<ProviderSecond>> Over { get; } = new();

    /// <summary>Present seconds in which something was done.</summary>
    public IEnumerable<Kept<ProviderSecond>> Present =>
        _present.Where(static pair => pair.Value.HasAny).Select(static pair => new Kept<ProviderSecond>(pair.Key.Sender, -1, pair.Value.Now));

    /// <summary>A connection has named its first provider.</summary>
    public void Open(int sender, int provider, long at)
    {
        var second = Of(sender, provider, at);
        second.Open++;
        second.Now = second.Now with { Connections = second.Now.Connections + 1, MostOpen = Math.Max(second.Now.MostOpen, second.Open) };
    }

    /// <summary>That connection has ended.</summary>
    public void Close(int sender, int provider)
    {
        if (_present.TryGetValue((sender, provider), out var second))
        {
            second.Open--;
        }
    }

    /// <summary>A recipient or client was answered.</summary>
    public void Count(int sender, int provider, Outcome outcome, Reply? reply, long at)
    {
        var second = Of(sender, provider, at);
        var now = second.Now;
        second.Now = outcome switch
        {
            Outcome.Accepted => now with { Accepted = now.Accepted + 1 },
            Outcome.TempFail => now with { TempFailed = now.TempFailed + 1, Throttled = now.Throttled + (reply?.Label == ReplyLabel.RateLimit ? 1 : 0) },
            _ => now with { PermFailed = now.PermFailed + 1 },
        };
    }

    public bool Forget() => Over.Forget();

    private PresentSecond Of(int sender, int provider, long at)
    {
        at -= at % Length;
        if (!_present.TryGetValue((sender, provider), out var second))
        {
            if ((long)_present.Count * BytesOfPresent > _mostPresent)
            {
                LetGo();
            }

            _present.Add((sender, provider), second = new PresentSecond { Now = new ProviderSecond { At = at, Provider = provider } });
        }

        // One that comes a little late, from another thread, counts in the present one.
        if (second.Now.At < at)
        {
            Push(sender, second);
            second.Now = new ProviderSecond { At = at, Provider = provider, MostOpen = second.Open };
        }

        return second;
    }

    private void Push(int sender, PresentSecond second)
    {
        if (second.HasAny)
        {
            Over.Add(new Kept<ProviderSecond>(sender, -1, second.Now));
        }
    }

    private void LetGo()
    {
        foreach (var (key, second) in _present)
        {
            if (second.Open <= 0)
            {
                Push(key.Sender, second);
                _present.Remove(key);
            }
        }

        _mostPresent = Math.Max(_leastPresent, 2L * _present.Count * BytesOfPresent);
    }

    private sealed class PresentSecond
    {
        /// <summary>Connections that are open.</summary>
        public int Open { get; set; }

        public ProviderSecond Now { get; set; }

        public bool HasAny => Now is not { Connections: 0, Accepted: 0, TempFailed: 0, PermFailed: 0 };
    }
}
