namespace SmartSink.TrafficGen;

/// <summary>
/// Hears what becomes of a run. Calls come from several threads at once, a few a message, and on the threads that poll the sockets:
/// an implementation must neither block nor throw, nor allocate as a rule.
/// </summary>
internal interface ITrafficObserver
{
    /// <summary>A connection is established; one <see cref="Disconnected"/> follows.</summary>
    void Connected();

    /// <summary>A connection has ended, for whatever reason.</summary>
    void Disconnected();

    /// <summary>A connection could not be made, was lost, or is of no use; told once for each.</summary>
    /// <param name="fault">Why.</param>
    /// <param name="stage">What was being done.</param>
    void Faulted(TrafficFault fault, TrafficStage stage);

    /// <summary>A stage took a time.</summary>
    /// <param name="stage">Which.</param>
    /// <param name="ticks">In ticks of <see cref="System.Diagnostics.Stopwatch"/>.</param>
    void Timed(TrafficStage stage, long ticks);

    /// <summary>A recipient got its answer in one transaction; one call for each recipient of it, unless the connection was lost before.</summary>
    /// <param name="code">The reply's code, 200 to 599; 2yz only at end of data and of a request.</param>
    /// <param name="stage">MAIL, RCPT, DATA, end of data, or a request.</param>
    /// <param name="domain">The index in <see cref="TrafficOptions.Domains"/>.</param>
    void RecipientAnswered(int code, TrafficStage stage, int domain);

    /// <summary>A message was accepted for at least one recipient.</summary>
    /// <param name="bytes">Its size as sent, without stuffed dots and the end of data.</param>
    void MessageAccepted(long bytes);

    /// <summary>A message was refused for all its recipients; it is not tried again.</summary>
    void MessageRefused();

    /// <summary>A message met a fault and will be tried again.</summary>
    void MessageRetried();

    /// <summary>A message met a fault and will not be tried again.</summary>
    void MessageGivenUp();

    /// <summary>The run was ended because no further try could have helped, or none was to be made and none connected; told once, at its end.</summary>
    /// <param name="reason">One line for the user: what the server does not offer or has refused, or why the system could not connect.</param>
    void Ended(string reason);
}
