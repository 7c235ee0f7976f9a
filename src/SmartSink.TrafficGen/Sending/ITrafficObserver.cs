namespace SmartSink.TrafficGen.Sending;

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
    /// <param name="domain">The index in <see cref="Options.TrafficOptions.Domains"/>.</param>
    /// <param name="text">A refusal's text as the server sent it, a LF between its lines; empty for other answers, and for a request's.</param>
    void RecipientAnswered(int code, TrafficStage stage, int domain, ReadOnlySpan<byte> text);

    /// <summary>A message is about to be sent: the first time counts.</summary>
    /// <param name="number">Its number in the run.</param>
    void MessageBegun(long number);

    /// <summary>A message was accepted for at least one recipient.</summary>
    /// <param name="number">Its number in the run.</param>
    /// <param name="bytes">Its size as sent, without stuffed dots and the end of data.</param>
    void MessageAccepted(long number, long bytes);

    /// <summary>A message was refused for all its recipients; it is not tried again.</summary>
    /// <param name="number">Its number in the run.</param>
    void MessageRefused(long number);

    /// <summary>A message met a fault, or was refused for now, and will be tried again.</summary>
    void MessageRetried();

    /// <summary>A message met a fault and will not be tried again.</summary>
    /// <param name="number">Its number in the run.</param>
    void MessageGivenUp(long number);

    /// <summary>A message waited in a queue to be tried again when the run ended.</summary>
    /// <param name="number">Its number in the run.</param>
    void MessageLeft(long number);

    /// <summary>The run was ended because no further try could have helped, or none was to be made and none connected; told once, at its end.</summary>
    /// <param name="reason">One line for the user: what the server does not offer or has refused, or why the system could not connect.</param>
    void Ended(string reason);
}

/// <summary>A part of the dialog that is timed, and at which an answer is given.</summary>
internal enum TrafficStage
{
    /// <summary>From the connect call to the greeting.</summary>
    Connect,

    /// <summary>EHLO or HELO, to its reply.</summary>
    Ehlo,

    /// <summary>STARTTLS and the handshake, or with implicit TLS the handshake.</summary>
    Tls,

    /// <summary>AUTH, to its last reply.</summary>
    Auth,

    /// <summary>MAIL, to its reply.</summary>
    Mail,

    /// <summary>RCPT, to its reply.</summary>
    Rcpt,

    /// <summary>DATA, to its reply.</summary>
    Data,

    /// <summary>From the first octet of the message to the reply after its end.</summary>
    EndOfData,

    /// <summary>A request of HTTP injection, from its first octet to the end of its answer.</summary>
    Request,

    /// <summary>From MAIL or the request, or from the time the message was due by the rate profile, to the last reply; refused ones too.</summary>
    Transaction,
}

/// <summary>Why a connection could not be made, was lost, or is of no use. Not a refusal of a message.</summary>
internal enum TrafficFault
{
    /// <summary>The system could not connect: refused, unreachable, no name, no port left.</summary>
    ConnectFailed,

    /// <summary>The server closed or reset the connection before a reply that was owed.</summary>
    Closed,

    /// <summary>No reply in time; the times are those of RFC 5321 section 4.5.3.2, and a minute for an HTTP request.</summary>
    TimedOut,

    /// <summary>A reply that is none, or one that the command cannot have; by HTTP an answer that is not KumoMTA's, or whose sums do not fit.</summary>
    Malformed,

    /// <summary>The greeting, EHLO or HELO was refused with other than 421.</summary>
    Refused,

    /// <summary>421: the service closes the connection, at whatever stage.</summary>
    ServiceClosing,

    /// <summary>STARTTLS is not offered or refused, or the handshake failed.</summary>
    TlsFailed,

    /// <summary>AUTH is not offered, or the credential refused; by HTTP 401, 403 or 407.</summary>
    AuthFailed,

    /// <summary>What was asked for is not offered: CHUNKING, SMTPUTF8, the injection of messages at the URL.</summary>
    NotOffered,

    /// <summary>An HTTP request was answered with 4xx other than those that mean <see cref="AuthFailed"/> or <see cref="NotOffered"/>.</summary>
    RequestRefused,

    /// <summary>An HTTP request was answered with 5xx.</summary>
    RequestFailed,
}

/// <summary>How a run ended.</summary>
internal enum TrafficEnd
{
    /// <summary>The duration or the number of messages was reached.</summary>
    Complete,

    /// <summary>A message failed, and the run was not to keep going.</summary>
    Failed,

    /// <summary>It was asked to end.</summary>
    Cancelled,
}
