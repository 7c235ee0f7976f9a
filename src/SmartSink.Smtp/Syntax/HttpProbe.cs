namespace SmartSink.Smtp.Syntax;

/// <summary>Tells a line of an HTTP request, sent by a lost browser, a scanner, or a request forged across protocols.</summary>
internal static class HttpProbe
{
    /// <summary>Whether the line starts as a request line (RFC 9112 section 3) or as its Host field does.</summary>
    public static bool IsLine(ReadOnlySpan<byte> line) =>
        line.StartsWith("GET "u8) || line.StartsWith("POST "u8) || line.StartsWith("HEAD "u8) || line.StartsWith("PUT "u8)
        || line.StartsWith("DELETE "u8) || line.StartsWith("CONNECT "u8) || line.StartsWith("OPTIONS "u8) || line.StartsWith("TRACE "u8)
        || line.StartsWith("PATCH "u8) || line.StartsWith("PRI * HTTP/"u8) || line.StartsWith("Host:"u8);
}
