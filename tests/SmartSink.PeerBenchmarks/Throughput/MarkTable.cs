using SmartSink.PeerBenchmarks.Measuring;
using SmartSink.PeerBenchmarks.Reporting;

namespace SmartSink.PeerBenchmarks.Throughput;

/// <summary>A report's table of what measured ratios make of the marks.</summary>
/// <param name="report">The report, to which the table is added.</param>
/// <param name="rows">What JSON calls its rows.</param>
internal sealed class MarkTable(Report report, string rows)
{
    private readonly ReportTable _table = report.AddTable(rows, "case", "SmartSink ÷", "mark", "median", "lowest", "highest", "verdict");

    /// <summary>Adds a row, if there is a mark for the case beside that sink.</summary>
    public void Add(ThroughputCase load, string sink, Ratio ratio)
    {
        if (ThroughputMark.Of(load, sink) is { } mark)
        {
            _table.Add(load.Name, sink, mark, ratio.Median, ratio.Lowest, ratio.Highest, ThroughputMark.Verdict(mark, ratio));
        }
    }
}
