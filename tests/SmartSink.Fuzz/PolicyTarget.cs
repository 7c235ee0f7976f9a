using System.Net;
using System.Text;
using SmartSink.Policy;
using SmartSink.Smtp;
using SmartSink.Smtp.Replies;
using SmartSink.Testing;

namespace SmartSink.Fuzz;

/// <summary>
/// Octets as a policy's main file: read without an exception, to a snapshot whose every reply is whole, or to at least one error; all
/// that is told has a line, a column and a message of one line.
/// </summary>
internal static class PolicyTarget
{
    private const int MaxEntries = 50;

    private static readonly string[] LocalParts = ["someone", "tempfail", "permfail", "421-x", "fail3-x", "drop-x+data", "delay-5s-x", "bounce"];

    public static void Run(byte[] input)
    {
        using var folder = new TemporaryFolder();
        var file = folder.Combine("responses.toml");
        File.WriteAllBytes(file, input);
        var result = PolicyLoader.Load(file);
        foreach (var diagnostic in result.Diagnostics)
        {
            Check(diagnostic is { Line: >= 1, Column: >= 1, Message.Length: > 0 } && !diagnostic.Message.Any(char.IsControl), $"a diagnostic without its place or text: {diagnostic}");
        }

        Check(result.Diagnostics.Any(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error) == result.Snapshot is null, "errors and a snapshot, or neither");
        if (result.Snapshot is { } policy)
        {
            Ask(policy);
        }
    }

    private static void Ask(PolicySnapshot policy)
    {
        var output = new ReplyBuffer();
        Check(!policy.Explain("someone@example.com").ToText().Contains('\r', StringComparison.Ordinal), "an explanation that is not of lines");
        for (var entry = 0; entry < Math.Min(policy.EntryCount, MaxEntries); entry++)
        {
            var domain = Encoding.ASCII.GetBytes(policy.EntryName(entry).Replace("*", "sub", StringComparison.Ordinal));
            foreach (var localPart in LocalParts)
            {
                var facts = new SessionFacts
                {
                    Stage = Stage.Rcpt,
                    ClientAddress = IPAddress.Loopback,
                    Recipient = [.. Encoding.ASCII.GetBytes(localPart), (byte)'@', .. domain],
                    LocalPart = Encoding.ASCII.GetBytes(localPart),
                    Domain = domain,
                };
                if (policy.Answer(facts).Reply is { } reply)
                {
                    reply.WriteTo(output, facts);
                    Check(ReplyStream.Count(output.Pending) == 1, $"a reply that is not one: {reply.Code}");
                    output.Clear();
                }
            }
        }
    }

    private static void Check(bool holds, string fault)
    {
        if (!holds)
        {
            throw new InvalidOperationException(fault);
        }
    }
}
