namespace SmartSink.Proxy;

/// <summary>What came of reading a header.</summary>
internal enum ProxyHeaderResult : byte
{
    /// <summary>It is whole and good.</summary>
    Complete,

    /// <summary>So far it is good; more has to come.</summary>
    Incomplete,

    /// <summary>The octets begin no header of an allowed version.</summary>
    NotAHeader,

    /// <summary>Version 1: the line breaks the grammar.</summary>
    BadLine,

    /// <summary>Version 1: no end of the line within 107 octets.</summary>
    LineTooLong,

    /// <summary>Version 2's signature, and another version behind it.</summary>
    BadVersion,

    /// <summary>Neither LOCAL nor PROXY.</summary>
    BadCommand,

    /// <summary>An address family or transport that the protocol does not know.</summary>
    BadFamily,

    /// <summary>Too short for the addresses that it must hold.</summary>
    TooShort,

    /// <summary>Longer than the bound.</summary>
    TooLong,

    /// <summary>A field behind the addresses is cut off or of a wrong length.</summary>
    BadField,

    /// <summary>The checksum is another one.</summary>
    BadChecksum,
}
