using System.Text;
using System.Text.Json;
using SmartSink.PeerBenchmarks.Measuring;
using SmartSink.PeerBenchmarks.Reporting;
using SmartSink.PeerBenchmarks.Throughput;

namespace SmartSink.EndToEnd.Tests.PeerBenchmarks;

/// <summary>What the instrument writes of figures.</summary>
public sealed class ReportTableTests
{
    [Theory]
    [InlineData(0, "0.00", "0")]
    [InlineData(12.34, "12.3", "12.34")]
    [InlineData(1234.5, "1,234", "1234.5")]
    [InlineData(double.NaN, "–", "null")]
    [InlineData(double.PositiveInfinity, "–", "null")]
    public void A_figure_is_rounded_for_readers_and_whole_for_programs_and_none_where_there_is_none(double figure, string shown, string written)
    {
        var table = new ReportTable("rows", ["sink", "ratio"]);
        table.Add("floor", figure);
        var text = new StringBuilder();
        table.AppendTo(text);

        text.ToString().ShouldContain($"| floor | {shown} |");
        JsonSerializer.Serialize(table.Rows).ShouldBe($$"""[{"sink":"floor","ratio":{{written}}}]""");
    }

    [Theory]
    [InlineData(0.9, "≤ 1: met", "met in every round")]
    [InlineData(1.5, "≤ 1: missed by 50 %", "missed by 0.50")]
    [InlineData(double.NaN, "≤ 1: too little to tell", "too little to tell")]
    public void A_mark_is_met_or_missed_or_there_was_too_little_to_tell(double figure, string beside, string verdict)
    {
        Mark.AtMost(1, figure).ShouldBe(beside);
        ThroughputMark.Verdict(1, new Ratio(figure, figure, figure)).ShouldBe(verdict);
    }
}
