using SmartSink.Smtp.Replies;

namespace SmartSink.Smtp.Client;

/// <summary>A message's sender and recipients, and the replies to the recipients. Created once and refilled for each message.</summary>
public sealed class Envelope
{
    private readonly ReplyBuffer _bytes = new(128);
    private int[] _ends = new int[2];
    private short[] _codes = new short[1];
    private int _recipients;

    /// <summary>
    /// The message's size in octets, not counting stuffed dots and the end of data; must be exact, since BDAT depends on it.
    /// </summary>
    public long Size { get; set; }

    /// <summary>Whether the message holds octets above 127.</summary>
    public bool EightBit { get; set; }

    /// <summary>How many recipients there are.</summary>
    public int RecipientCount => _recipients;

    /// <summary>The reverse-path without its angle brackets; empty for the null sender.</summary>
    public ReadOnlySpan<byte> Sender => _bytes.Pending[.._ends[0]];

    /// <summary>Begins a new message.</summary>
    /// <param name="sender">The mailbox, without angle brackets and without control characters.</param>
    public void Begin(ReadOnlySpan<byte> sender)
    {
        _bytes.Clear();
        _bytes.Write(sender);
        _ends[0] = sender.Length;
        _recipients = 0;
    }

    /// <summary>Adds a recipient: a mailbox, without angle brackets and without control characters.</summary>
    public void Add(ReadOnlySpan<byte> recipient)
    {
        if (_recipients == _codes.Length)
        {
            Array.Resize(ref _codes, _recipients * 2);
            Array.Resize(ref _ends, (_recipients * 2) + 1);
        }

        _bytes.Write(recipient);
        _codes[_recipients++] = 0;
        _ends[_recipients] = _bytes.Length;
    }

    /// <summary>A recipient's mailbox.</summary>
    public ReadOnlySpan<byte> Recipient(int index) => _bytes.Pending[_ends[index].._ends[index + 1]];

    /// <summary>The code of the reply to a recipient's RCPT; 0 before there is one.</summary>
    public int CodeOf(int index) => _codes[index];

    internal void Answer(int index, int code) => _codes[index] = (short)code;
}
