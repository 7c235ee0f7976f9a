using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace SmartSink.Telemetry.Exposition;

/// <summary>Writes families and samples as text, in either format; the whole page goes straight into the reader's pipe.</summary>
internal sealed class ExpositionWriter(IBufferWriter<byte> output, ExpositionFormat format)
{
    private const int LongestNumber = 32;
    private MetricFamily? _family;

    /// <summary>Writes one sample; the first of a family brings the family's metadata with it.</summary>
    public void WriteSample(MetricFamily family, double value, ReadOnlySpan<KeyValuePair<string, object?>> labels)
    {
        BeginSample(family, labels);
        WriteNumber(value);
        Write("\n"u8);
    }

    /// <summary>The same for a whole number.</summary>
    public void WriteSample(MetricFamily family, long value, ReadOnlySpan<KeyValuePair<string, object?>> labels)
    {
        BeginSample(family, labels);
        WriteNumber(value);
        Write("\n"u8);
    }

    /// <summary>Writes a histogram: its buckets, each with all below it, then sum and count.</summary>
    public void WriteHistogram(MetricFamily family, HistogramAggregate histogram)
    {
        WriteMetadata(family);
        var count = 0L;
        for (var bucket = 0; bucket <= histogram.Bounds.Count; bucket++)
        {
            count += histogram.InBucket(bucket);
            Write(family.SampleName);
            Write("_bucket{le=\""u8);
            WriteBound(bucket < histogram.Bounds.Count ? histogram.Bounds[bucket] : double.PositiveInfinity);
            Write("\"} "u8);
            WriteNumber(count);
            Write("\n"u8);
        }

        Write(family.SampleName);
        Write("_sum "u8);
        WriteNumber(histogram.Sum);
        Write("\n"u8);
        Write(family.SampleName);
        Write("_count "u8);
        WriteNumber(count);
        Write("\n"u8);
    }

    /// <summary>Writes what ends a page.</summary>
    public void End()
    {
        if (format == ExpositionFormat.OpenMetrics)
        {
            Write("# EOF\n"u8);
        }
    }

    private void BeginSample(MetricFamily family, ReadOnlySpan<KeyValuePair<string, object?>> labels)
    {
        if (!ReferenceEquals(family, _family))
        {
            WriteMetadata(family);
            _family = family;
        }

        Write(family.SampleName);
        var separator = "{"u8;
        foreach (var (name, value) in labels)
        {
            Write(separator);
            Write(name);
            Write("=\""u8);
            WriteEscaped(value?.ToString() ?? string.Empty, quotes: true);
            Write("\""u8);
            separator = ","u8;
        }

        Write(labels.IsEmpty ? " "u8 : "} "u8);
    }

    private void WriteMetadata(MetricFamily family)
    {
        var name = family.NameIn(format);
        Write("# HELP "u8);
        Write(name);
        Write(" "u8);
        WriteEscaped(family.Help, quotes: format == ExpositionFormat.OpenMetrics);
        Write("\n# TYPE "u8);
        Write(name);
        Write(" "u8);
        Write(family.TypeIn(format));
        Write("\n"u8);
        if (family.Unit is not null && format == ExpositionFormat.OpenMetrics)
        {
            Write("# UNIT "u8);
            Write(name);
            Write(" "u8);
            Write(family.Unit);
            Write("\n"u8);
        }
    }

    private void WriteEscaped(string text, bool quotes)
    {
        if (text.AsSpan().IndexOfAny('\\', '\n', '"') >= 0)
        {
            text = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
            text = quotes ? text.Replace("\"", "\\\"", StringComparison.Ordinal) : text;
        }

        Write(text);
    }

    // OpenMetrics writes a bound as a floating-point number even when it is whole.
    private void WriteBound(double bound)
    {
        WriteNumber(bound);
        if (format == ExpositionFormat.OpenMetrics && double.IsInteger(bound) && bound < 1e15)
        {
            Write(".0"u8);
        }
    }

    private void WriteNumber(double value)
    {
        if (double.IsFinite(value))
        {
            value.TryFormat(output.GetSpan(LongestNumber), out var written, default, CultureInfo.InvariantCulture);
            output.Advance(written);
        }
        else
        {
            Write(double.IsNaN(value) ? "NaN"u8 : value > 0 ? "+Inf"u8 : "-Inf"u8);
        }
    }

    private void WriteNumber(long value)
    {
        Utf8Formatter.TryFormat(value, output.GetSpan(LongestNumber), out var written);
        output.Advance(written);
    }

    private void Write(ReadOnlySpan<byte> bytes) => output.Write(bytes);

    private void Write(string text) => Encoding.UTF8.GetBytes(text, output);
}
