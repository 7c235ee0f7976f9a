namespace SmartSink.TrafficGen.Behaving;

/// <summary>
/// The mail for one domain, and what a well-behaved sender has learned of it: how many connections to open, how fast to send, when to come
/// again. Times are milliseconds of the provider's time. It knows no socket, no clock and no lock: its owner has them.
/// </summary>
/// <param name="most">Connections at once, at least 1.</param>
/// <param name="perConnection">Messages on one connection, at least 1.</param>
/// <param name="jitter">Gives 0 up to 1.</param>
internal sealed class DomainQueue(int most, int perConnection, Func<double> jitter)
{
    /// <summary>How long a connection stays open for want of mail.</summary>
    public const long IdleTime = 30_000;

    private const long Minute = 60_000;
    private const long Hour = 60 * Minute;

    /// <summary>The wait before the first retry; each that follows is twice as long (RFC 5321 section 4.5.4.1 wants half an hour, and more only after the first ones).</summary>
    private const long FirstWait = 5 * Minute;
    private const long LongestWait = 4 * Hour;

    /// <summary>When mail is given up (the same section: four to five days).</summary>
    private const long Lifetime = 5 * 24 * Hour;

    /// <summary>How long a pause is after a connection that was lost: one alone may be an accident.</summary>
    private const long LossPause = 10_000;

    /// <summary>How long without trouble until one connection more is tried.</summary>
    private const long GrowthTime = 5 * Minute;

    /// <summary>By how much the gap between messages shrinks in a minute without trouble.</summary>
    private const double Relaxation = 0.8;

    /// <summary>Shorter than <see cref="IdleTime"/>, so that a slow sender need not reconnect for each message.</summary>
    private const double WidestGap = 20_000;

    /// <summary>TLS that failed so often in a row is left alone for a while (RFC 7435 section 3: better in the clear than not at all).</summary>
    private const int MostTlsFailures = 3;
    private const long TlsRest = 10 * Minute;

    // What has waited goes before what is new: the more is deferred, the longer would it wait otherwise.
    private readonly Queue<QueuedMail> _again = new();
    private readonly Queue<QueuedMail> _fresh = new();
    private readonly PriorityQueue<QueuedMail, long> _later = new();
    private readonly Pause _pause = new();

    private int _allowed = most;
    private int _ceiling = most;
    private int _open;
    private int _inHand;
    private long _calmSince;
    private long _relaxedAt;

    // Milliseconds between two messages: as they come by themselves, as they came before the last word to slow down, and as they are held to since; 0 for not at all.
    private double _usualGap;
    private double _gapBefore;
    private double _gap;
    private long _takenAt = -1;
    private long _nextAt;

    private int _tlsFailures;
    private long _clearUntil;

    /// <summary>How many messages a connection carries before QUIT: fewer once the provider has said so.</summary>
    public int MessagesPerConnection { get; private set; } = perConnection;

    /// <summary>Mail without a final answer, that under way included.</summary>
    public int Count => Ready + _later.Count + _inHand;

    public int Open => _open;

    private int Ready => _again.Count + _fresh.Count;

    /// <summary>Adds new mail.</summary>
    public void Add(QueuedMail mail) => _fresh.Enqueue(mail);

    /// <summary>Takes out what is left at the run's end.</summary>
    public IEnumerable<QueuedMail> Clear()
    {
        var left = _again.Concat(_fresh).Concat(_later.UnorderedItems.Select(item => item.Element)).ToList();
        _again.Clear();
        _fresh.Clear();
        _later.Clear();
        return left;
    }

    /// <summary>Whether a connection more is to be opened; it then counts until <see cref="Closed"/>.</summary>
    public bool TryOpen(long now)
    {
        Refresh(now);
        // The connections that are there get a message each before another one is worth its opening.
        if (_pause.Holds(now) || now < _nextAt || _open >= _allowed || Ready <= _open)
        {
            return false;
        }

        _open++;
        return true;
    }

