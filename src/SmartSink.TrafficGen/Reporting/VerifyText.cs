using System.Globalization;
using System.Text;
using static SmartSink.TrafficGen.Reporting.Numbers;

namespace SmartSink.TrafficGen.Reporting;

/// <summary>
/// The comparison with the sinks as text. All that was looked at are their counters of recipients and the start of their processes, before and after
/// the run: what a difference comes from is told as far as these tell it.
/// </summary>
internal static class VerifyText
{
    public static void AppendTo(StringBuilder text, VerifyReport verify)
    {
        text.Append('\n');
        if (!verify.IsWhole)
        {
            foreach (var sink in verify.Sinks.Where(sink => sink.Problem is not null))
            {
                text.Append(CultureInfo.InvariantCulture, $"verify {sink.Problem}\n");
            }

            text.Append(verify.Sinks.Count > 1 ? "the counts were not compared, because the sum needs every sink\n" : "the counts were not compared\n");
            return;
        }

        AppendGroups(text, verify);
        AppendSinks(text, verify.Sinks);
        if (verify.Numbers is { } numbers)
        {
            AppendNumbers(text, numbers, verify);
        }

        if (verify.Times is { Count: > 0 } times)
        {
            AppendTimes(text, times, verify);
        }

        if (verify.TimesProblem is { } untimed)
        {
            text.Append(CultureInfo.InvariantCulture, $"not compared by time: {untimed}\n");
        }

        if (verify.IsByNumber)
        {
            return;
        }

        foreach (var group in verify.Groups.Where(group => group.Domains.Count > 1))
        {
            text.Append(CultureInfo.InvariantCulture, $"{group.Label} covers {string.Join(", ", group.Domains)}: the sink's policy does not distinguish them\n");
        }

        foreach (var group in verify.Groups.Where(group => group.Domains.Count == 0))
        {
            text.Append(CultureInfo.InvariantCulture, $"{group.Label} is not the name of a domain of this run: another sender{(verify.Relayed ? ", such as the target itself with its bounces" : string.Empty)}, or the sink's name for one of the run's domains\n");
        }

        text.Append(Verdict(verify)).Append('\n');
        if (!verify.Agrees)
        {
            AppendConclusions(text, verify);
        }

        if (verify.NumbersProblem is { } problem)
        {
            text.Append(CultureInfo.InvariantCulture, $"not compared by number: {problem.Replace("\n", "\nnot compared by number: ", StringComparison.Ordinal)}\n");
        }
    }

    private static void AppendGroups(StringBuilder text, VerifyReport verify)
    {
        var table = new TextTable(left: 1);
        table.Add(verify.Sinks is [var one] ? $"verify {one.Sink}" : $"verify {verify.Sinks.Count} sinks", "accepted", "sink", "+/-", "tempfail", "sink", "+/-", "permfail", "sink", "+/-");
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

    private static void AppendNumbers(StringBuilder text, VerifyNumbers numbers, VerifyReport verify)
    {
        (string Name, NumberList List)[] lists =
        [
            ("lost", numbers.Lost), ("accepted twice", numbers.Twice), ("accepted twice after a lost reply", numbers.Excused), ("wrongly bounced", numbers.WronglyBounced),
            ("waiting in the target's queue", numbers.Waiting), ($"accepted by the {Sinks(verify)}, unanswered here", numbers.Unheard),
        ];
        var table = new TextTable(left: 1, lastLeft: true);
        table.Add("by number", "messages", string.Empty);
        foreach (var (name, list) in lists.Where(pair => pair.List.Count > 0))
        {
            table.Add(name, Whole(list.Count), Listed(list));
        }

        if (lists.Any(pair => pair.List.Count > 0))
        {
            table.AppendTo(text);
        }

        var all = $"all {Whole(numbers.Accepted)} messages that {(verify.Relayed ? "the target accepted" : "were accepted")}";
        text.Append(numbers.Agrees
            ? verify.Relayed ? $"by number: {all} reached the {Sinks(verify)}, and were accepted once or permanently refused" : $"by number: {all} reached the {Sinks(verify)} once"
            : $"by number: {(verify.Relayed ? "the target" : "this side")} and the {Sinks(verify)} DIFFER").Append('\n');
        if (numbers.Partial)
        {
            text.Append("the ledger had to forget part of the run, so lost messages cannot be determined: raise SINK_LEDGER_MEMORY\n");
        }
    }

    private static void AppendTimes(StringBuilder text, VerifyTimes times, VerifyReport verify)
    {
        text.Append(CultureInfo.InvariantCulture, $"by time: of {Whole(times.Count)} messages half reached the {Sinks(verify)} within {Seconds(times.P50)} of being sent, 99% within {Seconds(times.P99)}, the last after {Seconds(times.Max)}");
        if (times.Late.Count > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"; {Whole(times.Late.Count)} took longer than {Seconds(times.Limit)}: {Listed(times.Late)}");
        }

        text.Append(CultureInfo.InvariantCulture, $"\nthe clock of the {Sinks(verify)} differs from this one by {Seconds(times.ClockDifference)} (within {Seconds(times.ClockError)}), which these times allow for\n");
    }

