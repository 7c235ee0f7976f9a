using System.Text.RegularExpressions;

namespace SmartSink.Testing.Transcripts;

/// <summary><c>S: text</c> or <c>S~ regex</c>: the server's next line, without its CRLF, is this text or matches the pattern as a whole.</summary>
public sealed record ExpectStep(int Line, string Expected, bool IsPattern) : TranscriptStep(Line)
{
    /// <summary>Whether a line is the expected one.</summary>
    public bool Matches(string line) =>
        IsPattern ? Regex.IsMatch(line, $@"\A(?:{Expected})\z", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1)) : line == Expected;
}
