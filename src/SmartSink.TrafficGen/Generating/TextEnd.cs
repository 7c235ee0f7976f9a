namespace SmartSink.TrafficGen.Generating;

/// <summary>What ends a message's text; the value is its length in octets.</summary>
internal enum TextEnd
{
    /// <summary>Nothing: there is no text.</summary>
    None = 0,

    /// <summary>CRLF.</summary>
    Line = 2,

    /// <summary>A letter in the place of a CR that would have stood alone, and CRLF.</summary>
    LetterAndLine = 3,
}
