using System.Net;
using System.Text;
using SmartSink.Policy;
using SmartSink.Smtp;
using SmartSink.Smtp.Replies;

namespace SmartSink.Testing.Policies;

/// <summary>One recipient's answer after another by a generated policy: look-up, draw, choice of a reply (which is not written here).</summary>
public sealed class GeneratedDecisions
{
    private readonly byte[][] _domains = new byte[1024][];
    private readonly PolicySnapshot _snapshot;
    private int _next;

    /// <summary>Loads the policy and spreads recipients over its domains.</summary>
    public GeneratedDecisions(GeneratedPolicy policy)
    {
        _snapshot = policy.Load();
        for (var i = 0; i < _domains.Length; i++)
        {
            _domains[i] = Encoding.ASCII.GetBytes(GeneratedPolicy.Domain((int)((long)i * policy.Domains / _domains.Length)));
        }
    }

    /// <summary>Decides about a recipient at the next of its domains.</summary>
    public int Configured() => Answer(_domains[_next++ & 1023]);

    /// <summary>Decides about a recipient at a domain that it does not name.</summary>
    public int Unknown() => Answer("nobody.knows.this.example"u8);

    private int Answer(ReadOnlySpan<byte> domain) =>
        _snapshot.Answer(new SessionFacts
        {
            Stage = Stage.Rcpt,
            ClientAddress = IPAddress.Loopback,
            Recipient = "user@domain"u8,
            LocalPart = "user"u8,
            Domain = domain,
        }).Entry;
}
