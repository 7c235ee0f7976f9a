namespace SmartSink.TrafficGen.Tests;

/// <summary>A message as it reached a server, an octet a character.</summary>
/// <param name="Greeting">The connection's EHLO.</param>
/// <param name="Mail">The MAIL command.</param>
/// <param name="Rcpt">The RCPT commands that were accepted.</param>
/// <param name="Bytes">Header and text, dots unstuffed.</param>
internal sealed record HeardMessage(string Greeting, string Mail, IReadOnlyList<string> Rcpt, string Bytes)
{
    public string Sender => PathIn(Mail);

    public IReadOnlyList<string> Recipients => [.. Rcpt.Select(PathIn)];

    /// <summary>The header's lines.</summary>
    public IReadOnlyList<string> Header => Bytes[..(TextStart - 4)].Split("\r\n");

    public string Text => Bytes[TextStart..];

    /// <summary>The number that the header X-SmartSink-Run ends with.</summary>
    public long Number => long.Parse(Field("X-SmartSink-Run").Split('/')[1]);

    private int TextStart => Bytes.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4;

    /// <summary>The value of a field that stands once in the header.</summary>
    public string Field(string name)
    {
        var start = name + ": ";
        return Header.Where(line => line.StartsWith(start, StringComparison.OrdinalIgnoreCase)).ShouldHaveSingleItem(name)[start.Length..];
    }

    private static string PathIn(string command) => command[(command.IndexOf('<') + 1)..command.IndexOf('>')];
}
