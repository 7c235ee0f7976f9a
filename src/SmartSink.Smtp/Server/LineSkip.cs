namespace SmartSink.Smtp.Server;

/// <summary>Whether the rest of a refused line is being thrown away, up to its CRLF.</summary>
internal enum LineSkip : byte
{
    /// <summary>At the start of a line.</summary>
    None,

    /// <summary>Inside a refused line.</summary>
    Inside,

    /// <summary>Inside one, after a CR.</summary>
    AfterCr,
}
