using System.Text;
using FsCheck;
using FsCheck.Fluent;
using SmartSink.TrafficGen.Messages;

namespace SmartSink.TrafficGen.Tests.Messages;

public sealed class LineEndsTests
{
    /// <summary>Texts that are hardly more than line ends and dots.</summary>
    internal static Gen<byte[]> Texts { get; } =
        Gen.Frequency(
            (6, Gen.Elements((byte)'\r', (byte)'\n', (byte)'.')),
            (2, Gen.Elements((byte)'a', (byte)0, (byte)255))).ArrayOf();

    [Theory]
    [InlineData("", "")]
    [InlineData("a", "a\r\n")]
    [InlineData("a\n", "a\r\n")]
    [InlineData("a\rb", "a\r\nb\r\n")]
    [InlineData("a\r\nb\r\n", "a\r\nb\r\n")]
    [InlineData("\n\r", "\r\n\r\n")]
    [InlineData("\r\r\n\n", "\r\n\r\n\r\n")]
    public void Every_line_ends_with_CRLF(string text, string lines) =>
        Encoding.ASCII.GetString(LineEnds.ToCrLf(Encoding.ASCII.GetBytes(text))).ShouldBe(lines);

    [Fact]
    public void Nothing_but_line_ends_changes_in_any_text() =>
        Prop.ForAll(Arb.From(Texts), text =>
        {
            var lines = Encoding.Latin1.GetString(LineEnds.ToCrLf(text));
            var expected = Encoding.Latin1.GetString(text).Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
            expected += expected.Length == 0 || expected.EndsWith('\n') ? string.Empty : "\n";
            return lines == expected.Replace("\n", "\r\n", StringComparison.Ordinal);
        }).QuickCheckThrowOnFailure(5_000);

    [Fact]
    public void What_is_right_stays_as_it_is() =>
        Prop.ForAll(Arb.From(Texts), text =>
        {
            var lines = LineEnds.ToCrLf(text);
            return LineEnds.ToCrLf(lines).AsSpan().SequenceEqual(lines);
        }).QuickCheckThrowOnFailure(5_000);
}
