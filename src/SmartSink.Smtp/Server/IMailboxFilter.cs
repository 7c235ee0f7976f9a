using System.Net;

namespace SmartSink.Smtp.Server;

/// <summary>
/// One revision of the rules that decide what becomes of mail. Called synchronously from many threads at once:
/// it must not block, await, or keep the facts.
/// </summary>
public interface IMailboxFilter
{
    /// <summary>How many entries <see cref="FilterAnswer.Entry"/> may name; at least 1.</summary>
    int EntryCount { get; }

    /// <summary>The name of an entry, as a metric's label: a configured domain or pattern; entry 0 is <c>other</c>.</summary>
    string EntryName(int entry);

    /// <summary>
    /// The entry under which the recipients of a domain count, as <see cref="FilterAnswer.Entry"/>: for recipients that the session refuses
    /// by itself. Takes no draw and changes nothing.
    /// </summary>
    /// <param name="domain">As in <see cref="SessionFacts.Domain"/>.</param>
    int EntryOf(ReadOnlySpan<byte> domain);

    /// <summary>Whether the answers depend on where clients meant to connect to; else a transport need not find out.</summary>
    bool WantsDestination => false;

    /// <summary>The name under which to answer a client that meant to connect to an address; null for the listener's own. Called once, before the greeting.</summary>
    ServerIdentity? IdentityAt(IPAddress destination) => null;

    /// <summary>The answer at the stage that <see cref="SessionFacts.Stage"/> names. Called once per greeting, EHLO, MAIL, RCPT and end of data.</summary>
    FilterAnswer Answer(in SessionFacts facts);
}
