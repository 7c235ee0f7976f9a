namespace SmartSink.Tls;

/// <summary>Holds the certificates in force. Handshakes read them without a lock; the reloader swaps them whole.</summary>
internal sealed class CertificateHolder(CertificateSet first)
{
    private volatile CertificateSet _current = first;
    private long _applied;
    private long _rejected;

    /// <summary>The certificates in force.</summary>
    public CertificateSet Current => _current;

    /// <summary>How often others were put in force since the start.</summary>
    public long Applied => Interlocked.Read(ref _applied);

    /// <summary>How often changed files were of no use.</summary>
    public long Rejected => Interlocked.Read(ref _rejected);

    /// <summary>Puts others in force.</summary>
    public void Apply(CertificateSet certificates)
    {
        _current = certificates;
        Interlocked.Increment(ref _applied);
    }

    /// <summary>Keeps those in force, as the changed files are of no use.</summary>
    public void Reject() => Interlocked.Increment(ref _rejected);
}