    /// <summary>Takes a message for a connection that is open.</summary>
    public bool TryTake(long now, out QueuedMail mail)
    {
        Refresh(now);
        mail = default;
        if (_pause.Holds(now) || now < _nextAt || !(_again.TryDequeue(out mail) || _fresh.TryDequeue(out mail)))
        {
            return false;
        }

        _inHand++;
        if (_takenAt >= 0 && now - _takenAt < Minute)
        {
            _usualGap = _usualGap > 0 ? (0.9 * _usualGap) + (0.1 * (now - _takenAt)) : now - _takenAt;
        }

        _takenAt = now;
        _nextAt = now + (long)_gap;
        return true;
    }

    /// <summary>When an idle connection may get a message, or one may be opened; <see cref="long.MaxValue"/> when only new mail can change that.</summary>
    public long NextAt =>
        Math.Max(Ready > 0 ? _nextAt : _later.TryPeek(out _, out var due) ? due : long.MaxValue, _pause.Until);

    /// <summary>Whether nobody is to be bothered now: connections that are open are closed.</summary>
    public bool IsPaused(long now) => _pause.Holds(now);

    /// <summary>Whether opportunistic TLS has failed too often to be tried now.</summary>
    public bool AvoidsTls(long now) => now < _clearUntil;

    /// <summary>Notes a message's final answer.</summary>
    /// <param name="accepted">Whether it was a good one: then trouble is over.</param>
    public void Done(bool accepted)
    {
        _inHand--;
        if (accepted)
        {
            _pause.Over();
        }
    }

    /// <summary>Puts a message back that was not tried at all.</summary>
    public void PutBack(QueuedMail mail)
    {
        _inHand--;
        _again.Enqueue(mail);
    }

    /// <summary>Puts a message back that was refused for now, to be tried again after a wait; false when it is too old for that, and given up.</summary>
    public bool Defer(QueuedMail mail, long now)
    {
        _inHand--;
        if (now - mail.Since > Lifetime)
        {
            return false;
        }

        var wait = Math.Min(FirstWait << Math.Min(mail.Tries, 16), LongestWait) * (0.8 + (0.4 * jitter()));
        _later.Enqueue(mail with { Tries = mail.Tries + 1 }, now + (long)wait);
        return true;
    }

    /// <summary>Learns from what went wrong.</summary>
    /// <param name="trouble">What.</param>
    /// <param name="now">When it was known.</param>
    /// <param name="carried">Messages that the connection had carried before.</param>
    public void Note(Trouble trouble, long now, int carried)
    {
        switch (trouble)
        {
            case Trouble.None:
                return;
            case Trouble.TooManyMessages:
                MessagesPerConnection = Math.Min(MessagesPerConnection, Math.Max(carried, 1));
                break;
            case Trouble.TooManyConnections:
                _ceiling = Math.Max(1, Math.Min(_ceiling, _open - 1));
                break;
            case Trouble.TlsFailed when ++_tlsFailures >= MostTlsFailures:
                _clearUntil = now + TlsRest;
                _tlsFailures = 0;
                break;
        }

        if (!_pause.Begin(now, trouble is Trouble.Lost or Trouble.TlsFailed ? LossPause : Pause.AfterRefusal))
        {
            // Another connection has heard the same.
            return;
        }

        _allowed = Math.Max(1, Math.Min(_allowed / 2, _ceiling));
        _calmSince = _relaxedAt = _pause.Until;
        if (trouble == Trouble.SlowDown)
        {
            _gapBefore = _gap > 0 ? _gapBefore : Math.Max(_usualGap, 1);
            _gap = Math.Min(2 * Math.Max(_gap, _gapBefore), WidestGap);
        }
    }

    /// <summary>A handshake went well.</summary>
    public void Secured() => _tlsFailures = 0;

    public void Closed() => _open--;

