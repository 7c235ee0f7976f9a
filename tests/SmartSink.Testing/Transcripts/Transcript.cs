using System.Text;
using System.Text.RegularExpressions;
using SmartSink.Smtp.Server;

namespace SmartSink.Testing.Transcripts;

/// <summary>One dialog between a client, or several, and the server, as its file has it.</summary>
/// <param name="Path">The file.</param>
/// <param name="Options">Names and limits of the server, from the <c>LIMIT</c> lines.</param>
/// <param name="Steps">What happens, in order; the last one is a <see cref="CloseStep"/>.</param>
public sealed record Transcript(string Path, SmtpSessionOptions Options, IReadOnlyList<TranscriptStep> Steps)
{
    /// <summary>The rules before the first policy: from the <c>ANSWER</c> lines.</summary>
    public required IMailboxFilter Rules { get; init; }

    /// <summary>The file's name without its extension.</summary>
    public string Name => System.IO.Path.GetFileNameWithoutExtension(Path);

    /// <summary>Whether it lets time go by, so that it needs a clock in the test's hand.</summary>
    public bool NeedsClock => Steps.Any(step => step is TimeStep);

    /// <summary>Whether it goes by where the client meant to connect to, which a Unix socket does not tell.</summary>
    public bool NeedsDestination => Steps.OfType<PolicyStep>().Any(step => File.ReadAllText(step.Path).Contains("[[mx]]", StringComparison.Ordinal));

    /// <inheritdoc/>
    public override string ToString() => Name;
}

/// <summary>One line of a transcript that does something.</summary>
/// <param name="Line">Its line in the file, from 1.</param>
public abstract record TranscriptStep(int Line);

/// <summary><c>C: text</c> (CRLF is added) or <c>C! "raw"</c>: the client sends octets.</summary>
public sealed record SendStep(int Line, ReadOnlyMemory<byte> Bytes) : TranscriptStep(Line);

/// <summary><c>S: text</c> or <c>S~ regex</c>: the server's next line, without its CRLF, is this text or matches the pattern as a whole.</summary>
public record ExpectStep(int Line, string Expected, bool IsPattern) : TranscriptStep(Line)
{
    /// <summary>Whether a line is the expected one.</summary>
    public virtual bool Matches(byte[] line) => IsPattern
        ? Regex.IsMatch(Encoding.UTF8.GetString(line), $@"\A(?:{Expected})\z", RegexOptions.CultureInvariant, TimeSpan.FromMinutes(1))
        : Encoding.UTF8.GetString(line) == Expected;
}

/// <summary><c>S! "octets"</c>: the server's next line, without its CRLF, is exactly these octets.</summary>
public sealed record ExpectOctetsStep(int Line, string Written) : ExpectStep(Line, Written, IsPattern: false)
{
    private readonly byte[] _octets = QuotedBytes.Parse(Written);

    /// <inheritdoc/>
    public override bool Matches(byte[] line) => line.AsSpan().SequenceEqual(_octets);
}

/// <summary><c>CLOSE reason</c>: the server has nothing more to say and closes, for this reason (<c>SessionEndReason</c> in snake case).</summary>
public sealed record CloseStep(int Line, string Reason) : TranscriptStep(Line);

/// <summary><c>CLIENT number</c>: what follows is said over this client's own connection, up to the next such line.</summary>
public sealed record ClientStep(int Line, int Client) : TranscriptStep(Line);

/// <summary><c>TLS</c>: client and server do the handshake.</summary>
public sealed record TlsStep(int Line) : TranscriptStep(Line);

/// <summary><c>FIN</c>: the client sends nothing more, and reads on.</summary>
public sealed record EndStep(int Line) : TranscriptStep(Line);

/// <summary><c>TIME +30s</c>: time goes by with nothing said.</summary>
public sealed record TimeStep(int Line, TimeSpan Span) : TranscriptStep(Line);

/// <summary><c>POLICY file.toml</c>: from here on this policy is in force.</summary>
/// <param name="Line">Its line in the file, from 1.</param>
/// <param name="Path">The absolute path of the policy's main file.</param>
public sealed record PolicyStep(int Line, string Path) : TranscriptStep(Line);

/// <summary>In what pieces the client's octets reach the server.</summary>
public enum TranscriptSplit
{
    /// <summary>Everything up to the next CLIENT, TLS, FIN, TIME, POLICY or CLOSE at once, replies awaited or not.</summary>
    Whole,

    /// <summary>A line at a time, the replies read in between.</summary>
    Line,

    /// <summary>An octet at a time.</summary>
    Octet,
}

/// <summary>A transcript is badly written, or the dialog went another way.</summary>
public sealed class TranscriptException : Exception
{
    /// <summary>Says what is wrong and where.</summary>
    public TranscriptException(string path, int line, string message)
        : base($"{System.IO.Path.GetFileName(path)}({line}): {message}")
    {
    }
}
