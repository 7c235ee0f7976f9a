using System.Text;
using FsCheck;
using FsCheck.Fluent;
using SmartSink.Smtp.Auth;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;
using SmartSink.Smtp.Syntax;
using SmartSink.Testing;
using SmartSink.Testing.Dialogs;

namespace SmartSink.Smtp.Tests.Server;

/// <summary>What holds for every dialog, however absurd.</summary>
public sealed class DialogProperties
{
    private static readonly string[] Commands =
    [
        "EHLO a", "HELO a", "MAIL FROM:<a@b.example>", "MAIL FROM:<> SIZE=1", "MAIL FROM:<ü@b.example> SMTPUTF8", "MAIL FROM:<", "MAIL",
        "RCPT TO:<a@b.example>", "RCPT TO:<\"a b\"@[192.0.2.1]>", "RCPT TO:<x@no.example>", "RCPT TO:<x@kept.example>", "RCPT TO:<@>",
        "RSET", "NOOP", "VRFY a", "EXPN a", "HELP", "STARTTLS x", "AUTH", "AUTH PLAIN AGEAYg==", "AUTH PLAIN AG", "AUTH XOAUTH2 dXNlcj1hAWF1dGg9QmVhcmVyIGIBAQ==", "BDAT 0", "BDAT 0 LAST", "BDAT 0 x", "LHLO a", "XCLIENT ADDR=192.0.2.1 HELO=b", "XCLIENT FOO=bar", "xyzzy", "", ".", "Subject: a", "RSET x",
        "NO\rOP", "NO\nOP", "NO\0OP", new string('x', 600), "MAIL FROM:<a@b.example> " + new string('x', 700),
    ];

    private static readonly SmtpSessionOptions Options = new() { Hostname = "mx.sink.test", OfferStartTls = true, MaxErrors = 0, MaxMessageSize = 40, Extensions = SmtpExtensions.Default | SmtpExtensions.Xclient, Auth = new AuthOptions { AllowCleartext = true, Judge = OneUser.Parse("a:b") } };

    private static readonly SmtpSessionOptions OfLmtp = new() { Hostname = "mx.sink.test", Protocol = MailProtocol.Lmtp, MaxErrors = 0, MaxMessageSize = 40 };

    // Lines and their parts, in and out of order, with every kind of line end.
    private static readonly Gen<byte[]> Dialogs =
        Gen.Frequency(
                (8, Gen.Elements(Commands).Select(command => command + "\r\n")),
                (2, Gen.Constant("DATA\r\n")),
                (2, Gen.Elements("BDAT 3\r\nabc", "BDAT 6 LAST\r\nQUIT\r\n", "BDAT 41\r\n", "BDAT 3 x\r\nabc", "BDAT 30 LAST\r\n", "BDAT\r\n")),
                (2, Gen.Elements("AUTH LOGIN\r\nYQ==\r\nYg==\r\n", "AUTH PLAIN\r\n", "AUTH CRAM-MD5\r\n*\r\n", "AUTH OAUTHBEARER bixhPWEsAWF1dGg9QmVhcmVyIG5vAQE=\r\n", "AQ==\r\n", "*\r\n", new string('A', 12300))),
                (1, Gen.Elements(".\r\n", "\r\n.\r\n", "text\r\n", "\n.\n", "\r.\r", "\n.\r\n", "\r\n.\n")),
                (1, Gen.Elements("\r", "\n", "NOOP", "\t", "\x16\x03", "é", "STARTTLS\r\n", "QUIT\r\n", "GET / \r\n")))
            .ListOf()
            .Select(parts => Encoding.UTF8.GetBytes(string.Concat(parts)));

    [Fact]
    public void Any_split_of_the_input_gives_the_same_replies_and_reports() =>
        Prop.ForAll(Arb.From(Dialogs), Arb.From(Gen.Choose(1, 40).NonEmptyListOf()), (bytes, pieces) =>
        {
            var whole = Play(bytes, [bytes.Length + 1]);
            return Play(bytes, [.. pieces]) == whole && Play(bytes, [1]) == whole && Play(bytes, [.. pieces], drop: true) == whole;
        }).QuickCheckThrowOnFailure(3_000);

    [Fact]
    public void Any_split_of_LMTP_gives_the_same_replies_and_reports() =>
        Prop.ForAll(Arb.From(Dialogs), Arb.From(Gen.Choose(1, 40).NonEmptyListOf()), (rest, pieces) =>
        {
            byte[] bytes = [.. "LHLO a\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<x@kept.example>\r\nRCPT TO:<a@b.example>\r\n"u8, .. rest];
            var whole = Play(bytes, [bytes.Length + 1], options: OfLmtp);
            return Play(bytes, [.. pieces], options: OfLmtp) == whole && Play(bytes, [.. pieces], drop: true, OfLmtp) == whole && Play(bytes, [1], options: OfLmtp) == whole;
        }).QuickCheckThrowOnFailure(2_000);

