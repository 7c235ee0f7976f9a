using SmartSink.TrafficGen.Generating;

namespace SmartSink.TrafficGen.Sending;

/// <summary>
/// Sends one message after the other, for one worker. It tells the observer of every fault, and ends the run at one that no further try
/// can mend; whether another try is made is its caller's to say.
/// </summary>
internal interface IMessageSender : IDisposable
{
    /// <summary>Makes ready, before there is a message; false when a fault came between.</summary>
    ValueTask<bool> OpenAsync();

    /// <summary>Tries once to send a message to those of its recipients that have no final answer yet, and settles those that get one.</summary>
    /// <param name="draft">The message.</param>
    /// <param name="due">When it was due, as a time stamp, so that its latency counts from there; 0 for from now on.</param>
    /// <returns>False when a fault came between, and recipients are left without an answer.</returns>
    ValueTask<bool> TrySendAsync(Draft draft, long due);

    /// <summary>Takes leave of the server.</summary>
    ValueTask CloseAsync();

    /// <summary>Gives up what the server has let wait for too long, or all that waits; for the heartbeat's thread.</summary>
    /// <param name="now">The clock's present time stamp; <see cref="long.MaxValue"/> for all.</param>
    void Expire(long now);
}
