using System.Text;
using FsCheck.Fluent;
using SmartSink.Testing;
using SmartSink.TrafficGen.Messages;
using SmartSink.TrafficGen.Options;

namespace SmartSink.TrafficGen.Tests.Messages;

public sealed class WholeMessageTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Any_text_comes_back_from_the_wire_and_has_the_size_it_says() =>
        Prop.ForAll(Arb.From(LineEndsTests.Texts.Where(text => text.Length > 0)), text =>
        {
            var message = Read(text, chunking: false);
            var lines = LineEnds.ToCrLf(text);
            return Wire.Message(message.Wire.Span) == Encoding.Latin1.GetString(lines) && message.Size == lines.Length && message.EightBit == text.Contains((byte)255);
        }).QuickCheckThrowOnFailure(500);

    [Fact]
    public void With_BDAT_the_lines_are_all_there_is() =>
        Prop.ForAll(Arb.From(LineEndsTests.Texts.Where(text => text.Length > 0)), text =>
        {
            var message = Read(text, chunking: true);
            return message.Wire.Span.SequenceEqual(LineEnds.ToCrLf(text)) && message.Size == message.Wire.Length;
        }).QuickCheckThrowOnFailure(500);

    [Fact]
    public void Without_a_file_there_is_none() => WholeMessage.Read(new TrafficOptions()).ShouldBeNull();

    [Fact]
    public void A_file_without_a_message_is_refused()
    {
        var file = _folder.Write("empty", string.Empty);

        Should.Throw<TrafficException>(() => WholeMessage.Read(new TrafficOptions { Replay = file })).Message.ShouldBe($"{file} contains no message");
        Should.Throw<TrafficException>(() => WholeMessage.Read(new TrafficOptions { BodyFile = file })).Message.ShouldBe($"{file} contains no message");
        Should.Throw<TrafficException>(() => WholeMessage.Read(new TrafficOptions { Replay = _folder.Combine("none") })).Message.ShouldStartWith(_folder.Combine("none: "));
    }

    private WholeMessage Read(byte[] text, bool chunking)
    {
        var file = _folder.Combine("message");
        File.WriteAllBytes(file, text);
        return WholeMessage.Read(new TrafficOptions { BodyFile = file, Chunking = chunking }).ShouldNotBeNull().ShouldHaveSingleItem();
    }
}
