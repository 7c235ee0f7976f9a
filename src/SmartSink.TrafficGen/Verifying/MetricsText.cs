using System.Globalization;
using System.Text;

namespace SmartSink.TrafficGen.Verifying;

/// <summary>Reads the samples of one metric from the Prometheus text format.</summary>
internal static class MetricsText
{
    /// <summary>All samples of that name, in the text's order; other names and comments are passed over.</summary>
    /// <exception cref="FormatException">A sample of that name is broken.</exception>
    public static IReadOnlyList<MetricsSample> Read(string text, string name)
    {
        var samples = new List<MetricsSample>();
        foreach (var line in text.Split('\n'))
        {
            if (line.StartsWith(name, StringComparison.Ordinal) && line.Length > name.Length && line[name.Length] is '{' or ' ')
            {
                samples.Add(Sample(line, name.Length));
            }
        }

        return samples;
    }

    private static MetricsSample Sample(string line, int at)
    {
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        if (line[at] == '{')
        {
            at++;
            while (Next(line, at) != '}')
            {
                at = Label(line, at, labels);
            }

            at++;
        }

        var number = line[at..].Trim().Split(' ')[0];
        return double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value)
            ? new MetricsSample(labels, value)
            : throw Broken(line);
    }

    /// <summary>Takes <c>name="value"</c> and the comma behind it.</summary>
    private static int Label(string line, int at, Dictionary<string, string> labels)
    {
        var equals = line.IndexOf('=', at);
        if (equals < 0 || Next(line, equals + 1) != '"')
        {
            throw Broken(line);
        }

        var value = new StringBuilder();
        var end = equals + 2;
        for (; Next(line, end) != '"'; end++)
        {
            value.Append(line[end] != '\\' ? line[end] : Next(line, ++end) == 'n' ? '\n' : line[end]);
        }

        labels[line[at..equals]] = value.ToString();
        return Next(line, end + 1) == ',' ? end + 2 : end + 1;
    }

    private static char Next(string line, int at) => at < line.Length ? line[at] : throw Broken(line);

    private static FormatException Broken(string line) => new($"not a sample in Prometheus text format: {line}");
}

internal sealed record MetricsSample(IReadOnlyDictionary<string, string> Labels, double Value);
