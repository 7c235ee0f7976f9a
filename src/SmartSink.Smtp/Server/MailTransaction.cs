using System.Buffers;
using System.Numerics;
using System.Security.Cryptography;
using SmartSink.Smtp.Replies;

namespace SmartSink.Smtp.Server;

/// <summary>What a session knows from MAIL to the end of data. Of accepted recipients only the filter's entry is kept, unless somebody wants more.</summary>
internal sealed class MailTransaction
{
    private const int OwnEntries = 16;

    private readonly byte[] _id = new byte[TransactionId.Length];
    private readonly int[] _ownEntries = new int[OwnEntries];
    private int[] _entries;
    private KeptBytes _sender;
    private int _senderDomainLength;
    private long _chunkedSize;
    private KeptRecipient? _decider;
    private RecipientAnswers? _answers;
    private MessageIdentity? _identity;
    private MessageRecipients? _recipients;

    public MailTransaction() => _entries = _ownEntries;

    /// <summary>The revision of the rules that all of this transaction is judged by.</summary>
    public IMailboxFilter Filter { get; private set; } = null!;

    public ReadOnlySpan<byte> Id => _id;

    public ReadOnlySpan<byte> Sender => _sender.Value;

    public ReadOnlySpan<byte> SenderDomain => Sender[^_senderDomainLength..];

    public bool IsUtf8 { get; set; }

    public bool IsEightBit { get; set; }

    /// <summary>What MAIL said with SIZE; 0 for nothing.</summary>
    public long DeclaredSize { get; set; }

    /// <summary>The moment of MAIL.</summary>
    public Moment StartedAt { get; private set; }

    /// <summary>Milliseconds for which the client has waited for delayed replies: they do not count against it.</summary>
    public long Waited { get; set; }

    /// <summary>The moment of the 354, or of the first BDAT.</summary>
    public Moment DataStartedAt { get; private set; }

    /// <summary>What the observer wants to see of the message.</summary>
    public MessageDetails Details { get; private set; }

    /// <summary>As in <see cref="MessageFacts.FirstRecipients"/>.</summary>
    public MessageRecipients? FirstRecipients => !Wants(MessageDetails.Recipients) ? null : _recipients;

    /// <summary>As in <see cref="MessageFacts.Header"/>.</summary>
    public ReadOnlySpan<byte> Header => !Wants(MessageDetails.Header) ? default : _identity!.Header;

    public ReadOnlySpan<int> Accepted => _entries.AsSpan(0, AcceptedCount);

    public int AcceptedCount { get; private set; }

    /// <summary>Whether some recipient was refused, which tells "no valid recipients" from "no recipients".</summary>
    public bool HasRefused { get; set; }

    /// <summary>The reply kept at RCPT for end of data; null when there is none.</summary>
    public Reply? KeptReply { get; private set; }

    /// <summary>The replies at end of data where each recipient gets its own.</summary>
    public RecipientAnswers Answers => _answers ??= new RecipientAnswers();

    /// <summary>The entries of the recipients that have no outcome yet.</summary>
    public ReadOnlySpan<int> Undecided => Accepted[(_answers?.Count ?? 0)..];

    public KeptRecipient? Decider => KeptReply is null ? null : _decider;

    /// <summary>Milliseconds that the reply at end of data is delayed.</summary>
    public int EndDelay { get; private set; }

    /// <summary>What goes wrong at end of data.</summary>
    public AnswerFault EndFault { get; private set; }

    /// <summary>Whether the next octets of the message are to be read.</summary>
    public bool IsReading => _identity is { IsReading: true };

    /// <summary>What was read of the message; null when nobody wanted anything.</summary>
    public MessageIdentity? Identity => _identity;

    /// <summary>What the client did wrong with the message, as far as it was looked at.</summary>
    public ProtocolFaults Faults => (DeclaredSize > 0 && Size > DeclaredSize ? ProtocolFaults.SizeUnderstated : ProtocolFaults.None)
        | (_identity is not { Faults: var faults } || IsBinary ? ProtocolFaults.None
            : IsEightBit || IsUtf8 ? faults & ~ProtocolFaults.EightBitUnannounced
            : faults);

