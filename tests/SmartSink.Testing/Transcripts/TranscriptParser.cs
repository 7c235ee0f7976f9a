using System.Globalization;
using System.Text;
using SmartSink.Smtp.Auth;
using SmartSink.Smtp.Syntax;

namespace SmartSink.Testing.Transcripts;

/// <summary>
/// Reads a transcript. Lines: <c># comment</c>, empty, <c>LIMIT name value</c>, <c>ANSWER stage word</c>, <c>POLICY file.toml</c> (in the folder
/// <c>policies</c> beside it), <c>C: line</c>, <c>C! "raw"</c>, <c>S: line</c>, <c>S~ regex</c>, <c>S! "raw"</c>, <c>CLIENT number</c>, <c>TLS</c>, <c>FIN</c>, <c>TIME +30s</c>,
/// <c>CLOSE reason</c>.
/// </summary>
public static class TranscriptParser
{
    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="extensions">The extensions that the server under test has.</param>
    /// <param name="mechanisms">The mechanisms of AUTH that it has; null for all.</param>
    /// <exception cref="TranscriptException">It is badly written.</exception>
    public static Transcript Load(string path, SmtpExtensions extensions = ~SmtpExtensions.None, IReadOnlyList<AuthMechanism>? mechanisms = null) =>
        Parse(path, File.ReadAllText(path), extensions, mechanisms);

    /// <summary>Reads a text.</summary>
    /// <param name="path">Where it comes from.</param>
    /// <param name="text">The transcript.</param>
    /// <param name="extensions">The extensions that the server under test has.</param>
    /// <param name="mechanisms">The mechanisms of AUTH that it has; null for all.</param>
    /// <exception cref="TranscriptException">It is badly written.</exception>
    public static Transcript Parse(string path, string text, SmtpExtensions extensions = ~SmtpExtensions.None, IReadOnlyList<AuthMechanism>? mechanisms = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(text);
        var limits = new LimitLines();
        var answers = new AnswerLines();
        var steps = new List<TranscriptStep>();
        var number = 0;
        try
        {
            foreach (var line in text.TrimEnd('\n').Split('\n'))
            {
                number++;
                if (line.StartsWith("LIMIT ", StringComparison.Ordinal))
                {
                    limits.Add(line[6..]);
                }
                else if (line.StartsWith("ANSWER ", StringComparison.Ordinal))
                {
                    answers.Add(line[7..]);
                }
                else if (line.Length > 0 && line[0] != '#')
                {
                    steps.Add(ParseStep(path, number, line));
                }
            }

            RequireClose(steps);
            return new Transcript(path, limits.ToOptions(extensions, mechanisms ?? AuthMechanisms.All), steps) { Rules = answers };
        }
        catch (Exception e) when (e is FormatException or OverflowException or ArgumentException)
        {
            throw new TranscriptException(path, number, e.Message);
        }
    }

    // Whatever a server says beyond the last line of a client would be overlooked.
    private static void RequireClose(IReadOnlyList<TranscriptStep> steps)
    {
        if (steps is not [.., CloseStep])
        {
            throw new FormatException("a transcript ends with CLOSE");
        }

        var (client, open) = (1, new SortedSet<int> { 1 });
        foreach (var step in steps)
        {
            switch (step)
            {
                case ClientStep other:
                    client = other.Client;
                    open.Add(client);
                    break;
                case CloseStep:
                    open.Remove(client);
                    break;
            }
        }

        if (open.Count > 0)
        {
            throw new FormatException($"a transcript ends each client's connection with CLOSE; client {open.Min} has none");
        }
    }

    private static TranscriptStep ParseStep(string path, int number, string line)
    {
        var space = line.IndexOf(' ', StringComparison.Ordinal);
        var word = space < 0 ? line : line[..space];
        var rest = space < 0 ? string.Empty : line[(space + 1)..];
        return word switch
        {
            "C:" => new SendStep(number, Encoding.UTF8.GetBytes(rest + "\r\n")),
            "C!" => new SendStep(number, QuotedBytes.Parse(rest)),
            "S:" => new ExpectStep(number, rest, IsPattern: false),
            "S!" => new ExpectOctetsStep(number, rest),
            "S~" => new ExpectStep(number, rest, IsPattern: true),
            "CLIENT" when int.TryParse(rest, NumberStyles.None, CultureInfo.InvariantCulture, out var client) && client > 0 => new ClientStep(number, client),
            "TLS" when rest.Length == 0 => new TlsStep(number),
            "FIN" when rest.Length == 0 => new EndStep(number),
            "TIME" when rest.StartsWith('+') => new TimeStep(number, TimeText.Parse(rest[1..])),
            "POLICY" => new PolicyStep(number, PolicyFile(path, rest)),
            "CLOSE" when rest.Length > 0 => new CloseStep(number, rest),
            _ => throw new FormatException($"no such line: {line}"),
        };
    }

    private static string PolicyFile(string path, string name)
    {
        var file = Path.Combine(Path.GetDirectoryName(path) ?? string.Empty, "policies", name);
        return File.Exists(file) ? file : throw new FormatException($"no policy file {name}");
    }
}
