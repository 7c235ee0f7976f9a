using System.Text;
using FsCheck;
using FsCheck.Fluent;
using MimeKit;
using SmartSink.TrafficGen.Messages;
using SmartSink.TrafficGen.Options;

namespace SmartSink.TrafficGen.Tests.Messages;

/// <summary>A reader of mail that is not of this project finds in every message what was meant.</summary>
public sealed class MimeKitTests
{
    private static readonly Gen<string> Word = Gen.Elements("a", "Z", "7", "é", "ß", "漢", "😀", "-", "'").NonEmptyListOf().Select(string.Concat);

    private static readonly Gen<string> Words = Word.NonEmptyListOf().Select(words => string.Join(' ', words));

    private static readonly Gen<string> Quoted = Gen.Elements("a", "é", "漢", " ", ".", ",", ";", ":", "(", ")", "@", "<", ">", "=", "\"", "\\").NonEmptyListOf().Select(string.Concat);

    private static readonly Gen<TrafficOptions> Options =
        from domains in Gen.Elements("a.example", "xn--bcher-kva.example", new string('l', 63) + ".example", "b").NonEmptyListOf()
        from suffix in Gen.Elements(null, "sink.test")
        from recipients in Gen.Choose(1, 40)
        from size in Gen.OneOf(Gen.Choose(0, 3), Gen.Choose(0, 3_000))
        from seed in Gen.Choose(0, int.MaxValue)
        from utf8 in Gen.Elements(false, true)
        from run in Gen.Elements("r", "nightly-7.b", new string('R', 64))
        from tempFail in Gen.Choose(0, 100)
        select new TrafficOptions
        {
            Domains = [.. domains.Select(domain => new WeightedDomain(domain, 1))],
            DomainSuffix = suffix,
            RecipientsPerMessage = recipients,
            BodySize = size,
            Seed = (ulong)seed,
            SmtpUtf8 = utf8,
            RunId = run,
            TempFailPercent = tempFail,
        };

    [Fact]
    public void A_generated_message_reads_as_meant() =>
        Prop.ForAll(Arb.From(Options), Arb.From(Gen.Choose(0, 1_000_000)), (options, number) =>
        {
            var (draft, bytes, message) = Make(options, number);

            message.From.Mailboxes.Select(Address).ShouldBe([Encoding.UTF8.GetString(draft.Envelope.Sender)]);
            message.To.Mailboxes.Select(Address).ShouldBe(Enumerable.Range(0, draft.Envelope.RecipientCount).Select(index => Encoding.UTF8.GetString(draft.Envelope.Recipient(index))));
            message.Subject.ShouldBe($"Message {number} of run {options.RunId}");
            (DateTimeOffset.UtcNow - message.Date).Duration().ShouldBeLessThan(TimeSpan.FromMinutes(5));
            message.MessageId.ShouldBe($"{options.RunId}.{number}@{Encoding.UTF8.GetString(draft.Envelope.Sender).Split('@')[1]}");
            message.Headers["X-SmartSink-Run"].ShouldBe($"{options.RunId}/{number}");
            message.MimeVersion.ShouldBe(new Version(1, 0));
            message.Headers.Select(header => header.Field).ShouldBeUnique();

            var text = message.Body.ShouldBeOfType<TextPart>();
            (text.ContentType.MimeType, text.ContentType.Charset).ShouldBe(("text/plain", options.SmtpUtf8 ? "utf-8" : "us-ascii"));
            var content = Content(text);
            Encoding.UTF8.GetString(bytes).Split("\r\n\r\n", 2)[1].ShouldBe(content);
            content.Length.ShouldBe(options.BodySize == 1 ? 2 : options.BodySize);
            draft.Envelope.Size.ShouldBe(bytes.Length);
            Encoding.Latin1.GetString(bytes).Split("\r\n").ShouldAllBe(line => line.Length <= 998);
        }).QuickCheckThrowOnFailure(200);

    [Fact]
    public void A_given_subject_is_read_back() =>
        Prop.ForAll(Arb.From(Words), Arb.From(Gen.Elements(false, true)), (words, utf8) =>
        {
            var (_, bytes, message) = Make(new TrafficOptions { Headers = [$"Subject: {words}", $"X-Text: {words}"], SmtpUtf8 = utf8 });
            message.Subject.ShouldBe(words);
            message.Headers["X-Text"].ShouldBe(words);
            (utf8 || Ascii.IsValid(bytes)).ShouldBeTrue();
        }).QuickCheckThrowOnFailure(200);

