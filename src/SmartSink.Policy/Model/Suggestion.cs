namespace SmartSink.Policy.Model;

internal static class Suggestion
{
    private const int LongestWord = 32;

    public static string Of(string word, IEnumerable<string> known)
    {
        if (word.Length > LongestWord)
        {
            return string.Empty;
        }

        var best = known
            .Select(candidate => (Word: candidate, Distance: Distance(word.ToLowerInvariant(), candidate)))
            .MinBy(candidate => candidate.Distance);
        return best.Word is not null && best.Distance <= Math.Max(1, best.Word.Length / 3) ? $", did you mean \"{best.Word}\"?" : string.Empty;
    }

    /// <summary>How many letters must be inserted, removed, replaced or swapped with their neighbour to make one word of the other.</summary>
    private static int Distance(string a, string b)
    {
        var rows = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            rows[i, 0] = i;
        }

        for (var j = 0; j <= b.Length; j++)
        {
            rows[0, j] = j;
        }

        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var replaced = rows[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                rows[i, j] = Math.Min(replaced, Math.Min(rows[i - 1, j], rows[i, j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    rows[i, j] = Math.Min(rows[i, j], rows[i - 2, j - 2] + 1);
                }
            }
        }

        return rows[a.Length, b.Length];
    }
}
