using System.Diagnostics.CodeAnalysis;

namespace SmartSink.TrafficGen.Options;

/// <summary>How sizes spread: <c>2kb:60,20kb:30,1mb:10</c> by weight, or <c>lognormal:20kb:1.2</c> by median and sigma.</summary>
internal static class SizeDistributionText
{
    public const string Expected = "a list of SIZE:WEIGHT such as 2kb:60,20kb:30,1mb:10, or lognormal:MEDIAN:SIGMA such as lognormal:20kb:1.2 (sigma at most 5)";

    private const double LargestSigma = 5;

    public static bool TryParse(string text, [NotNullWhen(true)] out SizeDistribution? value)
    {
        value = text.Split(':') is ["lognormal", var median, var sigma] ? Lognormal(median, sigma) : Weighted(text);
        return value is not null;
    }

    private static SizeDistribution? Lognormal(string median, string sigma) =>
        PlainText.TryParseSize(median, out var middle) && middle > 0 && PlainText.TryParseNumber(sigma, out var spread) && spread is > 0 and <= LargestSigma
            ? new SizeDistribution { Median = middle, Sigma = spread }
            : null;

    private static SizeDistribution? Weighted(string text)
    {
        var sizes = new List<WeightedSize>();
        foreach (var part in text.Split(','))
        {
            var colon = part.IndexOf(':');
            var weight = 1.0;
            if (!PlainText.TryParseSize(colon < 0 ? part : part[..colon], out var size)
                || (colon >= 0 && !PlainText.TryParseNumber(part.AsSpan(colon + 1), out weight)))
            {
                return null;
            }

            sizes.Add(new WeightedSize(size, weight));
        }

        return sizes.Exists(size => size.Weight > 0) ? new SizeDistribution { Sizes = sizes } : null;
    }
}