    [Fact]
    public void A_given_name_is_read_back_with_its_address() =>
        Prop.ForAll(Arb.From(Words), Arb.From(Words), Arb.From(Gen.Elements(false, true)), (from, to, utf8) =>
        {
            var (_, _, message) = Make(new TrafficOptions { Headers = [$"From: {from} <a@my.example>", $"To: {to} <b@my.example>, c@my.example"], SmtpUtf8 = utf8 });
            message.From.Mailboxes.Select(mailbox => (mailbox.Name, mailbox.Address)).ShouldBe([(from, "a@my.example")]);
            message.To.Mailboxes.Select(mailbox => (mailbox.Name ?? string.Empty, mailbox.Address)).ShouldBe([(to, "b@my.example"), (string.Empty, "c@my.example")]);
        }).QuickCheckThrowOnFailure(200);

    [Fact]
    public void A_name_in_quotes_is_read_back_without_them() =>
        Prop.ForAll(Arb.From(Quoted), Arb.From(Gen.Elements(false, true)), (name, utf8) =>
        {
            var quoted = name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
            var (_, _, message) = Make(new TrafficOptions { Headers = [$"From: \"{quoted}\" <a@my.example>"], SmtpUtf8 = utf8 });
            message.From.Mailboxes.Select(mailbox => (mailbox.Name, mailbox.Address)).ShouldBe([(name, "a@my.example")]);
        }).QuickCheckThrowOnFailure(200);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_message_of_a_file_keeps_its_structure(bool usesData)
    {
        using var made = new MimeMessage();
        made.From.Add(new MailboxAddress("Jörg", "a@my.example"));
        made.To.Add(new MailboxAddress("漢字", "b@my.example"));
        made.Subject = "Grüße\u00a0😀";
        made.Body = new Multipart("mixed")
        {
            new TextPart("plain") { Text = ".\r\n..\r\nFrom here on\r\n" + new string('x', 900) },
            new MimePart("application", "octet-stream") { Content = new MimeContent(new MemoryStream([.. Enumerable.Range(0, 256).Select(octet => (byte)octet)])), ContentTransferEncoding = ContentEncoding.Base64 },
        };
        using var file = new MemoryStream();
        made.WriteTo(new FormatOptions { NewLineFormat = NewLineFormat.Unix }, file, TestContext.Current.CancellationToken);

        var whole = WholeMessage.From(file.ToArray(), usesData);
        var wire = usesData ? Encoding.Latin1.GetBytes(Wire.Message(whole.Wire.Span)) : whole.Wire.ToArray();
        using var message = Load(wire);

        whole.Size.ShouldBe(wire.Length);
        (message.Subject, message.From.ToString(), message.To.ToString(), message.MessageId).ShouldBe((made.Subject, made.From.ToString(), made.To.ToString(), made.MessageId));
        var parts = message.Body.ShouldBeOfType<Multipart>();
        parts.Count.ShouldBe(2);
        Content((MimePart)parts[0]).ShouldBe(Content((MimePart)((Multipart)made.Body)[0]));
        Content((MimePart)parts[1]).ShouldBe(string.Concat(Enumerable.Range(0, 256).Select(octet => (char)octet)));
    }

    // An octet a character. An empty body has no content in MimeKit.
    private static string Content(MimePart part)
    {
        using var content = new MemoryStream();
        part.Content?.DecodeTo(content, TestContext.Current.CancellationToken);
        return Encoding.Latin1.GetString(content.ToArray());
    }

    private static string Address(MailboxAddress mailbox) => mailbox.GetAddress(idnEncode: true);

    private static (Draft Draft, byte[] Bytes, MimeMessage Message) Make(TrafficOptions options, int number = 0)
    {
        var generator = new MessageGenerator(options, TimeProvider.System);
        var draft = new Draft();
        generator.Make(number, draft);
        var bytes = Encoding.Latin1.GetBytes(Wire.Message(Wire.Of(generator, draft)));
        return (draft, bytes, Load(bytes));
    }

    private static MimeMessage Load(byte[] bytes) => MimeMessage.Load(new MemoryStream(bytes));
}
