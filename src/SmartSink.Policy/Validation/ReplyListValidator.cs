using SmartSink.Policy.Documents;
using SmartSink.Smtp;

namespace SmartSink.Policy.Validation;

/// <summary>Codes and weights of reply lists.</summary>
internal static class ReplyListValidator
{
    /// <summary>The smallest weight of a reply that is ever chosen.</summary>
    public const double SmallestWeight = 0.000_001;

    /// <summary>The largest weight.</summary>
    public const double LargestWeight = 1_000_000;

    /// <summary>Checks every list of a file.</summary>
    public static void Check(PolicyDocument document, DiagnosticBag diagnostics)
    {
        foreach (var list in document.ReplyLists)
        {
            CheckCodes(list, diagnostics);
            CheckWeights(list, diagnostics);
            CheckRepetitions(list, diagnostics);
        }
    }

    private static void CheckCodes(ReplyListSection list, DiagnosticBag diagnostics)
    {
        foreach (var reply in list.Replies)
        {
            if (reply.Code is not { } code)
            {
                continue;
            }

            if (code.Value is < 400 or > 599)
            {
                diagnostics.Error(code.Place, $"code = {code.Value} is not from 400 to 599");
            }
            else if (code.Value >= 500 && list.Kind == ReplyKind.Defer)
            {
                diagnostics.Warning(code.Place, $"code {code.Value} among the defer replies of \"{list.Name.Value}\" refuses for good");
            }
            else if (code.Value < 500 && list.Kind == ReplyKind.Bounce)
            {
                diagnostics.Warning(code.Place, $"code {code.Value} among the bounce replies of \"{list.Name.Value}\" refuses only for now");
            }
        }
    }

    private static void CheckWeights(ReplyListSection list, DiagnosticBag diagnostics)
    {
        foreach (var reply in list.Replies)
        {
            if (reply.Weight is { } weight && weight.Value is not (0 or (>= SmallestWeight and <= LargestWeight)))
            {
                diagnostics.Error(weight.Place, $"weight = {weight.Value} is neither 0 nor from {SmallestWeight:0.000000} to {LargestWeight}");
            }
        }

        if (list.Replies.Count > 0 && list.Replies.All(reply => reply.Weight is { Value: 0 }))
        {
            diagnostics.Error(list.Name.Place, $"all weights of {list.Title} are 0: there is no reply to choose");
        }
    }

    private static void CheckRepetitions(ReplyListSection list, DiagnosticBag diagnostics)
    {
        if (list.Replies.Count < 2)
        {
            return;
        }

        var seen = new Dictionary<(long?, string?, Stage?), ReplySection>();
        foreach (var reply in list.Replies)
        {
            if (!seen.TryAdd((reply.Code?.Value, reply.Text?.Value, reply.Stage?.Value), reply))
            {
                var first = seen[(reply.Code?.Value, reply.Text?.Value, reply.Stage?.Value)];
                diagnostics.Warning(reply.Place, $"the same reply as in line {first.Place.Line}; weight says more plainly that it is more frequent");
            }
        }
    }
}