    [Fact]
    public void Any_split_gives_the_same_replies_where_they_wait_and_go_wrong() =>
        Prop.ForAll(Arb.From(Dialogs), Arb.From(Gen.Choose(1, 40).NonEmptyListOf()), Arb.From(Gen.Choose(0, Faulty.Count - 1)), (rest, pieces, seed) =>
        {
            var isLmtp = seed % 2 == 0;
            var options = isLmtp ? OfLmtp : Options;
            byte[] bytes = [.. isLmtp ? "LHLO a\r\n"u8 : "EHLO a\r\n"u8, .. "MAIL FROM:<a@b.example>\r\nRCPT TO:<a@b.example>\r\nRCPT TO:<x@kept.example>\r\n"u8, .. rest];
            var whole = Play(bytes, [bytes.Length + 1], options: options, filter: new Faulty(seed));
            return Play(bytes, [.. pieces], options: options, filter: new Faulty(seed)) == whole && Play(bytes, [.. pieces], drop: true, options, new Faulty(seed)) == whole && Play(bytes, [1], options: options, filter: new Faulty(seed)) == whole;
        }).QuickCheckThrowOnFailure(3_000);

    [Fact]
    public void Each_line_gets_exactly_one_reply() =>
        Prop.ForAll(Arb.From(Gen.Elements(Commands).ListOf()), commands =>
        {
            var dialog = Dialog.After("EHLO a|", new OneKept(), Options);
            return commands.All(command =>
            {
                var replies = Replies(dialog.Send(Encoding.UTF8.GetBytes(command + "\r\n")));
                return dialog.Action == SessionAction.Close || replies == 1 + command.Count(octet => octet is '\r' or '\n');
            });
        }).QuickCheckThrowOnFailure(2_000);

    [Fact]
    public void A_message_gets_exactly_one_reply_and_ends_the_transaction() =>
        Prop.ForAll(Arb.From(Gen.Elements("a", "\r\n", ".", "..", "\n", "\r", "long line").ListOf()), parts =>
        {
            var body = string.Concat(parts).Replace("\r\n.", "\r\n..", StringComparison.Ordinal);
            body = body.StartsWith('.') ? "." + body : body;
            var dialog = Dialog.After("EHLO a|MAIL FROM:<>|RCPT TO:<a@b.example>|DATA|", new OneKept(), Options);
            return Replies(dialog.Say(body + "\r\n.\r\n")) == 1 && dialog.Session.Phase == DialogPhase.Idle && Replies(dialog.Say("NOOP|")) == 1;
        }).QuickCheckThrowOnFailure(2_000);

    [Fact]
    public void A_message_in_any_chunks_is_told_as_the_same_message_by_DATA() =>
        Prop.ForAll(Arb.From(Gen.Elements("a", "\r\n", ".", "\n", "\r", "text").ListOf()), Arb.From(Gen.Choose(0, 9).NonEmptyListOf()), (parts, sizes) =>
        {
            const string Envelope = "EHLO a|MAIL FROM:<>|RCPT TO:<a@b.example>|RCPT TO:<x@no.example>|";
            var body = string.Concat(parts) + "\r\n";
            var byData = Dialog.After(Envelope + "DATA|", new OneKept());
            byData.Say((body.StartsWith('.') ? "." : "") + body.Replace("\r\n.", "\r\n..", StringComparison.Ordinal) + ".\r\n");
            var byBdat = Dialog.After(Envelope, new OneKept());
            for (var i = 0; body.Length > 0 && byBdat.Session.Phase != DialogPhase.Idle; i++)
            {
                var length = Math.Min(sizes[i % sizes.Count] + (i / sizes.Count), body.Length);
                byBdat.Say($"BDAT {length}{(length == body.Length ? " LAST" : "")}|{body[..length]}");
                body = body[length..];
            }

            return byData.Observer.Events.Count > 0 && byBdat.Observer.Events.SequenceEqual(byData.Observer.Events);
        }).QuickCheckThrowOnFailure(2_000);

