using SmartSink.Policy.Replies;
using SmartSink.Smtp.Replies;
using SmartSink.Testing;

namespace SmartSink.Policy.Tests.Decisions;

public sealed class LabelTests
{
    private const string Page = "docs/policy.md";

    public static TheoryData<string> Words => [.. ReplyLabels.Words];

    [Theory]
    [MemberData(nameof(Words))]
    public void The_file_s_label_is_the_reply_s(string word)
    {
        var policy = PolicyFolder.Snapshot($"""
            [[bounce."*"]]
            code = 550
            msg = "5.1.1 never mind the code"
            label = "{word}"
            """);

        ReplyLabels.Words[(int)Dialog.With("permfail@example.com").Ask(policy).Reply!.Label].ShouldBe(word);
        policy.Explain("example.com").Replies[0].ShouldSatisfyAllConditions(
            reply => ReplyLabels.Words[(int)reply.Label].ShouldBe(word),
            reply => reply.IsLabelInferred.ShouldBeFalse());
    }

    [Fact]
    public void Each_label_has_a_word_which_is_its_name()
    {
        var names = Enum.GetNames<ReplyLabel>();

        ReplyLabels.Words.ShouldBe(names.Select(name => string.Concat(name.Select((c, i) => i > 0 && char.IsUpper(c) ? $"_{c}" : $"{c}")).ToLowerInvariant()));
        File.ReadLines(RepositoryRoot.Combine(Page)).Where(line => line.StartsWith("| `", StringComparison.Ordinal)).Select(line => line.Split('`')[1])
            .Where(word => ReplyLabels.Words.Contains(word)).ShouldBe(ReplyLabels.Words, $"in the table of {Page}");
    }

    [Theory]
    [InlineData(550, "5.1.1 x", ReplyLabel.UnknownUser)]
    [InlineData(450, "4.1.1 x", ReplyLabel.UnknownUser)]
    [InlineData(550, "4.2.2 the class is wrong, the rest is not", ReplyLabel.MailboxFull)]
    [InlineData(553, "5.1.3 x", ReplyLabel.BadAddress)]
    [InlineData(550, "5.1.8 x", ReplyLabel.BadSender)]
    [InlineData(550, "5.2.1 x", ReplyLabel.Suspended)]
    [InlineData(550, "5.1.2 x", ReplyLabel.Relay)]
    [InlineData(451, "4.4.5 x", ReplyLabel.RateLimit)]
    [InlineData(450, "4.7.28 x", ReplyLabel.RateLimit)]
    [InlineData(452, "4.5.3 x", ReplyLabel.TooManyRecipients)]
    [InlineData(552, "5.3.4 x", ReplyLabel.TooLarge)]
    [InlineData(550, "5.7.26 x", ReplyLabel.Authentication)]
    [InlineData(550, "5.7.25 x", ReplyLabel.ReverseDns)]
    [InlineData(554, "5.6.0 x", ReplyLabel.Content)]
    [InlineData(530, "5.7.10 x", ReplyLabel.Tls)]
    [InlineData(451, "4.3.0 x", ReplyLabel.System)]
    [InlineData(555, "5.5.4 x", ReplyLabel.Protocol)]
    [InlineData(550, "5.7.1 x", ReplyLabel.Policy)]
    [InlineData(450, "4.7.1 x", ReplyLabel.System)]
    [InlineData(550, "5.7.515 x", ReplyLabel.Policy)]
    [InlineData(550, "no code of that kind", ReplyLabel.Policy)]
    [InlineData(450, "no code of that kind", ReplyLabel.System)]
    [InlineData(550, "", ReplyLabel.UnknownUser)]
    public void A_reply_without_a_label_has_that_of_its_enhanced_code(int code, string text, ReplyLabel label)
    {
        ReplyFactory.Create(code, text).Label.ShouldBe(label);
        var policy = PolicyFolder.Snapshot($"[[{(code < 500 ? "defer" : "bounce")}.\"*\"]]\ncode = {code}\nmsg = \"{text}\"\n");
        var reply = policy.Explain("example.com").Replies.Single(reply => reply.Code == code && reply.Origin != "built in");
        reply.Label.ShouldBe(label);
        reply.IsLabelInferred.ShouldBeTrue();
    }

    [Fact]
    public void Equal_replies_of_different_labels_stay_apart()
    {
        var policy = PolicyFolder.Snapshot("""
            [[bounce."a.example"]]
            code = 550
            msg = "No"
            label = "content"
            [[bounce."b.example"]]
            code = 550
            msg = "No"
            label = "relay"
            """);

        Dialog.With("permfail@a.example").Ask(policy).Reply!.Label.ShouldBe(ReplyLabel.Content);
        Dialog.With("permfail@b.example").Ask(policy).Reply!.Label.ShouldBe(ReplyLabel.Relay);
    }

    [Fact]
    public void Built_in_replies_have_labels()
    {
        var policy = PolicyFolder.Snapshot("[default]\ntls = \"required\"\nstrict = true\n");

        Labels("x@example.com", isTls: false, isLoose: false).ShouldBe(ReplyLabel.Tls);
        Labels("x.@example.com", isTls: true, isLoose: true).ShouldBe(ReplyLabel.BadAddress);
        Labels("permfail@example.com", isTls: true, isLoose: false).ShouldBe(ReplyLabel.UnknownUser);
        Labels("tempfail@example.com", isTls: true, isLoose: false).ShouldBe(ReplyLabel.System);
        Labels("550-x@example.com", isTls: true, isLoose: false).ShouldBe(ReplyLabel.Policy);
        policy.Explain("example.com").Replies.Select(reply => reply.Label).ShouldBe([ReplyLabel.UnknownUser, ReplyLabel.System, ReplyLabel.Tls]);

        ReplyLabel Labels(string recipient, bool isTls, bool isLoose)
        {
            var dialog = new Dialog { IsTls = isTls, IsLoose = isLoose };
            dialog.Recipient(recipient);
            return dialog.Ask(policy).Reply!.Label;
        }
    }

    [Fact]
    public void A_reply_to_clients_without_tls_says_so_unless_told_otherwise()
    {
        var policy = PolicyFolder.Snapshot("""
            [domain."a.example"]
            tls = "required"
            [[tls."a.example"]]
            code = 550
            msg = "5.7.1 in the clear"
            """);

        Dialog.With("x@a.example").Ask(policy).Reply!.Label.ShouldBe(ReplyLabel.Tls);
    }

    [Fact]
    public void The_class_of_an_enhanced_code_does_not_count()
    {
        for (ushort subject = 0; subject < 10; subject++)
        {
            for (ushort detail = 0; detail < 100; detail++)
            {
                var label = ReplyLabels.Of(550, new(5, subject, detail));

                ReplyLabels.Of(550, new(4, subject, detail)).ShouldBe(label, $"X.{subject}.{detail}");
                ReplyLabels.Of(450, new(4, subject, detail)).ShouldBe(label == ReplyLabel.Policy ? ReplyLabel.System : label, $"X.{subject}.{detail}");
            }
        }
    }
}
