namespace SmartSink.Toml.Reading;

/// <summary>What begins and ends a string.</summary>
internal enum StringDelimiter
{
    /// <summary>No string.</summary>
    None,

    /// <summary>One quotation mark.</summary>
    Basic,

    /// <summary>One apostrophe.</summary>
    Literal,

    /// <summary>Three quotation marks.</summary>
    MultiLineBasic,

    /// <summary>Three apostrophes.</summary>
    MultiLineLiteral,
}