    /// <summary>As in <see cref="MessageFacts.MessageId"/>.</summary>
    public ReadOnlySpan<byte> MessageId => _identity is { } identity ? identity.Id : default;

    /// <summary>How many recipients were accepted for whom the filter wants the id.</summary>
    public int WantedCount => _identity?.Count ?? 0;

    public bool IsBinary { get; set; }

    /// <summary>Whether the message comes in chunks (RFC 3030) and has begun to.</summary>
    public bool IsChunked { get; private set; }

    /// <summary>The message's size so far in octets (RFC 1870 section 5).</summary>
    public long Size => IsChunked ? _chunkedSize : Scanner.Size;

    /// <summary>The scanner of the message's data; a field, since its value changes in place.</summary>
    public EndOfDataScanner Scanner;

    public void Begin(IMailboxFilter filter, ReadOnlySpan<byte> sender, int domainLength, in Moment now)
    {
        Filter = filter;
        TransactionId.WriteNext(_id);
        _sender.Set(sender);
        _senderDomainLength = domainLength;
        IsUtf8 = false;
        IsBinary = false;
        IsEightBit = false;
        DeclaredSize = 0;
        StartedAt = now;
        Waited = 0;
    }

    public void BeginData(in Moment now)
    {
        DataStartedAt = now;
        Scanner = EndOfDataScanner.Start();
        _identity?.Begin();
    }

    /// <summary>A chunk begins, perhaps the message's first.</summary>
    public void BeginChunks(in Moment now)
    {
        if (!IsChunked)
        {
            IsChunked = true;
            _chunkedSize = 0;
            DataStartedAt = now;
            _identity?.Begin();
        }
    }

    public void TakeChunk(long bytes) => _chunkedSize += bytes;

    /// <summary>The first recipient is about to be accepted, and the observer was asked.</summary>
    public void Keep(MessageDetails details)
    {
        Details = details;
        if (Wants(MessageDetails.Recipients))
        {
            _recipients ??= new MessageRecipients();
        }

        if (Wants(MessageDetails.Header))
        {
            _identity ??= new MessageIdentity();
            _identity.KeepsHeader = true;
        }

        if (Wants(MessageDetails.Identity))
        {
            _identity ??= new MessageIdentity();
            _identity.LooksAtAll = true;
            _identity.LooksForReturned = Sender.IsEmpty;
        }
    }

    public void Accept(in FilterAnswer answer, in SessionFacts facts)
    {
        if (AcceptedCount == _entries.Length)
        {
            Grow();
        }

        _entries[AcceptedCount++] = answer.Entry;
        if (Details != MessageDetails.None)
        {
            FirstRecipients?.Add(answer.Entry, facts.Recipient);
        }

        if ((answer.EndDelay | (int)answer.EndFault) != 0)
        {
            AddToEnd(answer.EndDelay, answer.EndFault);
        }

        if (answer.WantsMessageId)
        {
            _identity ??= new MessageIdentity();
            _identity.Want(AcceptedCount - 1, answer.Entry, facts.Recipient);
        }
    }

    /// <summary>The longest delay holds, and the first fault.</summary>
    public void AddToEnd(int delay, AnswerFault fault)
    {
        EndDelay = Math.Max(EndDelay, delay);
        EndFault = EndFault == AnswerFault.None ? fault : EndFault;
    }

    /// <summary>Octets of the message, as long as they are looked at.</summary>
    /// <param name="octets">They may end with the mark of the end of data.</param>
    /// <param name="isLast">Whether no more of the message or chunk come.</param>
    public void Read(ReadOnlySpan<byte> octets, bool isLast) => _identity!.Read(octets, isLast, hasMark: !IsChunked);

    /// <summary>The message, or the first of its chunks, is over.</summary>
    public void EndReading() => _identity?.EndReading(hasMark: !IsChunked);

    /// <summary>The mailbox and entry of one of those for whom the filter wants the id.</summary>
    public ReadOnlySpan<byte> Wanted(int number, out int entry) => _identity!.Recipient(number, out entry);

    /// <summary>Which of them was the accepted recipient of that index; -1 for none.</summary>
    public int FindWanted(int index) => _identity?.Find(index) ?? -1;

