using SmartSink.Smtp.Syntax;

namespace SmartSink.Smtp.Server;

/// <summary>The recipient whose reply decides at end of data: its reply may quote the address, so this one is kept.</summary>
internal sealed class KeptRecipient
{
    private readonly byte[] _recipient = new byte[PathParser.MaxLength];
    private readonly byte[] _localPart = new byte[LocalPart.MaxLength];
    private readonly byte[] _domain = new byte[DomainName.MaxLength];
    private int _recipientLength;
    private int _localPartLength;
    private int _domainLength;

    public ReadOnlySpan<byte> Recipient => _recipient.AsSpan(0, _recipientLength);

    public ReadOnlySpan<byte> LocalPartName => _localPart.AsSpan(0, _localPartLength);

    public ReadOnlySpan<byte> Domain => _domain.AsSpan(0, _domainLength);

    public void Set(in SessionFacts facts)
    {
        facts.Recipient.CopyTo(_recipient);
        _recipientLength = facts.Recipient.Length;
        facts.LocalPart.CopyTo(_localPart);
        _localPartLength = facts.LocalPart.Length;
        facts.Domain.CopyTo(_domain);
        _domainLength = facts.Domain.Length;
    }
}
