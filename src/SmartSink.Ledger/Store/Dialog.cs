using SmartSink.Ledger.Facts;

namespace SmartSink.Ledger.Store;

/// <summary>A connection that is open, and its transaction.</summary>
internal sealed class Dialog
{
    /// <summary>What one takes in memory, about, its place in the table with it.</summary>
    public const int Bytes = 400;

    /// <summary>What is known of the connection so far. A field: it is large, and each event changes something of it.</summary>
    public DialogFact Fact;

    private Recipient[] _recipients = [];

    /// <summary>The next of the taken ones that has no outcome, or one before it.</summary>
    private int _next;

    public required int Sender { get; set; }

    /// <summary>Who had its first recipient: the connection counts among this sender's as long as it is open.</summary>
    public int Opener { get; set; }

    /// <summary>The transaction's message by its reverse-path.</summary>
    public RunNumber Run { get; private set; }

    public bool IsBounce { get; private set; }

    /// <summary>The message came to its end, and no other transaction has begun.</summary>
    public bool IsEnded { get; set; }

    /// <summary>The transaction's recipients, in their order.</summary>
    public Span<Recipient> Recipients => _recipients.AsSpan(0, Count);

    public int Count { get; private set; }

    /// <summary>How many recipients there is room for.</summary>
    public int Room => _recipients.Length;

    public void Begin(RunNumber run, bool isBounce)
    {
        (Run, IsBounce, IsEnded) = (run, isBounce, false);
        (Count, _next) = (0, 0);
    }

    /// <summary>Adds a recipient. Room for more of them is made when <paramref name="mayGrow"/>; else false.</summary>
    public bool Add(Recipient recipient, bool mayGrow)
    {
        if (Count == _recipients.Length)
        {
            if (!mayGrow)
            {
                return false;
            }

            Array.Resize(ref _recipients, Math.Max(2, _recipients.Length * 2));
        }

        _recipients[Count++] = recipient;
        return true;
    }

    /// <summary>The next of those taken that has no outcome; -1 for none.</summary>
    public int Next()
    {
        while (_next < Count)
        {
            if (_recipients[_next++].IsTaken)
            {
                return _next - 1;
            }
        }

        return -1;
    }
}

/// <summary>A recipient of the transaction.</summary>
internal struct Recipient
{
    /// <summary><see cref="Try"/> of one that was not refused.</summary>
    public const long NoTry = -1;

    /// <summary>What one takes in memory.</summary>
    public const int Bytes = 64;

    public ulong Mail;

    /// <summary>Of an accepted one the first half of its <see cref="Pair"/>; 0 for none.</summary>
    public ulong Message;

    public RunNumber Run;

    public int Provider;

    /// <summary>It was accepted at RCPT.</summary>
    public bool IsTaken;

    /// <summary>It was accepted at end of data.</summary>
    public bool IsAccepted;

    /// <summary>Where its refusal stands in the list of tries.</summary>
    public long Try;

    /// <summary>When it was decided.</summary>
    public long At;
}
