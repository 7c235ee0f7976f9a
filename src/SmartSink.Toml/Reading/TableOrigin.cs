namespace SmartSink.Toml.Reading;

/// <summary>What brought a table into being. The rules against defining a table twice hang on it.</summary>
internal enum TableOrigin
{
    /// <summary>The header of a sub-table named it on the way; its own header may still come.</summary>
    Implicit,

    /// <summary>Its own header, <c>[a]</c> or <c>[[a]]</c>.</summary>
    Header,

    /// <summary>A dotted key, <c>a.b = 1</c>; more such keys may follow in the same section, its own header may not.</summary>
    DottedKey,

    /// <summary>Braces; complete with the closing one.</summary>
    Inline,
}
