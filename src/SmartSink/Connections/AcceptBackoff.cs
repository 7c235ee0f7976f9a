namespace SmartSink.Connections;

/// <summary>How long to leave the accept queue alone while the machine is out of descriptors or memory: from 10 ms doubling to 1 s.</summary>
internal struct AcceptBackoff
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    private TimeSpan _last;

    /// <summary>The next delay.</summary>
    public TimeSpan Next() => _last = _last == TimeSpan.Zero ? First : TimeSpan.FromTicks(Math.Min(_last.Ticks * 2, Longest.Ticks));

    /// <summary>An accept went well: the next trouble starts from the shortest delay.</summary>
    public void Reset() => _last = TimeSpan.Zero;
}
