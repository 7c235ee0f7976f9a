using System.Text;
using FsCheck;
using FsCheck.Fluent;
using SmartSink.Policy.Model;
using SmartSink.Policy.Replies;
using SmartSink.Smtp.Replies;

namespace SmartSink.Policy.Tests.Replies;

/// <summary>Whatever stands in a file or comes from a client, what goes out is a reply of RFC 5321.</summary>
public sealed class ReplyTextProperties
{
    private static readonly string[] Pieces =
    [
        "550", "421", "451 ", "550-", "550,", "5.1.1 ", "4.7.0", "5.1.1\t", "\n", "\r\n", "\r", "\0", "\t", "\u001b[2J", "\u0085", "{", "}", "{{", "}}",
        "{recipient}", "{sender}", "{helo}", "{id}", "{date}", "{client_ip}", "{nonsense}", "{date:o}", "{epoch}", "{id:hex16}", "{id:lowhex8}",
        "{digits:18}", "{digits:19}", "{host}", "{host:999999}", "{id:", ":o}", " ", "    ", "é", "€", "😀", "ж", "用户", "宛先", "\ud800", "text", "two words ",
        new string('x', 600), string.Concat(Enumerable.Repeat("words ", 120)),
    ];

    private static Gen<string> Texts =>
        from pieces in Gen.OneOf(Gen.Elements(Pieces), ArbMap.Default.ArbFor<NonNull<string>>().Generator.Select(text => text.Get)).ArrayOf()
        select string.Concat(pieces);

    private static Gen<string> Lines => Texts.Select(text => text.Replace("\ud800", string.Empty, StringComparison.Ordinal));

    [Fact]
    public void Any_text_becomes_a_valid_reply() =>
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(2000),
            Prop.ForAll(Gen.Choose(400, 599).ToArbitrary(), Texts.ToArbitrary(), (code, text) => IsValid(ReplyFactory.Create(code, text), new Dialog())));

    [Fact]
    public void Any_value_leaves_a_reply_valid() =>
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(2000),
            Prop.ForAll(Lines.ToArbitrary(), Lines.ToArbitrary(), (first, second) =>
            {
                var dialog = new Dialog { Sender = first, Helo = second, Id = first + second };
                return IsValid(ReplyFactory.Create(550, "5.7.1 {sender} of {sender_domain} says {helo}: {id}\nsecond {sender} {id:hex16}{date:o}{epoch_ms}{digits:18}{host:999999}{host}"), dialog);
            }));

    [Fact]
    public void Any_text_and_value_is_valid_in_any_encoding() =>
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(2000),
            Prop.ForAll(Gen.Elements(Enum.GetValues<TextEncoding>()).ToArbitrary(), Lines.ToArbitrary(), Lines.ToArbitrary(), (encoding, text, value) =>
                IsValid(ReplyFactory.Create(550, $"5.7.1 {text} {{helo}}", encoding: encoding), new Dialog { Helo = value })));

    /// <summary>Whether each line of a reply, as that client gets it, has the code, at most 512 octets with its CRLF, and no control character.</summary>
    internal static bool IsValid(Reply reply, Dialog dialog)
    {
        var output = new ReplyBuffer();
        reply.WriteTo(output, dialog.Facts());
        var exact = (Encoding)(reply.Encoding?.Characters ?? Encoding.UTF8).Clone();
        exact.DecoderFallback = DecoderFallback.ExceptionFallback;
        var wire = exact.GetString(output.Pending);
        if (!wire.EndsWith("\r\n", StringComparison.Ordinal))
        {
            return false;
        }

        var lines = wire[..^2].Split("\r\n");
        return lines.Select((line, i) => IsLine(line, reply.Code, exact, isLast: i == lines.Length - 1)).All(valid => valid);
    }

    private static bool IsLine(string line, int code, Encoding encoding, bool isLast) =>
        encoding.GetByteCount(line) <= 510
        && line.StartsWith(code.ToString(), StringComparison.Ordinal)
        && (isLast ? line.Length == 3 || line[3] == ' ' : line[3] == '-')
        && !line.Any(char.IsControl);
}
