namespace SmartSink.PeerBenchmarks.Extending;

/// <summary>One way of sending the same mail to the same sink.</summary>
/// <param name="Name">What it is called in the table.</param>
/// <param name="Port">The sink's listener.</param>
/// <param name="Flags">What traffic-gen is told beside the load.</param>
internal sealed record Variant(string Name, int Port, params IReadOnlyList<string> Flags)
{
    /// <summary>Whether the sink keeps what senders do meanwhile; null where nobody asks.</summary>
    public bool? KeepsLedger { get; init; }
}
