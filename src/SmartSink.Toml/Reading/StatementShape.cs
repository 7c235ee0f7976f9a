namespace SmartSink.Toml.Reading;

/// <summary>What a line looks like.</summary>
internal enum StatementShape
{
    /// <summary>Nothing that a statement begins with.</summary>
    None,

    /// <summary>A key and an equals sign.</summary>
    KeyValue,

    /// <summary>A key in brackets and nothing after it.</summary>
    Header,
}
