namespace SmartSink.TrafficGen.Sending;

/// <summary>Messages go by SMTP; each worker has a connection of its own.</summary>
/// <param name="plan">Where and how to connect.</param>
internal sealed class SmtpTransport(ConnectionPlan plan) : ITransport
{
    private volatile bool _hasSecured;

    /// <summary>Where and how to connect.</summary>
    public ConnectionPlan Plan => plan;

    /// <summary>Whether a handshake of the run has succeeded, so that one that fails may succeed the next time.</summary>
    public bool HasSecured => _hasSecured;

    /// <summary>A handshake has succeeded.</summary>
    public void Secured() => _hasSecured = true;

    /// <inheritdoc/>
    public IMessageSender CreateSender(TrafficContext run, int worker) => new SmtpSender(run, this, worker);

    /// <inheritdoc/>
    public void Dispose()
    {
        // The connections are the senders'.
    }
}
