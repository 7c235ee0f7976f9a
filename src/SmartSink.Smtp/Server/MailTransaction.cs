using System.Buffers;
using System.Numerics;
using System.Security.Cryptography;
using SmartSink.Smtp.Replies;

namespace SmartSink.Smtp.Server;

/// <summary>
/// What a session knows between MAIL and the end of data. Only the filter's entry is kept
/// of an accepted recipient, unless more was asked for.
/// </summary>
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

    /// <summary>The revision of the rules by which the whole transaction is judged.</summary>
    public IMailboxFilter Filter { get; private set; } = null!;

    public ReadOnlySpan<byte> Id => _id;

    public ReadOnlySpan<byte> Sender => _sender.Value;

    public ReadOnlySpan<byte> SenderDomain => Sender[^_senderDomainLength..];

    public bool IsUtf8 { get; set; }

    public bool IsEightBit { get; set; }

    /// <summary>The SIZE given with MAIL, in octets; 0 for none.</summary>
    public long DeclaredSize { get; set; }

    /// <summary>The moment of MAIL.</summary>
    public Moment StartedAt { get; private set; }

    /// <summary>Milliseconds that the client has spent waiting for delayed replies: they do not count against it.</summary>
    public long Waited { get; set; }

    /// <summary>The moment of the 354, or of the first BDAT.</summary>
    public Moment DataStartedAt { get; private set; }

    /// <summary>What the observer asked to see of the message.</summary>
    public MessageDetails Details { get; private set; }

    /// <summary>As in <see cref="MessageFacts.FirstRecipients"/>.</summary>
    public MessageRecipients? FirstRecipients => !Wants(MessageDetails.Recipients) ? null : _recipients;

    /// <summary>As in <see cref="MessageFacts.Header"/>.</summary>
    public ReadOnlySpan<byte> Header => !Wants(MessageDetails.Header) ? default : _identity!.Header;

    public ReadOnlySpan<int> Accepted => _entries.AsSpan(0, AcceptedCount);

    public int AcceptedCount { get; private set; }

    /// <summary>Whether any recipient was refused, which distinguishes "no valid recipients" from "no recipients".</summary>
    public bool HasRefused { get; set; }

    /// <summary>The reply kept at RCPT for end of data; null when there is none.</summary>
    public Reply? KeptReply { get; private set; }

    /// <summary>The replies at end of data when each recipient gets its own.</summary>
    public RecipientAnswers Answers => _answers ??= new RecipientAnswers();

    /// <summary>The entries of the recipients that have no outcome yet.</summary>
    public ReadOnlySpan<int> Undecided => Accepted[(_answers?.Count ?? 0)..];

    public KeptRecipient? Decider => KeptReply is null ? null : _decider;

    /// <summary>The delay of the reply at end of data, in milliseconds.</summary>
    public int EndDelay { get; private set; }

    /// <summary>What goes wrong at end of data.</summary>
    public AnswerFault EndFault { get; private set; }

    /// <summary>Whether the next octets of the message must be given to <see cref="Read"/>.</summary>
    public bool IsReading => _identity is { IsReading: true };

    /// <summary>What was read of the message; null when nothing was asked for.</summary>
    public MessageIdentity? Identity => _identity;

    /// <summary>The client's faults with the message, as far as it was looked at.</summary>
    public ProtocolFaults Faults => (DeclaredSize > 0 && Size > DeclaredSize ? ProtocolFaults.SizeUnderstated : ProtocolFaults.None)
        | (_identity is not { Faults: var faults } || IsBinary ? ProtocolFaults.None
            : IsEightBit || IsUtf8 ? faults & ~ProtocolFaults.EightBitUnannounced
            : faults);

    /// <summary>As in <see cref="MessageFacts.MessageId"/>.</summary>
    public ReadOnlySpan<byte> MessageId => _identity is { } identity ? identity.Id : default;

    /// <summary>How many accepted recipients there are for which the filter wants the id.</summary>
    public int WantedCount => _identity?.Count ?? 0;

    public bool IsBinary { get; set; }

    /// <summary>Whether the message comes in chunks (RFC 3030) and has begun to.</summary>
    public bool IsChunked { get; private set; }

    /// <summary>The message's size so far in octets (RFC 1870 section 5).</summary>
    public long Size => IsChunked ? _chunkedSize : Scanner.Size;

    /// <summary>The scanner of the message's data; a field, since its value is changed in place.</summary>
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

    /// <summary>Begins a chunk, perhaps the message's first.</summary>
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

    /// <summary>Called when the first recipient is about to be accepted, with what the observer asked for.</summary>
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

    /// <summary>Adds a recipient's delay and fault for end of data: the longest delay and the first fault apply.</summary>
    public void AddToEnd(int delay, AnswerFault fault)
    {
        EndDelay = Math.Max(EndDelay, delay);
        EndFault = EndFault == AnswerFault.None ? fault : EndFault;
    }

    /// <summary>Reads octets of the message while <see cref="IsReading"/>.</summary>
    /// <param name="octets">May end with the final dot of the data.</param>
    /// <param name="isLast">Whether these are the last octets of the message or chunk.</param>
    public void Read(ReadOnlySpan<byte> octets, bool isLast) => _identity!.Read(octets, isLast, hasMark: !IsChunked);

    /// <summary>Ends reading: the message, or its first chunk, is complete.</summary>
    public void EndReading() => _identity?.EndReading(hasMark: !IsChunked);

    /// <summary>The mailbox and entry of one of the recipients for which the filter wants the id.</summary>
    public ReadOnlySpan<byte> Wanted(int number, out int entry) => _identity!.Recipient(number, out entry);

    /// <summary>The number of the accepted recipient with this index among them; -1 for none.</summary>
    public int FindWanted(int index) => _identity?.Find(index) ?? -1;

    /// <summary>
    /// Keeps the reply of the recipient that was accepted last until end of data: one for each recipient, or only the first.
    /// </summary>
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

