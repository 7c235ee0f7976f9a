namespace SmartSink.UnicodeTables;

/// <summary>Selects from the files of cases that Unicode publishes: their head, some cases of each kind, and of the rest every so many.</summary>
internal static class Corpus
{
    private const int OfEachKind = 2;

    public static void Select(string source, string target, Func<string, string> kindOf, int every)
    {
        var seen = new Dictionary<string, int>();
        var number = 0;
        var lines = File.ReadLines(source).Where(line => line.Length > 0).ToList();
        var head = lines.TakeWhile(line => line[0] == '#').TakeWhile(line => !line.StartsWith("# FORMAT", StringComparison.Ordinal)).ToList();
        var cases = lines.Where(line => line[0] is not ('#' or '@')).Where(line =>
        {
            var kind = kindOf(line);
            seen[kind] = seen.GetValueOrDefault(kind) + 1;
            return seen[kind] <= OfEachKind || ++number % every == 0;
        });
        File.WriteAllLines(target, [.. head, "# A selection of its cases.", .. cases.Select(line => line.Split('#')[0].TrimEnd())]);
    }
}