    private static string Seconds(double milliseconds) => $"{Numbers.Decimal(milliseconds / 1000)} s";

    private static string Listed(NumberList list) => string.Join(", ", list.First(MostNumbers)) + (list.Count > MostNumbers ? ", …" : string.Empty);

    private static void AppendSinks(StringBuilder text, IReadOnlyList<VerifiedSink> sinks)
    {
        if (sinks.Count == 1)
        {
            return;
        }

        var table = new TextTable(left: 1);
        table.Add("sink", "accepted", "tempfail", "permfail");
        foreach (var (sink, _, _, recipients) in sinks)
        {
            table.Add(sink.ToString(), Whole(recipients!.Accepted), Whole(recipients.Tempfail), Whole(recipients.Permfail));
        }

        table.AppendTo(text);
    }

    private static string[] Pair(long sent, long sink) => [Whole(sent), Whole(sink), (sink - sent).ToString("+#,0;-#,0;0", CultureInfo.InvariantCulture)];

    private static string Verdict(VerifyReport verify) => (verify.Agrees, verify.Relayed) switch
    {
        (true, false) => "both sides agree",
        (true, true) => $"the {Sinks(verify)} received every recipient that the target accepted",
        (false, false) => "both sides DIFFER",
        (false, true) => $"MISSING at the {Sinks(verify)}: {Whole(verify.Missing)} of the recipients that the target accepted; the {Sinks(verify)} received {Whole(verify.Extra)} others",
    };

    private static void AppendConclusions(StringBuilder text, VerifyReport verify)
    {
        if (verify.Missing > 0)
        {
            text.Append(verify.Relayed ? MissingBehindTarget(verify) : MissingHere(verify)).Append('\n');
        }

        if (verify is { Extra: > 0, Relayed: false })
        {
            text.Append(CultureInfo.InvariantCulture, $"{Recipients(verify.Extra)} counted by the {Sinks(verify)} but not answered that way here: {ExtraFrom(verify)}\n");
        }

        if (verify.Sinks.Where(sink => sink.Started is not null).GroupBy(sink => sink.Started).FirstOrDefault(same => same.Count() > 1) is { } twins)
        {
            text.Append(CultureInfo.InvariantCulture, $"{string.Join(" and ", twins.Select(sink => sink.Sink))} started at the same moment: if they are one process, it was counted more than once\n");
        }
    }

    private static string MissingHere(VerifyReport verify) =>
        $"{Recipients(verify.Missing)} answered here but not counted that way by the {Sinks(verify)}: another replica that {FlagForReplicas}, or another server between here and the {Sinks(verify)}";

    private static string MissingBehindTarget(VerifyReport verify)
    {
        var deferred = verify.Groups.Sum(group => group.Sink.Tempfail);
        var queued = deferred > 0 ? $"in the target's queue, because the {Sinks(verify)} deferred {Whole(deferred)}" : "in the target's queue";
        return $"{Recipients(verify.Missing)} accepted by the target but not yet counted by the {Sinks(verify)}: {queued}, at another replica that {FlagForReplicas}, or lost; see the target's log";
    }

    private static string ExtraFrom(VerifyReport verify) => verify.Unanswered > 0
        ? $"another sender, or the {Transactions(verify.Unanswered)} that ended here without an answer"
        : "another sender";

    /// <summary>How many numbers of a list are told; the JSON report has them all.</summary>
    private const int MostNumbers = 20;

    private const string FlagForReplicas = "no --verify names";

    private static string Sinks(VerifyReport verify) => verify.Sinks.Count > 1 ? "sinks" : "sink";

    private static string Recipients(long count) => count == 1 ? "1 recipient was" : $"{Whole(count)} recipients were";

    private static string Transactions(long count) => count == 1 ? "1 transaction" : $"{Whole(count)} transactions";
}
