namespace SmartSink.Policy.Decisions;

/// <summary>How many recipients of one domain have drawn. A field, for <see cref="Interlocked"/>.</summary>
internal sealed class DomainCounter
{
    /// <summary>Draws so far.</summary>
    internal long Count;
}
