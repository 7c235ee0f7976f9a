using SmartSink.Testing;

namespace SmartSink.EndToEnd.Tests.Compatibility;

/// <summary>
/// The table of docs/compatibility.md, of which each row is compared with what its test saw. <c>SMARTSINK_WRITE_COMPATIBILITY=1</c> writes
/// the rows anew.
/// </summary>
internal static class CompatibilityPage
{
    private static readonly string Path = RepositoryRoot.Combine("docs", "compatibility.md");
    private static readonly Lock Writing = new();

    /// <summary>The names in the table, in their order.</summary>
    public static IEnumerable<string> Names => File.ReadLines(Path).Where(line => line.StartsWith("| ", StringComparison.Ordinal)).Skip(1).Select(line => line.Split(" | ")[0].TrimStart('|', ' '));

    /// <summary>Compares a row, all but the version: a program's next one need not act otherwise.</summary>
    public static void ShouldHave(ClientRow row)
    {
        lock (Writing)
        {
            var lines = File.ReadAllLines(Path);
            var at = Array.FindIndex(lines, line => line.StartsWith($"| {row.Client} |", StringComparison.Ordinal));
            if (Environment.GetEnvironmentVariable("SMARTSINK_WRITE_COMPATIBILITY") == "1")
            {
                at.ShouldBeGreaterThanOrEqualTo(0, $"the page has no row to be filled for {row.Client}");
                lines[at] = row.ToString();
                File.WriteAllText(Path, string.Join('\n', lines) + "\n");
            }

            var written = at < 0 ? "no row" : lines[at];
            WithoutVersion(row.ToString()).ShouldBe(WithoutVersion(written), "CONTRIBUTING.md says how to write the page anew");
        }
    }

    private static string WithoutVersion(string row) => string.Join(" | ", row.Split(" | ").Where((_, column) => column != 1));
}

/// <summary>What was seen of one client.</summary>
/// <param name="Client">Its name.</param>
/// <param name="Version">The version tried.</param>
/// <param name="Tried">As what it was tried.</param>
/// <param name="Tempfail">What it makes of 4xx at RCPT.</param>
/// <param name="Permfail">What it makes of 5xx at RCPT.</param>
/// <param name="Lines">How much of a reply in three lines its user gets to see.</param>
/// <param name="Greeting">What it makes of 421 in place of the greeting.</param>
/// <param name="Closing">What it makes of 421 to the end of data.</param>
/// <param name="Tls">What it makes of STARTTLS with a self-signed certificate.</param>
/// <param name="Body">The command that it sends a message by.</param>
/// <param name="Dsn">The parameters of DSN that it passes on.</param>
/// <param name="LongSender">What it makes of a sender with a local part of more than 64 octets.</param>
internal sealed record ClientRow(
    string Client,
    string Version,
    string Tried,
    string Tempfail,
    string Permfail,
    string Lines,
    string Greeting,
    string Closing,
    string Tls,
    string Body,
    string Dsn,
    string LongSender)
{
    public override string ToString() =>
        $"| {string.Join(" | ", Client, Version, Tried, Tempfail, Permfail, Lines, Greeting, Closing, Tls, Body, Dsn, LongSender)} |";
}
