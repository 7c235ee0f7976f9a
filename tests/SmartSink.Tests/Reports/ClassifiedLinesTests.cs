using System.Text;
using FsCheck;
using FsCheck.Fluent;
using SmartSink.Ledger.Facts;
using SmartSink.Ledger.Rules;
using SmartSink.Reports;

namespace SmartSink.Tests.Reports;

public sealed class ClassifiedLinesTests
{
    private readonly MailHash _hash = new();

    [Fact]
    public void Each_line_names_a_recipient_its_class_and_perhaps_the_sender()
    {
        var read = Read("\uFEFF{\"recipient\": \"Joe@Gmail.com\", \"class\": \"InvalidRecipient\", \"sender\": \"me+r1/7@here.example\", \"more\": [1]}\r\n\n"
            + "{\"recipient\": \" <joe@gmail.com> \", \"class\": 10, \"sender\": null}\n{\"recipient\": \"joe@gmail.com\", \"class\": \"hard\", \"sender\": \"<>\"}");

        read.Problems.ShouldBeEmpty();
        var recipient = _hash.Of("joe@gmail.com"u8);
        read.Recipients.ShouldBe(
        [
            new ClassifiedRecipient(_hash.Of("me+r1/7@here.example"u8, "joe@gmail.com"u8), recipient, "InvalidRecipient"),
            new ClassifiedRecipient(0, recipient, "10"),
            new ClassifiedRecipient(_hash.Of(""u8, "joe@gmail.com"u8), recipient, "hard"),
        ]);
    }

    [Fact]
    public void A_line_that_is_none_is_told_by_its_number()
    {
        var read = Read("recipient,class\n{\"recipient\": \"a@x\", \"class\": \"hard\"}\n[]\n{\"class\": \"hard\"}\n{\"recipient\": 7, \"class\": \"hard\"}\n{\"recipient\": \"<>\", \"class\": \"hard\"}\n"
            + "{\"recipient\": \"a@x\"}\n{\"recipient\": \"a@x\", \"class\": \"\"}\n{\"recipient\": \"a@x\", \"class\": \"hard\", \"sender\": 5}\n{\"recipient\": \"\\ud800\", \"class\": \"hard\"}\n");

        read.Recipients.Count.ShouldBe(1);
        read.Problems.ShouldBe(
        [
            "line 1: not JSON",
            "line 3: not an object such as {\"recipient\": \"x@gmail.com\", \"class\": \"unknown_user\"}",
            "line 4: recipient is missing or not a string",
            "line 5: recipient is missing or not a string",
            "line 6: recipient is missing or not a string",
            "line 7: class is missing, or neither a string of at most 200 characters nor a number",
            "line 8: class is missing, or neither a string of at most 200 characters nor a number",
            "line 9: sender is not a string",
            "line 10: a string in it is not Unicode",
        ]);
    }

    [Fact]
    public void Of_many_wrong_lines_twenty_are_told()
    {
        var read = Read(string.Concat(Enumerable.Repeat("x\n", 1_234)));

        read.Problems.Count.ShouldBe(ClassifiedLines.MostProblems + 1);
        (read.Problems[19], read.Problems[20]).ShouldBe(("line 20: not JSON", "1,214 more lines are wrong"));
    }

    [Fact]
    public void Any_text_gives_recipients_or_problems()
    {
        string[] pieces = ["{", "}", "\"recipient\"", ":", "\"class\"", ",", "\"a@x\"", "\"hard\"", "\n", "7", "null", "\"sender\"", "[", "]", "\\", "\"\\ud800\"", " "];
        Prop.ForAll(Gen.Choose(0, pieces.Length - 1).ArrayOf().ToArbitrary(), chosen => Check(Encoding.UTF8.GetBytes(string.Concat(chosen.Select(piece => pieces[piece]))))).QuickCheckThrowOnFailure();
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), Check).QuickCheckThrowOnFailure();

        void Check(byte[] text)
        {
            var lines = Encoding.Latin1.GetString(text).Split('\n').Count(line => line.Trim(' ', '\t', '\r').Length > 0);
            var read = ClassifiedLines.Read(text, _hash);
            (read.Recipients.Count + Math.Min(read.Problems.Count, ClassifiedLines.MostProblems)).ShouldBeLessThanOrEqualTo(lines);
            (read.Recipients.Count + read.Problems.Count > 0).ShouldBe(lines > 0);
        }
    }

    private ClassifiedLines Read(string text) => ClassifiedLines.Read(Encoding.UTF8.GetBytes(text), _hash);
}
