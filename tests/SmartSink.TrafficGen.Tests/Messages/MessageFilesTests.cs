using System.Text;
using FsCheck;
using FsCheck.Fluent;
using SmartSink.Testing;
using SmartSink.TrafficGen.Messages;

namespace SmartSink.TrafficGen.Tests.Messages;

public sealed class MessageFilesTests : IDisposable
{
    private static readonly Gen<string> Lines = Gen.Elements("From x", ">From y", ">>From z", "From", ">", ".", string.Empty, "text", "Fromage");

    // A message begins with a header, so that its first line is no separator.
    private static readonly Gen<string[]> Messages = Lines.ArrayOf().Select(lines => (string[])["Subject: x", .. lines]);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("From x\nSubject: a\n\none\n\nFrom y\nSubject: b\n\ntwo\n", "Subject: a\n\none\n|Subject: b\n\ntwo\n")]
    [InlineData("From x\nSubject: a\n\none\nFrom y\n", "Subject: a\n\none\nFrom y\n")]
    [InlineData("From x\nSubject: a\n\none\n\n\n", "Subject: a\n\none\n\n")]
    [InlineData("From x\r\nSubject: a\r\n\r\none\r\n\r\nFrom y\r\nSubject: b\r\n\r\n>From\r\n", "Subject: a\r\n\r\none\r\n|Subject: b\r\n\r\n>From\r\n")]
    [InlineData("From x\nSubject: a\n\n>From me\n>>From you\n> From\n", "Subject: a\n\nFrom me\n>From you\n> From\n")]
    [InlineData("From x\nSubject: a", "Subject: a")]
    [InlineData("From x\n\nFrom y\nSubject: b\n", "Subject: b\n")]
    [InlineData("From x", "")]
    [InlineData("Subject: a\n\n>From me\n\nFrom you\n", "Subject: a\n\n>From me\n\nFrom you\n")]
    [InlineData("", "")]
    public void An_mbox_is_split(string mbox, string messages) => string.Join('|', Read(mbox, split: true)).ShouldBe(messages);

    [Fact]
    public void A_file_that_is_one_message_stays_whole() =>
        Read("From x\nSubject: a\n\n>From me\n\nFrom you\n", split: false).ShouldBe(["From x\nSubject: a\n\n>From me\n\nFrom you\n"]);

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    public void Any_messages_come_back_out_of_an_mbox(string lineEnd) =>
        Prop.ForAll(Arb.From(Messages.ArrayOf()), messages =>
        {
            var mbox = string.Concat(messages.Select(lines => "From a@b Fri Jan  2 03:04:05 2026" + lineEnd + string.Concat(lines.Select(line => Quote(line) + lineEnd)) + lineEnd));
            return Read(mbox, split: true).SequenceEqual(messages.Select(lines => string.Concat(lines.Select(line => line + lineEnd))));
        }).QuickCheckThrowOnFailure(500);

    private static string Quote(string line) => line.TrimStart('>').StartsWith("From ", StringComparison.Ordinal) ? ">" + line : line;

    private List<string> Read(string text, bool split) =>
        [.. MessageFiles.Read(_folder.Write("file", text), split).Select(Encoding.UTF8.GetString)];
}
