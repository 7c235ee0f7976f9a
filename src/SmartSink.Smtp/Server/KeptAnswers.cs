using SmartSink.Smtp.Replies;

namespace SmartSink.Smtp.Server;

/// <summary>
/// The replies kept at RCPT for end of data, in the order of their recipients, for a dialog in which each recipient gets one there (RFC
/// 2033). Used again and again.
/// </summary>
internal sealed class KeptAnswers
{
    /// <summary>Recipients whose memory outlives a transaction.</summary>
    private const int Kept = 16;

    private readonly List<KeptRecipient> _recipients = [];
    private readonly List<(int Index, Reply Reply)> _replies = [];

    /// <summary>Keeps a recipient's reply. The index is its place among those accepted, above all that were kept before.</summary>
    public void Add(int index, Reply reply, in SessionFacts facts)
    {
        if (_replies.Count == _recipients.Count)
        {
            _recipients.Add(new KeptRecipient());
        }

        _recipients[_replies.Count].Set(facts);
        _replies.Add((index, reply));
    }

    /// <summary>The reply at a place of the list, if there is one there for that recipient.</summary>
    /// <param name="at">The place, which goes on with each reply found.</param>
    /// <param name="index">The recipient's place among those accepted.</param>
    /// <param name="recipient">Whose reply it is.</param>
    public Reply? Next(ref int at, int index, out KeptRecipient? recipient)
    {
        if (at == _replies.Count || _replies[at].Index != index)
        {
            recipient = null;
            return null;
        }

        recipient = _recipients[at];
        return _replies[at++].Reply;
    }

    public void Clear()
    {
        _replies.Clear();
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
