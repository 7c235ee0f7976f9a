using System.Text;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;
using SmartSink.Smtp.Syntax;

namespace SmartSink.Engines;

/// <summary>What is known from MAIL to the end of data.</summary>
/// <param name="filter">The revision of the rules that all of it is judged by.</param>
/// <param name="sender">The reverse-path as the package read it.</param>
/// <param name="senderDomain">Its domain.</param>
/// <param name="startedAt">The <see cref="Moment.Milliseconds"/> of MAIL.</param>
internal sealed class PackageTransaction(IMailboxFilter filter, byte[] sender, byte[] senderDomain, long startedAt)
{
    public IMailboxFilter Filter => filter;

    public byte[] Id { get; } = NextId();

    public byte[] Sender => sender;

    public byte[] SenderDomain => senderDomain;

    public long StartedAt => startedAt;

    /// <summary>The <see cref="Moment.Milliseconds"/> of the 354.</summary>
    public long DataStartedAt { get; set; }

    /// <summary>The entries of the accepted recipients.</summary>
    public List<int> Accepted { get; } = [];

    public bool HasRefused { get; set; }

    /// <summary>The reply that the first recipient to have one drew for the end of data.</summary>
    public Reply? KeptReply { get; set; }

    /// <summary>Whose reply <see cref="KeptReply"/> is.</summary>
    public PackageRecipient? Decider { get; set; }

    /// <summary>A domain as the policy looks it up; an address literal keeps its brackets.</summary>
    public static byte[] LookUpForm(string domain) =>
        Encoding.UTF8.GetBytes(DomainName.TryNormalize(domain, out var normalized) ? normalized : domain.ToLowerInvariant());

    private static byte[] NextId()
    {
        var id = new byte[TransactionId.Length];
        TransactionId.WriteNext(id);
        return id;
    }
}

/// <summary>A recipient as the policy is told of it.</summary>
internal sealed record PackageRecipient(byte[] Address, byte[] LocalPart, byte[] Domain);
