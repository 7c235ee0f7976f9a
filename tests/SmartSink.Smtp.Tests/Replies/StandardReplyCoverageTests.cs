using System.Reflection;
using System.Text;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Tests.Server;
using SmartSink.Testing.Transcripts;

namespace SmartSink.Smtp.Tests.Replies;

public sealed class StandardReplyCoverageTests
{
    // Stops of the server and the denial of TLS come from outside of a dialog: ShutdownTests and StartTlsDenialTests have these.
    private static readonly string[] FromOutside = [nameof(StandardReplies.ShuttingDown), nameof(StandardReplies.TlsUnavailable)];

    public static TheoryData<string> Fixed() =>
        [.. Fields().Where(field => field.FieldType == typeof(FixedReply)).Select(field => field.Name).Except(FromOutside)];

    [Theory]
    [MemberData(nameof(Fixed))]
    public void Each_text_stands_in_a_transcript_or_in_the_matrix(string name)
    {
        var reply = (FixedReply)Fields().Single(field => field.Name == name).GetValue(null)!;
        var seen = Seen();
        foreach (var line in Encoding.UTF8.GetString(reply.Bytes).Split("\r\n", StringSplitOptions.RemoveEmptyEntries))
        {
            seen.ShouldContain(line);
        }
    }

    [Fact]
    public void Each_text_is_its_own() =>
        Fields().Select(field => field.GetValue(null)).OfType<FixedReply>().Select(reply => Encoding.UTF8.GetString(reply.Bytes)).Order()
            .ShouldBeUnique();

    [Fact]
    public void A_refusal_by_the_session_itself_is_labelled_by_its_code()
    {
        StandardReplies.TooManyRecipients.Label.ShouldBe(ReplyLabel.TooManyRecipients);
        StandardReplies.MessageTooBig.Label.ShouldBe(ReplyLabel.TooLarge);
        StandardReplies.BadRecipient.Label.ShouldBe(ReplyLabel.BadAddress);
        StandardReplies.RecipientNeedsUtf8.Label.ShouldBe(ReplyLabel.Protocol);
        StandardReplies.ShuttingDown.Label.ShouldBe(ReplyLabel.System);
        StandardReplies.NoValidRecipients.Label.ShouldBe(ReplyLabel.Protocol);
    }

    [Theory]
    [MemberData(nameof(Fixed))]
    public void An_enhanced_code_has_the_class_of_its_reply(string name)
    {
        var line = Encoding.UTF8.GetString(((FixedReply)Fields().Single(field => field.Name == name).GetValue(null)!).Bytes);
        if (line[5] == '.')
        {
            line[4].ShouldBe(line[0]);
        }
        else
        {
            name.ShouldBeOneOf(nameof(StandardReplies.SendData), nameof(StandardReplies.HelloNeedsName), nameof(StandardReplies.HelloRefused));
        }
    }

    private static FieldInfo[] Fields() => typeof(StandardReplies).GetFields(BindingFlags.Static | BindingFlags.Public);

    private static HashSet<string> Seen() =>
    [
        .. TranscriptFiles.Names.SelectMany(name => TranscriptFiles.Load(name).Steps.OfType<ExpectStep>().Select(step => step.Expected)),
        .. StateMatrix.Commands.SelectMany(row => row.Replies).SelectMany(reply => reply.Split('|')),
    ];
}
