using SmartSink.Smtp.Server;
using SmartSink.Telemetry;

namespace SmartSink.Events;

/// <summary>Keeps the headers of some messages for a person to look at: of every so many the first.</summary>
/// <param name="oneIn">Of how many messages one is kept; 0 for none.</param>
internal sealed class MessageSamples(int oneIn)
{
    /// <summary>How many are kept.</summary>
    public const int Kept = 100;

    private long _count;

    /// <summary>Of how many messages one is kept; 0 for none.</summary>
    public int OneIn => oneIn;

    /// <summary>Where they stand.</summary>
    public EventRing Ring { get; } = new(Kept);

    /// <summary>Whether the header of a message that begins now is kept.</summary>
    public bool WantsHeader() => oneIn > 0 && (Interlocked.Increment(ref _count) - 1) % oneIn == 0;

    /// <summary>A message came to its end of data. One whose header was not wanted is not kept.</summary>
    public void MessageEnded(in MessageFacts message)
    {
        if ((message.Details & MessageDetails.Header) != MessageDetails.Header)
        {
            return;
        }

        var line = EventLine.Begin(message.Now.Utc);
        line.Text("transaction", message.TransactionId);
        line.Client(message.ClientAddress, message.User);
        line.Text("sender", message.Sender);
        line.Word("outcome", LabelWords.Outcomes[(int)message.Outcome]);
        line.Number("code", message.Code);
        line.Number("size", message.Size);

        // One that has as many octets as are kept had more.
        line.Text("header", message.Header, MessageFacts.MaxHeader - 1);
        line.AddTo(Ring, default);
    }
}
