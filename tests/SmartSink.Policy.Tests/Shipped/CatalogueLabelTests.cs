using System.Text.RegularExpressions;
using SmartSink.Policy.Replies;
using SmartSink.Testing;
using SmartSink.Testing.Policies;

namespace SmartSink.Policy.Tests.Shipped;

/// <summary>
/// golden/labels.tsv says why each reply of the catalogue refuses, by a person's judgement of its text and of what its provider says about it. It is
/// edited by hand: a reply that is new or has other words gets its row there.
/// </summary>
public sealed partial class CatalogueLabelTests
{
    private static readonly Row[] Rows =
    [
        .. File.ReadLines(RepositoryRoot.Combine("tests", "SmartSink.Policy.Tests", "golden", "labels.tsv")).Skip(1)
            .Select(line => line.Split('\t')).Select(cells => new Row(cells[0] + ".toml", int.Parse(cells[1]), cells[2], cells[3], cells[4])),
    ];

    [Fact]
    public void Each_reply_has_the_label_that_a_person_gave_it()
    {
        var wrong = Catalogue.Replies.Select(reply => (Reply: reply, Judged: RowOf(reply)?.Label ?? "no row of labels.tsv")).Where(pair => pair.Reply.Label != pair.Judged)
            .Select(pair => $"{pair.Reply.Place} has {pair.Reply.Label ?? "no label"}, judged: {pair.Judged}");

        wrong.ShouldBeEmpty();
    }

    [Fact]
    public void Each_row_is_of_a_reply() => Rows.Except(Catalogue.Replies.Select(RowOf)).ShouldBeEmpty();

    /// <summary>The row with the most of the reply's first words.</summary>
    private static Row? RowOf(CatalogueReply reply)
    {
        var enhanced = reply.Text[..EnhancedCodeText.LengthAtStart(reply.Text)];
        var words = WhiteSpace().Replace(Placeholder().Replace(reply.Text[enhanced.Length..], "*"), " ").Trim();
        return Rows.Where(row => row.File == reply.File && row.Code == reply.Code && row.EnhancedCode == enhanced && words.StartsWith(row.FirstWords, StringComparison.Ordinal))
            .MaxBy(row => row.FirstWords.Length);
    }

    [GeneratedRegex(@"\{[a-z0-9_:]+\}", RegexOptions.CultureInvariant, 60_000)]
    private static partial Regex Placeholder();

    [GeneratedRegex(@"\s+", RegexOptions.CultureInvariant, 60_000)]
    private static partial Regex WhiteSpace();

    /// <param name="File">The file of the provider.</param>
    /// <param name="Code">The reply's code.</param>
    /// <param name="EnhancedCode">Empty where it has none.</param>
    /// <param name="FirstWords">Of its text, on one line, a star in place of each placeholder.</param>
    /// <param name="Label">Why it refuses.</param>
    private sealed record Row(string File, int Code, string EnhancedCode, string FirstWords, string Label);
}
