namespace SmartSink.Shared;

/// <summary>Guesses what a misspelt word was meant to be.</summary>
internal static class Suggestion
{
    private const int MostSlips = 3;

    /// <summary>The half sentence <c>, did you mean "…"?</c> when a known word is near, else nothing.</summary>
    public static string Of(string word, IEnumerable<string> known) => Nearest(word, known) is { } near ? $", did you mean \"{near}\"?" : string.Empty;

    /// <summary>The known word from which the given one is the fewest slips away, at most a third of its letters and three; null when there is none.</summary>
    public static string? Nearest(string word, IEnumerable<string> known)
    {
        var best = known
            .Where(candidate => Math.Abs(candidate.Length - word.Length) <= MostSlips)
            .Select(candidate => (Word: candidate, Slips: Slips(word, candidate)))
            .Where(candidate => candidate.Slips <= Math.Clamp(candidate.Word.Length / 3, 1, MostSlips))
            .OrderBy(candidate => candidate.Slips)
            .FirstOrDefault();
        return best.Word;
    }

    /// <summary>How many letters must be inserted, removed, replaced or swapped with their neighbour to make one word of the other, without case.</summary>
    public static int Slips(string first, string second)
    {
        var slips = new int[first.Length + 1, second.Length + 1];
        for (var i = 0; i <= first.Length; i++)
        {
            for (var j = 0; j <= second.Length; j++)
            {
                slips[i, j] = (i, j) switch
                {
                    (0, _) => j,
                    (_, 0) => i,
                    _ => Math.Min(Math.Min(slips[i - 1, j], slips[i, j - 1]) + 1, slips[i - 1, j - 1] + (Same(first[i - 1], second[j - 1]) ? 0 : 1)),
                };
                if (i > 1 && j > 1 && Same(first[i - 1], second[j - 2]) && Same(first[i - 2], second[j - 1]))
                {
                    slips[i, j] = Math.Min(slips[i, j], slips[i - 2, j - 2] + 1);
                }
            }
        }

        return slips[first.Length, second.Length];
    }

    private static bool Same(char first, char second) => char.ToUpperInvariant(first) == char.ToUpperInvariant(second);
}