    /// <summary>Keeps the reply of the recipient accepted last for end of data: one for each recipient, or the first one alone.</summary>
    public void Keep(Reply reply, in SessionFacts facts, bool each)
    {
        if (each)
        {
            Answers.Keep(AcceptedCount - 1, reply, facts);
        }
        else if (KeptReply is null)
        {
            KeptReply = reply;
            _decider ??= new KeptRecipient();
            _decider.Set(facts);
        }
    }

    public void Clear()
    {
        ReturnEntries();
        _entries = _ownEntries;
        AcceptedCount = 0;
        HasRefused = false;
        IsChunked = false;
        KeptReply = null;
        EndDelay = 0;
        EndFault = AnswerFault.None;
        _answers?.Clear();
        _identity?.Clear();
        if (Details != MessageDetails.None)
        {
            _recipients?.Clear();
            Details = MessageDetails.None;
        }

        Filter = null!;
    }

    private bool Wants(MessageDetails detail) => (Details & detail) == detail;

    private void Grow()
    {
        var larger = ArrayPool<int>.Shared.Rent(_entries.Length * 2);
        Accepted.CopyTo(larger);
        ReturnEntries();
        _entries = larger;
    }

    private void ReturnEntries()
    {
        if (_entries != _ownEntries)
        {
            ArrayPool<int>.Shared.Return(_entries);
        }
    }
}

/// <summary>Bytes that outlive the line in which they came. Has room for the longest that it has held.</summary>
internal struct KeptBytes
{
    private const int LeastRoom = 64;

    private byte[]? _bytes;
    private int _length;

    public readonly ReadOnlySpan<byte> Value => _bytes.AsSpan(0, _length);

    public void Clear() => _length = 0;

    public void Set(ReadOnlySpan<byte> value)
    {
        if (_bytes is null || _bytes.Length < value.Length)
        {
            _bytes = new byte[Math.Max(LeastRoom, BitOperations.RoundUpToPowerOf2((uint)value.Length))];
        }

        value.CopyTo(_bytes);
        _length = value.Length;
    }
}

/// <summary>Keeps the memory of ended transactions for the next ones, so that only open transactions have any.</summary>
internal static class MailTransactionPool
{
    // Some hundred bytes each; more than these at once are left to the collector.
    private const int Capacity = 1024;

    private static readonly Lock Gate = new();

    private static readonly MailTransaction?[] Free = new MailTransaction?[Capacity];

    private static int _count;

    public static MailTransaction Rent()
    {
        lock (Gate)
        {
            if (_count > 0)
            {
                return Free[--_count]!;
            }
        }

        return new MailTransaction();
    }

    public static void Return(MailTransaction transaction)
    {
        transaction.Clear();
        lock (Gate)
        {
            if (_count < Capacity)
            {
                Free[_count++] = transaction;
            }
        }
    }
}

/// <summary>
/// Ids of transactions: 13 characters of base32, a count that starts at a random 64-bit number in each process. Unique within a
/// process, and between processes as good as unique.
/// </summary>
internal static class TransactionId
{
    public const int Length = 13;

    private const int BitsPerCharacter = 5;

    private static long _last = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long)));

    // Without I, L, O and U, which are misread.
    private static ReadOnlySpan<byte> Alphabet => "0123456789ABCDEFGHJKMNPQRSTVWXYZ"u8;

    public static void WriteNext(Span<byte> destination)
    {
        var number = (ulong)Interlocked.Increment(ref _last);
        for (var i = Length - 1; i >= 0; i--)
        {
            destination[i] = Alphabet[(int)(number & 31)];
            number >>= BitsPerCharacter;
        }
    }
}

/// <summary>
/// The replies at end of data of a dialog in which each recipient gets one there, in the order in which they were accepted (RFC 2033
/// section 4.2): their own, kept at RCPT, or one for all others. Used again and again.
/// </summary>
internal sealed class RecipientAnswers
{
    /// <summary>Recipients whose memory outlives a transaction.</summary>
    private const int Kept = 16;

    private readonly List<KeptRecipient> _recipients = [];
    private readonly List<(int Index, Reply Reply)> _replies = [];
    private int _at;
    private Reply? _common;

