using SmartSink.Smtp.Client;
using SmartSink.Smtp.Replies;

namespace SmartSink.TrafficGen.Generating;

/// <summary>A message as a worker sends it: made once, and filled anew for each message.</summary>
internal sealed class Draft
{
    private int[] _domains = new int[1];

    /// <summary>Sender and recipients.</summary>
    public Envelope Envelope { get; } = new();

    /// <summary>The header and the empty line, for generated messages; empty for whole ones.</summary>
    public ReplyBuffer Header { get; } = new(512);

    /// <summary>Octets of text after the header, up to its end.</summary>
    public int TextLength { get; set; }

    /// <summary>Where in the pool the text begins.</summary>
    public int TextStart { get; set; }

    /// <summary>What ends the text.</summary>
    public TextEnd TextEnd { get; set; }

    /// <summary>The message when it is not a generated one.</summary>
    public WholeMessage? Whole { get; set; }

    /// <summary>A recipient's domain.</summary>
    public int DomainOf(int recipient) => _domains[recipient];

    /// <summary>Adds a recipient.</summary>
    public void Add(ReadOnlySpan<byte> recipient, int domain)
    {
        if (Envelope.RecipientCount == _domains.Length)
        {
            Array.Resize(ref _domains, _domains.Length * 2);
        }

        _domains[Envelope.RecipientCount] = domain;
        Envelope.Add(recipient);
    }
}