/// <summary>Bytes that outlive the line in which they came. Its capacity is that of the longest value it has held.</summary>
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

/// <summary>Keeps the memory of ended transactions for later ones, so that only open transactions use any.</summary>
internal static class MailTransactionPool
{
    // A few hundred bytes each; when more than this number are free, the rest is left to the garbage collector.
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
/// Ids of transactions: 13 characters of base32, a counter that starts at a random 64-bit number in each process. Unique within a process,
/// and practically unique between processes.
/// </summary>
internal static class TransactionId
{
    public const int Length = 13;

    private const int BitsPerCharacter = 5;

    private static long _last = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long)));

    // Without I, L, O and U, which are easily misread.
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
/// The replies at end of data in a dialog in which each recipient gets one, in the order in which they were accepted (RFC 2033 section
/// 4.2): its own, kept at RCPT, or one for all others. Reused.
/// </summary>
internal sealed class RecipientAnswers
{
    /// <summary>How many recipients' memory is kept after a transaction.</summary>
    private const int Kept = 16;

    private readonly List<KeptRecipient> _recipients = [];
    private readonly List<(int Index, Reply Reply)> _replies = [];
    private int _at;
    private Reply? _common;

    /// <summary>How many recipients have been answered.</summary>
    public int Count { get; private set; }

    /// <summary>
    /// The reply that represents the message as a whole: that of a recipient for which it
    /// was accepted, if there is one; null before the first.
    /// </summary>
    public Reply? Whole { get; private set; }

    /// <summary>The last reply after which the connection is to be closed.</summary>
    public Reply? Closing { get; private set; }

    /// <summary>
    /// Keeps a recipient's reply. The index is its position among the accepted
    /// recipients, and must be greater than all indexes kept before.
    /// </summary>
    public void Keep(int index, Reply reply, in SessionFacts facts)
    {
        if (_replies.Count == _recipients.Count)
        {
            _recipients.Add(new KeptRecipient());
        }

        _recipients[_replies.Count].Set(facts);
        _replies.Add((index, reply));
    }

    /// <summary>The message is complete.</summary>
    /// <param name="common">The reply to every recipient that has none of its own.</param>
    /// <param name="toAll">Whether it is the reply to all recipients, overriding their own.</param>
    public void Begin(Reply common, bool toAll)
    {
        _common = common;
        if (toAll)
        {
            _replies.Clear();
        }
    }

    /// <summary>The next recipient's reply.</summary>
    /// <param name="recipient">The recipient whose own reply it is; null when it is the common one.</param>
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

/// <summary>The recipient whose reply decides at end of data: kept because the reply may quote its address.</summary>
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

/// <summary>The first recipients of a message that were accepted at RCPT, and their outcomes. Reused.</summary>
public sealed class MessageRecipients
{
    /// <summary>The most recipients that are kept.</summary>
    public const int Most = 20;

    private readonly int[] _entries = new int[Most];
    private readonly Outcome[] _outcomes = new Outcome[Most];
    private MailboxList _mailboxes = new();

    internal MessageRecipients()
    {
    }

    /// <summary>How many there are, 1 to <see cref="Most"/>.</summary>
    public int Count => _mailboxes.Count;

    /// <summary>A recipient's mailbox, as in <see cref="SessionFacts.Recipient"/>.</summary>
    public ReadOnlySpan<byte> Mailbox(int index) => _mailboxes[index];

    /// <summary>A recipient's entry, in the numbering of <see cref="MessageFacts.Filter"/>.</summary>
    public int Entry(int index) => _entries[index];

    /// <summary>A recipient's outcome.</summary>
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