    /// <summary>How many recipients have been answered.</summary>
    public int Count { get; private set; }

    /// <summary>The reply that stands for the message as a whole: of a recipient that it was taken for, if there is one; null before the first.</summary>
    public Reply? Whole { get; private set; }

    /// <summary>The last reply after which the connection is to be closed.</summary>
    public Reply? Closing { get; private set; }

    /// <summary>Keeps a recipient's reply. The index is its place among those accepted, above all that were kept before.</summary>
    public void Keep(int index, Reply reply, in SessionFacts facts)
    {
        if (_replies.Count == _recipients.Count)
        {
            _recipients.Add(new KeptRecipient());
        }

        _recipients[_replies.Count].Set(facts);
        _replies.Add((index, reply));
    }

    /// <summary>The message has come.</summary>
    /// <param name="common">The reply to every recipient without one of its own.</param>
    /// <param name="toAll">Whether it is the reply to all, since nothing else counts any more.</param>
    public void Begin(Reply common, bool toAll)
    {
        _common = common;
        if (toAll)
        {
            _replies.Clear();
        }
    }

    /// <summary>The next recipient's reply.</summary>
    /// <param name="recipient">Whose own reply it is; null when it is the common one.</param>
    public Reply Next(out KeptRecipient? recipient)
    {
        var isOwn = _at < _replies.Count && _replies[_at].Index == Count;
        recipient = isOwn ? _recipients[_at] : null;
        var reply = isOwn ? _replies[_at++].Reply : _common!;
        Count++;
        Closing = reply.Closes ? reply : Closing;
        Whole = Whole is null || (reply.Outcome == Outcome.Accepted && Whole.Outcome != Outcome.Accepted) ? reply : Whole;
        return reply;
    }

    public void Clear()
    {
        _replies.Clear();
        _at = Count = 0;
        _common = Whole = Closing = null;
        if (_recipients.Count > Kept)
        {
            _recipients.RemoveRange(Kept, _recipients.Count - Kept);
        }
    }
}

/// <summary>The recipient whose reply decides at end of data: its reply may quote the address, so this one is kept.</summary>
internal sealed class KeptRecipient
{
    private KeptBytes _recipient;
    private KeptBytes _localPart;
    private KeptBytes _domain;

    public ReadOnlySpan<byte> Recipient => _recipient.Value;

    public ReadOnlySpan<byte> LocalPartName => _localPart.Value;

    public ReadOnlySpan<byte> Domain => _domain.Value;

    public void Set(in SessionFacts facts)
    {
        _recipient.Set(facts.Recipient);
        _localPart.Set(facts.LocalPart);
        _domain.Set(facts.Domain);
    }
}

/// <summary>The first recipients of a message that were accepted at RCPT, with what became of them. Used again and again.</summary>
public sealed class MessageRecipients
{
    /// <summary>How many are kept.</summary>
    public const int Most = 20;

    private readonly int[] _entries = new int[Most];
    private readonly Outcome[] _outcomes = new Outcome[Most];
    private MailboxList _mailboxes = new();

    internal MessageRecipients()
    {
    }

    /// <summary>How many there are, 1 to <see cref="Most"/>.</summary>
    public int Count => _mailboxes.Count;

    /// <summary>One's mailbox, as in <see cref="SessionFacts.Recipient"/>.</summary>
    public ReadOnlySpan<byte> Mailbox(int index) => _mailboxes[index];

    /// <summary>Its entry, by the numbers of <see cref="MessageFacts.Filter"/>.</summary>
    public int Entry(int index) => _entries[index];

    /// <summary>What became of it.</summary>
    public Outcome OutcomeOf(int index) => _outcomes[index];

    internal void Add(int entry, ReadOnlySpan<byte> mailbox)
    {
        if (Count < Most)
        {
            _entries[Count] = entry;
            _mailboxes.Add(mailbox);
        }
    }

    internal void Decide(int index, Outcome outcome)
    {
        if (index < Most)
        {
            _outcomes[index] = outcome;
        }
    }

    internal void DecideAll(Outcome outcome) => _outcomes.AsSpan().Fill(outcome);

    internal void Clear() => _mailboxes.Clear();
}
