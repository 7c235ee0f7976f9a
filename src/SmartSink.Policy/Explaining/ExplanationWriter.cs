using System.Text;
using SmartSink.Policy.Decisions;
using SmartSink.Policy.Replies;
using SmartSink.Shared;
using SmartSink.Smtp.Replies;

namespace SmartSink.Policy.Explaining;

internal static class ExplanationWriter
{
    public static string Write(PolicyExplanation explanation)
    {
        var text = new StringBuilder().Append(OneLine.Escape(explanation.Address)).Append('\n');
        if (explanation.Problem is { } problem)
        {
            return text.Append($"  {problem}\n").ToString();
        }

        text.Append($"  domain   {DescribeDomain(explanation)}\n");
        if (explanation.Server is { } server)
        {
            text.Append($"  mx       {DescribeServer(server)}\n");
        }

        if (explanation.LikeChain.Count > 0)
        {
            text.Append($"  like     {string.Join(", which is like ", explanation.LikeChain)}\n");
        }

        text.Append($"  bounce   {Percent(explanation.Bounce.Percent)}   {explanation.Bounce.Origin}\n");
        text.Append($"  defer    {Percent(explanation.Defer.Percent)}   {explanation.Defer.Origin}\n");
        text.Append($"  accept   {Percent(100 - explanation.Bounce.Percent - explanation.Defer.Percent)}\n");
        if (explanation.TlsRequiredBy is { } origin)
        {
            text.Append($"  tls      required   {origin}\n");
        }

        if (explanation.StrictBy is { } strict)
        {
            text.Append($"  strict   553 5.1.3 for an address that RFC 5321 does not allow   {strict}\n");
        }

        if (explanation.Sticky)
        {
            text.Append($"  sticky   {DescribeSticky(explanation)}\n");
        }

        if (explanation.TriggersBy is { } triggers)
        {
            text.Append($"  triggers {(explanation.Triggers.Count == 0 ? "off" : string.Join(", ", explanation.Triggers))}   {triggers}\n");
        }

        if (explanation.Trigger != Trigger.None)
        {
            text.Append($"  trigger  {DescribeTrigger(explanation)}{(explanation.TriggerStage is { } stage ? $", at {stage.ToString().ToLowerInvariant()}" : string.Empty)}\n");
        }

        if (explanation.Mode is { } mode)
        {
            text.Append($"  {mode.Name} {mode.Value}   {mode.Origin}\n");
        }

        foreach (var (path, value, from) in explanation.Behaviour)
        {
            var dot = path.IndexOf('.', StringComparison.Ordinal);
            text.Append($"  {path[..dot],-8} {path[(dot + 1)..]} {OneLine.Escape(value)}   {from}\n");
        }

        if (explanation.Memory.Length > 0)
        {
            text.Append($"  memory   senders are remembered under {explanation.Memory}\n");
        }

        foreach (var (name, kind, from) in explanation.Rules)
        {
            text.Append($"  {kind,-8} {OneLine.Escape(name)}   {from}\n");
        }

        foreach (var reply in explanation.Replies)
        {
            text.Append($"  {Percent(reply.Percent)}  {reply.Kind.ToString().ToLowerInvariant(),-6}  {reply.Code} {(reply.FirstLine.Length == 0 ? "(the code alone)" : reply.FirstLine)}\n");
            var label = $"{ReplyLabels.Words[(int)reply.Label]}{(reply.IsLabelInferred ? " (inferred)" : string.Empty)}";
            text.Append($"{string.Empty,20}{label} at {reply.Stage.ToString().ToLowerInvariant()}{(reply.Encoding == TextEncodings.Words[0] ? string.Empty : $", in {reply.Encoding}")}{(reply.Limit is { } limit ? $", over {limit}" : string.Empty)}{(reply.Closes ? ", then closes" : string.Empty)}   {reply.Origin}\n");
        }

        return text.ToString();
    }

    private static string Percent(decimal percent) => $"{percent,8:0.####} %";

    private static string DescribeDomain(PolicyExplanation explanation)
    {
        if (explanation is { Domain.Length: 0, SuffixCut: null })
        {
            return "(none) for a mailbox without a domain: [default] and \"*\" apply; SINK_STRICT does not accept it";
        }

        var name = explanation.Domain.Length == 0 ? "(none)" : explanation.Domain;
        var how = explanation.Match switch
        {
            MatchKind.Exact => "has an entry of its own",
            MatchKind.Pattern => $"matches the pattern \"{explanation.Entry}\"",
            _ => "has no entry: [default] and \"*\" apply",
        };
        return explanation.SuffixCut is { } suffix ? $"{name} (without the suffix {suffix}) {how}" : $"{name} {how}";
    }

    private static string DescribeServer(ExplainedServer server)
    {
        if (server.Network is not { } network)
        {
            return $"{server.Destination} is in no network of [[mx]]: replies for connect, ehlo or mail are given at rcpt";
        }

        var stages = server.ServesDomain ? "replies for connect, ehlo or mail are given there" : "the domain is not one of this server's: replies for connect, ehlo or mail are given at rcpt";
        return $"{server.Destination} answers as {server.Hostname}, by {network} at {server.Origin}; {stages}";
    }

    private static string DescribeSticky(PolicyExplanation explanation) => explanation.AlwaysBounces switch
    {
        true => "this address always bounces",
        false => "this address never bounces",
        _ => "an address bounces always or never",
    };

    private static string DescribeTrigger(PolicyExplanation explanation) => explanation.Trigger switch
    {
        Trigger.TempFail => "\"tempfail\": always one of the defer replies",
        Trigger.PermFail => "\"permfail\": always one of the bounce replies",
        Trigger.Code => $"\"{explanation.TriggerCode}-\": always {explanation.TriggerCode} {(explanation.TriggerCode < 500 ? 4 : 5)}.0.0 you said {OneLine.Escape(explanation.LocalPart)}",
        Trigger.Label => $"\"{OneLine.Escape(explanation.TriggerLabel!.Word)}\": {DescribeLabel(explanation.TriggerLabel)}",
        Trigger.Delay => $"{Word(explanation)}: always accepted, after that time",
        Trigger.Fault => $"{Word(explanation)}: accepted, but {(explanation.TriggerWord[0] | 0x20) switch { 'd' => "the connection is closed instead of a reply", 'r' => "the connection is reset instead of a reply", _ => "no reply ever comes" }}",
        Trigger.Sequence => $"{Word(explanation)}: {explanation.TriggerWord[4..^1].TrimStart('0')} times 451, then accepted",
        Trigger.SesBounce => $"{Word(explanation)}, as in Amazon's mailbox simulator: always 550 5.1.1",
        Trigger.SesSuppressed => $"{Word(explanation)}, as in Amazon's mailbox simulator: always 550 5.1.1 for the suppression list",
        Trigger.SesAccept => $"{Word(explanation)}, as in Amazon's mailbox simulator: always accepted",
        _ => "\"250-\": always accepted",
    };

    private static string Word(PolicyExplanation explanation) => $"\"{OneLine.Escape(explanation.TriggerWord)}\"";

    private static string DescribeLabel(ExplainedLabel label)
    {
        var word = ReplyLabels.Words[(int)label.Label];
        return label.Owner switch
        {
            LabelOwner.Domain => $"always one of the replies labelled {word}",
            LabelOwner.Fallback => $"always one of the replies of \"*\" labelled {word}, because the domain has none",
            _ => $"always {label.BuiltIn} (built in, because no reply of the domain or of \"*\" is labelled {word})",
        };
    }
}