    private void Refresh(long now)
    {
        while (_later.TryPeek(out var mail, out var due) && due <= now)
        {
            _later.Dequeue();
            _again.Enqueue(mail);
        }

        while (_allowed < _ceiling && now - _calmSince >= GrowthTime)
        {
            _allowed++;
            _calmSince += GrowthTime;
        }

        while (_gap > 0 && now - _relaxedAt >= Minute)
        {
            _gap = _gap * Relaxation > _gapBefore ? _gap * Relaxation : 0;
            _relaxedAt += Minute;
        }
    }
}

/// <summary>A message for one recipient.</summary>
/// <param name="Number">Its number in the run.</param>
/// <param name="Since">When it came, in milliseconds of the provider's time.</param>
/// <param name="Tries">How often it was refused for now.</param>
internal readonly record struct QueuedMail(long Number, long Since, int Tries);

/// <summary>A time in which somebody is left alone: longer each time, until all is well again.</summary>
internal sealed class Pause
{
    /// <summary>After a 421 or a throttle: a minute, and some more so that no clock finds it shorter.</summary>
    public const long AfterRefusal = 66_000;

    private const long Longest = 15 * 60_000;
    private int _inRow;

    /// <summary>When it ends; 0 before the first.</summary>
    public long Until { get; private set; }

    /// <summary>Whether the last word was a bad one.</summary>
    public bool IsSuspect => _inRow > 0;

    public bool Holds(long now) => now < Until;

    /// <summary>Begins one; false when one holds already.</summary>
    public bool Begin(long now, long first)
    {
        if (Holds(now))
        {
            return false;
        }

        Until = now + Math.Min(first << Math.Min(_inRow, 10), Longest);
        _inRow++;
        return true;
    }

    /// <summary>All is well: the next pause is a short one again.</summary>
    public void Over() => _inRow = 0;
}

/// <summary>What went wrong beyond one message, as far as a sender can tell it.</summary>
internal enum Trouble
{
    None,

    /// <summary>421: the provider wants this connection no longer.</summary>
    Closing,

    /// <summary>It comes too fast, or has a bad name.</summary>
    SlowDown,

    TooManyConnections,

    TooManyMessages,

    /// <summary>The connection broke in the middle of a transaction.</summary>
    Lost,

    /// <summary>The handshake failed.</summary>
    TlsFailed,
}

/// <summary>Reads refusals as the mail servers' authors do: by code and by the words that providers use.</summary>
internal static class Refusal
{
    private static readonly string[] PerConnection = ["per connection", "this connection", "per session", "this session", "in one connection", "on one connection"];
    private static readonly string[] Speed =
    [
        "too many", "too much", "too fast", "too quickly", "too often", "rate limit", "at a rate", "sending rate", "throttl", "slow down", "volume", "limit exceeded", "exceeded", "deferred due to",
        "quota", "resources", "is blocked", "been blocked", "block list", "blocked for",
    ];

    /// <summary>What a refusal says beyond the message that it refuses.</summary>
    /// <param name="code">400 to 599.</param>
    /// <param name="text">The reply's text, its enhanced code first.</param>
    public static Trouble Read(int code, string text)
    {
        var words = text.ToLowerInvariant();
        // A greylist wants this message later, and mailboxes that are full are their owners' affair (RFC 3463 section 3.3).
        var isAboutMessage = words.Contains("grey", StringComparison.Ordinal) || words.StartsWith($"{code / 100}.2.", StringComparison.Ordinal);
        return Has(words, PerConnection) && words.Contains("message", StringComparison.Ordinal) ? Trouble.TooManyMessages
            : words.Contains("connections", StringComparison.Ordinal) ? Trouble.TooManyConnections
            : !isAboutMessage && (Has(words, Speed) || words.StartsWith("4.7.", StringComparison.Ordinal)) ? Trouble.SlowDown
            : code == 421 ? Trouble.Closing
            : Trouble.None;
    }

    private static bool Has(string text, string[] words) => Array.Exists(words, word => text.Contains(word, StringComparison.Ordinal));
}
