using System.Globalization;
using SmartSink.Testing;

namespace SmartSink.EndToEnd.Tests.Behaviour;

/// <summary>
/// The tables of docs/behaviour.md, of which each row is compared with what its test saw. <c>SMARTSINK_WRITE_BEHAVIOUR=1</c> writes the rows anew.
/// </summary>
internal static class BehaviourPage
{
    private static readonly string Path = RepositoryRoot.Combine("docs", "behaviour.md");
    private static readonly Lock Writing = new();

    /// <summary>Compares a row, all but the version and the times, which are others each time.</summary>
    public static void ShouldHave(RetryRow row) => ShouldHave(
        line => line.StartsWith($"| {row.Mta} |", StringComparison.Ordinal) && line.Contains($"| {row.Obstacle} |", StringComparison.Ordinal),
        row.ToString(),
        $"| {row.Messages} |");

    /// <summary>Looks for a row with rates to one provider, in messages a second, without and with the outage of another one: both are others each time.</summary>
    public static void ShouldHave(string sender, int messages, double before, double during)
    {
        var row = string.Create(CultureInfo.InvariantCulture, $"| {sender} | {messages:N0} | {before:N0} | {during:N0} |");
        TestContext.Current.TestOutputHelper?.WriteLine(row);
        ShouldHave(line => line.StartsWith($"| {sender} | {messages.ToString("N0", CultureInfo.InvariantCulture)} |", StringComparison.Ordinal), row, sender);
    }

    private static void ShouldHave(Predicate<string> isIt, string row, string fixedPart)
    {
        lock (Writing)
        {
            var lines = File.ReadAllLines(Path);
            var at = Array.FindIndex(lines, isIt);
            at.ShouldBeGreaterThanOrEqualTo(0, $"the page has no row for: {row}");
            if (Environment.GetEnvironmentVariable("SMARTSINK_WRITE_BEHAVIOUR") == "1")
            {
                lines[at] = row;
                File.WriteAllText(Path, string.Join('\n', lines) + "\n");
            }

            lines[at].ShouldContain(fixedPart, customMessage: "CONTRIBUTING.md says how to write the page anew");
        }
    }
}

/// <summary>What became of an MTA's messages.</summary>
/// <param name="Mta">Its name.</param>
/// <param name="Version">The version tried.</param>
/// <param name="Obstacle">What they met with.</param>
/// <param name="Messages">How many there were, and how often each was delivered.</param>
/// <param name="AtSink">The tries of the last one, in minutes after the first one.</param>
/// <param name="InLog">The same from the MTA's own log.</param>
internal sealed record RetryRow(string Mta, string Version, string Obstacle, string Messages, string AtSink, string InLog)
{
    public override string ToString() => $"| {string.Join(" | ", Mta, Version, Obstacle, Messages, AtSink, InLog)} |";
}
