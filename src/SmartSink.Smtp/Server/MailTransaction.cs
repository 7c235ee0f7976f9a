using System.Buffers;
using SmartSink.Smtp.Addresses;
using SmartSink.Smtp.Data;
using SmartSink.Smtp.Replies;

namespace SmartSink.Smtp.Server;

/// <summary>What a session knows from MAIL to the end of data. Of accepted recipients only the filter's entry is kept.</summary>
internal sealed class MailTransaction
{
    private const int OwnEntries = 16;

    private readonly byte[] _id = new byte[TransactionId.Length];
    private readonly byte[] _sender = new byte[PathParser.MaxLength];
    private readonly int[] _ownEntries = new int[OwnEntries];
    private int[] _entries;
    private int _senderLength;
    private int _senderDomainLength;
    private KeptRecipient? _decider;

    public MailTransaction() => _entries = _ownEntries;

    /// <summary>The revision of the rules that all of this transaction is judged by.</summary>
    public IMailboxFilter Filter { get; private set; } = null!;

    public ReadOnlySpan<byte> Id => _id;

    public ReadOnlySpan<byte> Sender => _sender.AsSpan(0, _senderLength);

    public ReadOnlySpan<byte> SenderDomain => Sender[(_senderLength - _senderDomainLength)..];

    /// <summary>Whether MAIL had SMTPUTF8.</summary>
    public bool IsUtf8 { get; private set; }

    /// <summary>The <see cref="Moment.Milliseconds"/> of MAIL.</summary>
    public long StartedAt { get; private set; }

    /// <summary>The <see cref="Moment.Milliseconds"/> of the 354.</summary>
    public long DataStartedAt { get; private set; }

    /// <summary>The entries of the accepted recipients.</summary>
    public ReadOnlySpan<int> Accepted => _entries.AsSpan(0, AcceptedCount);

    public int AcceptedCount { get; private set; }

    /// <summary>Whether some recipient was refused, which tells "no valid recipients" from "no recipients".</summary>
    public bool HasRefused { get; set; }

    /// <summary>The reply kept at RCPT for end of data; null when there is none.</summary>
    public Reply? KeptReply { get; private set; }

    /// <summary>Whose reply <see cref="KeptReply"/> is.</summary>
    public KeptRecipient? Decider => KeptReply is null ? null : _decider;

    /// <summary>The scanner of the message's data; a field, since its value changes in place.</summary>
    public EndOfDataScanner Scanner;

    public void Begin(IMailboxFilter filter, in MailPath sender, bool isUtf8, long now)
    {
        Filter = filter;
        TransactionId.WriteNext(_id);
        sender.Mailbox.CopyTo(_sender);
        _senderLength = sender.Mailbox.Length;
        _senderDomainLength = sender.Domain.Length;
        IsUtf8 = isUtf8;
        StartedAt = now;
    }

    public void BeginData(long now)
    {
        DataStartedAt = now;
        Scanner = EndOfDataScanner.Start();
    }

    public void Accept(int entry)
    {
        if (AcceptedCount == _entries.Length)
        {
            Grow();
        }

        _entries[AcceptedCount++] = entry;
    }

    /// <summary>Keeps a recipient's reply for end of data; the first one kept stays.</summary>
    public void Keep(Reply reply, in DialogFacts facts)
    {
        if (KeptReply is null)
        {
            KeptReply = reply;
            _decider ??= new KeptRecipient();
            _decider.Set(facts);
        }
    }

    /// <summary>Makes it fit for the next use.</summary>
    public void Clear()
    {
        ReturnEntries();
        _entries = _ownEntries;
        AcceptedCount = 0;
        HasRefused = false;
        KeptReply = null;
        Filter = null!;
    }

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
