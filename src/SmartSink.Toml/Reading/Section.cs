namespace SmartSink.Toml.Reading;

/// <summary>Where the keys go that follow a header.</summary>
/// <param name="Table">Takes them.</param>
/// <param name="Depth">The number of tables and arrays above them.</param>
internal readonly record struct Section(TomlTable Table, int Depth)
{
    /// <summary>
    /// The section below a header that cannot be followed: a table that nobody sees, so that the keys' own mistakes are found and
    /// none that come only of their being in the wrong place.
    /// </summary>
    public static Section Unseen() => new(new TomlTable(new TomlPosition(1, 1), TableOrigin.Header), Depth: 0);
}
