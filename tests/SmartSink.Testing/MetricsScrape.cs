using System.Globalization;

namespace SmartSink.Testing;

/// <summary>One reading of /metrics: samples by name and labels.</summary>
public sealed class MetricsScrape
{
    private readonly List<Sample> _samples = [];

    /// <summary>Reads the Prometheus text format (comments are passed over).</summary>
    /// <exception cref="FormatException">A line is not a sample.</exception>
    public MetricsScrape(string text)
    {
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line[0] != '#'))
        {
            _samples.Add(Parse(line));
        }
    }

    /// <summary>Fetches and reads a page.</summary>
    public static async Task<MetricsScrape> FetchAsync(Uri metrics)
    {
        using var client = new HttpClient();
        return await FetchAsync(metrics, client);
    }

    /// <summary>Fetches a page by a client and reads it.</summary>
    public static async Task<MetricsScrape> FetchAsync(Uri metrics, HttpClient client) => new(await client.GetStringAsync(metrics));

    /// <summary>The sum over all samples of a name that carry the given labels (<c>("outcome", "accepted")</c>); 0 when there is none.</summary>
    public double Sum(string name, params ReadOnlySpan<(string Key, string Value)> labels)
    {
        var sum = 0.0;
        foreach (var sample in _samples.Where(sample => sample.Name == name))
        {
            var matches = true;
            foreach (var (key, value) in labels)
            {
                matches &= sample.Labels.TryGetValue(key, out var actual) && actual == value;
            }

            sum += matches ? sample.Value : 0;
        }

        return sum;
    }

    /// <summary>Whether there is a sample of that name.</summary>
    public bool Has(string name) => _samples.Exists(sample => sample.Name == name);

    /// <summary>A label's value in the first sample of a name.</summary>
    public string? Label(string name, string key) =>
        _samples.FirstOrDefault(sample => sample.Name == name)?.Labels.GetValueOrDefault(key);

    private static Sample Parse(string line)
    {
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        var open = line.IndexOf('{');
        var nameEnd = open >= 0 ? open : line.IndexOf(' ');
        var rest = nameEnd;
        if (open >= 0)
        {
            rest = open + 1;
            while (line[rest] != '}')
            {
                var equals = line.IndexOf('=', rest);
                var key = line[rest..equals];
                var value = new System.Text.StringBuilder();
                rest = equals + 2;
                for (; line[rest] != '"'; rest++)
                {
                    value.Append(line[rest] == '\\' ? line[++rest] == 'n' ? '\n' : line[rest] : line[rest]);
                }

                labels.Add(key, value.ToString());
                rest += line[rest + 1] == ',' ? 2 : 1;
            }

            rest++;
        }

        var number = line[rest..].Trim().Split(' ')[0];
        var parsed = number switch
        {
            "+Inf" => double.PositiveInfinity,
            "-Inf" => double.NegativeInfinity,
            _ => double.Parse(number, CultureInfo.InvariantCulture),
        };
        return new Sample(line[..nameEnd], labels, parsed);
    }

    private sealed record Sample(string Name, Dictionary<string, string> Labels, double Value);
}