    [Fact]
    public void Random_octets_never_throw_and_every_reply_is_whole() =>
        Prop.ForAll(Arb.From(Gen.Choose(0, 255).Select(octet => (byte)octet).ArrayOf()), Arb.From(Gen.Elements("", "EHLO a|", "EHLO a|MAIL FROM:<>|", "EHLO a|MAIL FROM:<>|RCPT TO:<a@b.example>|DATA|", "EHLO a|MAIL FROM:<>|RCPT TO:<a@b.example>|BDAT 5|", "EHLO a|AUTH LOGIN|", "EHLO a|AUTH PLAIN|")), (bytes, start) =>
        {
            var dialog = Dialog.After(start, new OneKept(), Options);
            return dialog.Send(bytes).Split('|')[..^1].All(IsReplyLine);
        }).QuickCheckThrowOnFailure(5_000);

    [Fact]
    public void An_endless_flood_keeps_nothing()
    {
        var dialog = Dialog.After("EHLO a|MAIL FROM:<>|RCPT TO:<a@b.example>|DATA|", options: Options);
        var flood = new byte[1 << 16];
        Array.Fill(flood, (byte)'.');
        dialog.Send(flood);
        AllocatedMemory.ByCaller(() =>
        {
            for (var i = 0; i < 100; i++)
            {
                dialog.Session.Advance(flood, new ReplyBuffer(0), dialog.Now);
            }
        }).ShouldBeLessThan(100 * 128);
    }

    private static string Play(byte[] bytes, int[] pieces, bool drop = false, SmtpSessionOptions? options = null, IMailboxFilter? filter = null)
    {
        var dialog = new Dialog(filter ?? new OneKept(), options ?? Options);
        var replies = new StringBuilder(dialog.Start());
        var pending = Array.Empty<byte>();
        var position = 0;
        for (var i = 0; (position < bytes.Length && dialog.Action == SessionAction.Read) || dialog.Action == SessionAction.Pause; i++)
        {
            if (dialog.Action == SessionAction.Pause)
            {
                dialog.Pass(TimeSpan.FromMilliseconds(dialog.Session.Deadline - dialog.Now.Milliseconds));
                replies.Append(dialog.CheckDeadlines());
                if (dialog.Action == SessionAction.Flush)
                {
                    replies.Append(dialog.Send(pending, out var behind));
                    pending = pending[behind..];
                }

                continue;
            }

            var length = Math.Min(pieces[i % pieces.Length], bytes.Length - position);
            if (drop && dialog.Session.Droppable > 0)
            {
                length = (int)Math.Min(length, dialog.Session.Droppable);
                replies.Append(dialog.Drop(length));
                position += length;
                continue;
            }

            pending = [.. pending, .. bytes.AsSpan(position, length)];
            position += length;
            replies.Append(dialog.Send(pending, out var consumed));
            pending = pending[consumed..];
        }

        dialog.Session.ConnectionEnded(SessionEndReason.ClientClosed);
        return Regexes.Id().Replace(Regexes.Challenge().Replace(replies.ToString(), "334 ?"), "id") + string.Join('\n', dialog.Observer.Events) + dialog.Action + dialog.Session.EndReason;
    }

    private static int Replies(string text) => text.Split('|', StringSplitOptions.RemoveEmptyEntries).Count(line => line[3] == ' ');

    private static bool IsReplyLine(string line) =>
        line.Length is >= 4 and <= 510 && line[0] is >= '2' and <= '5' && char.IsAsciiDigit(line[1]) && char.IsAsciiDigit(line[2]) && line[3] is ' ' or '-';

    // Answers of every kind, by a seed and by how many there were before.
    private sealed class Faulty(int seed) : IMailboxFilter
    {
        public const int Count = 20_000;

        private static readonly FixedReply No = new(450, new(4, 2, 1), "No"u8);

        private readonly Random _random = new(seed);

        public int EntryCount => 1;

        public string EntryName(int entry) => "other";

        public int EntryOf(ReadOnlySpan<byte> domain) => 0;

        public FilterAnswer Answer(in SessionFacts facts) => new()
        {
            Reply = _random.Next(8) == 0 ? No : null,
            ReplyStage = _random.Next(2) == 0 ? Stage.Data : Stage.Rcpt,
            Delay = _random.Next(3) == 0 ? _random.Next(2000) : 0,
            Fault = _random.Next(10) == 0 ? (AnswerFault)_random.Next((int)AnswerFault.DropBeforeReply) : AnswerFault.None,
            EndDelay = _random.Next(3) == 0 ? _random.Next(2000) : 0,
            EndFault = _random.Next(3) == 0 ? (AnswerFault)_random.Next((int)AnswerFault.DropAfterReply + 1) : AnswerFault.None,
            WantsMessageId = _random.Next(2) == 0,
        };
    }
}
