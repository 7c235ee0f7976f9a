namespace SmartSink.PeerBenchmarks.Driving;

/// <summary>What became of the messages of a run.</summary>
/// <param name="Accepted">Answered 250 at the end of their data.</param>
/// <param name="TempFailed">Refused with 4xx, at whatever stage.</param>
/// <param name="PermFailed">Refused with 5xx, at whatever stage.</param>
/// <param name="Lost">Those whose connection ended without an answer.</param>
/// <param name="Elapsed">From the first command to the last reply.</param>
internal sealed record DriverResult(int Accepted, int TempFailed, int PermFailed, int Lost, TimeSpan Elapsed)
{
    /// <summary>All that were tried.</summary>
    public int Messages => Accepted + TempFailed + PermFailed + Lost;

    /// <summary>For a sink that is to accept everything.</summary>
    /// <exception cref="InvalidOperationException">A message was not accepted.</exception>
    public void RequireAllAccepted()
    {
        if (Accepted != Messages)
        {
            throw new InvalidOperationException($"not all messages were accepted: {this}");
        }
    }
}
