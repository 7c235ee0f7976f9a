using SmartSink.Smtp.Client;
using SmartSink.Smtp.Replies;

namespace SmartSink.TrafficGen.Messages;

/// <summary>A message as a worker sends it: made once, and filled anew for each message.</summary>
internal sealed class Draft
{
    private int[] _domains = new int[1];
    private bool[] _settled = new bool[1];
    public Envelope Envelope { get; } = new();

    /// <summary>The message's number in the run, from 0 on.</summary>
    public long Number { get; set; }

    /// <summary>The header and the empty line, for generated messages; empty for whole ones.</summary>
    public ReplyBuffer Header { get; } = new(512);

    /// <summary>Octets of text after the header, up to its end.</summary>
    public int TextLength { get; set; }

    /// <summary>Where in the pool the text begins.</summary>
    public int TextStart { get; set; }

    public TextEnd TextEnd { get; set; }

    /// <summary>The message when it is not a generated one.</summary>
    public WholeMessage? Whole { get; set; }

    /// <summary>How many recipients have no final answer yet.</summary>
    public int OpenRecipients { get; private set; }

    public bool IsAccepted { get; private set; }

    public int DomainOf(int recipient) => _domains[recipient];

    /// <summary>Begins a new message, to nobody yet.</summary>
    public void Begin(ReadOnlySpan<byte> sender)
    {
        Envelope.Begin(sender);
        OpenRecipients = 0;
        IsAccepted = false;
    }

    public void Add(ReadOnlySpan<byte> recipient, int domain)
    {
        if (Envelope.RecipientCount == _domains.Length)
        {
            Array.Resize(ref _domains, _domains.Length * 2);
            Array.Resize(ref _settled, _settled.Length * 2);
        }

        _domains[Envelope.RecipientCount] = domain;
        _settled[Envelope.RecipientCount] = false;
        OpenRecipients++;
        Envelope.Add(recipient);
    }

    /// <summary>Notes that a recipient has got its final answer; once for each.</summary>
    public void Settle(int recipient, bool accepted)
    {
        _settled[recipient] = true;
        IsAccepted |= accepted;
        OpenRecipients--;
    }

    /// <summary>Takes the recipients with a final answer off the envelope, so that the next try does not send to them again. The text stays.</summary>
    public void DropSettled()
    {
        if (OpenRecipients == Envelope.RecipientCount)
        {
            return;
        }

        var sender = Envelope.Sender.ToArray();
        (byte[] Address, int Domain)[] open =
        [
            .. Enumerable.Range(0, Envelope.RecipientCount)
                .Where(index => !_settled[index])
                .Select(index => (Envelope.Recipient(index).ToArray(), _domains[index])),
        ];
        Begin(sender);
        foreach (var (address, domain) in open)
        {
            Add(address, domain);
        }
    }
}

/// <summary>What ends a message's text; the value is its length in octets.</summary>
internal enum TextEnd
{
    /// <summary>Nothing: there is no text.</summary>
    None = 0,

    Line = 2,

    /// <summary>A letter in the place of a CR that would have stood alone, and CRLF.</summary>
    LetterAndLine = 3,
}
