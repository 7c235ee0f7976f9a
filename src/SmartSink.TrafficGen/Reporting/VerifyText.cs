using System.Globalization;
using System.Text;
using static SmartSink.TrafficGen.Reporting.Numbers;

namespace SmartSink.TrafficGen.Reporting;

/// <summary>The comparison with the sink as text.</summary>
internal static class VerifyText
{
    public static void AppendTo(StringBuilder text, VerifyReport verify)
    {
        text.Append('\n');
        if (verify.Problem is { } problem)
        {
            text.Append(CultureInfo.InvariantCulture, $"verify {verify.Sink}: {problem}\n");
            return;
        }

        AppendGroups(text, verify);
        foreach (var group in verify.Groups.Where(group => group.Domains.Count > 1))
        {
            text.Append(CultureInfo.InvariantCulture, $"{group.Label} covers {string.Join(", ", group.Domains)}: the sink's policy does not distinguish them\n");
        }

        var whose = verify.Relayed
            ? "bounces from the target, other senders, or domains spelled differently"
            : "the sink has other senders, or spells domains differently";
        foreach (var group in verify.Groups.Where(group => group.Domains.Count == 0))
        {
            text.Append(CultureInfo.InvariantCulture, $"{group.Label} is not a domain of this run: {whose}\n");
        }

        text.Append(Verdict(verify));
        if (!verify.Agrees && verify.Unanswered > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"; {Whole(verify.Unanswered)} transactions ended without an answer, and what the sink counted for them is not known here");
        }

        if (verify is { Agrees: false, Relayed: true, Missing: > 0 } && verify.Groups.Sum(group => group.Sink.Tempfail) is > 0 and var deferred)
        {
            text.Append(CultureInfo.InvariantCulture, $"; it deferred {Whole(deferred)}, so they may still be in the target's queue");
        }

        text.Append('\n');
    }

    private static void AppendGroups(StringBuilder text, VerifyReport verify)
    {
        var table = new TextTable(left: 1);
        table.Add($"verify {verify.Sink}", "accepted", "sink", "+/-", "tempfail", "sink", "+/-", "permfail", "sink", "+/-");
        foreach (var (label, _, sent, sink, _) in verify.Groups)
        {
            table.Add(
            [
                label,
                .. Pair(sent.Accepted, sink.Accepted),
                .. Pair(sent.Tempfail, sink.Tempfail),
                .. Pair(sent.Permfail, sink.Permfail),
            ]);
        }

        table.AppendTo(text);
    }

    private static string[] Pair(long sent, long sink) => [Whole(sent), Whole(sink), (sink - sent).ToString("+#,0;-#,0;0", CultureInfo.InvariantCulture)];

    private static string Verdict(VerifyReport verify) => (verify.Agrees, verify.Relayed) switch
    {
        (true, false) => "both sides agree",
        (true, true) => "the sink received every recipient that the target accepted",
        (false, false) => "both sides DIFFER",
        (false, true) => $"MISSING at the sink: {Whole(verify.Missing)} of the recipients that the target accepted; the sink received {Whole(verify.Extra)} others",
    };
}
