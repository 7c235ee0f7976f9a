using SmartSink.Ledger.Facts;
using SmartSink.Ledger.Report;
using SmartSink.Smtp;
using SmartSink.Smtp.Server;

namespace SmartSink.Ledger.Rules;

/// <summary>A connection ends with QUIT.</summary>
internal sealed class EndsSessions : SenderRule
{
    private const string Warn = "broken_warn", Fail = "broken_fail", ResetsWarn = "resets_warn";

    /// <inheritdoc/>
    public override string Name => "ends-sessions";

    /// <inheritdoc/>
    public override string Title => "Ends sessions properly";

    /// <inheritdoc/>
    public override string Why =>
        "A client must not close the connection before it has sent QUIT and read the reply. Without QUIT, a server has to assume a failure, because it cannot tell a client that is done from one that crashed.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Sources => ["RFC 5321 section 4.1.1.10", "RFC 5321 section 4.1.1.5"];

    /// <inheritdoc/>
    public override RuleWeight Weight => RuleWeight.Minor;

    /// <inheritdoc/>
    public override IReadOnlyList<Threshold> Thresholds =>
    [
        new(Warn, ThresholdUnit.Percent, 1, "warns above this share of connections that the client ended without QUIT"),
        new(Fail, ThresholdUnit.Percent, 10, "fails above this share"),
        new(ResetsWarn, ThresholdUnit.Ratio, 2, "warns above this many RSET per transaction"),
    ];

    /// <inheritdoc/>
    public override Judgement Judge(SenderHistory history, RuleContext context)
    {
        var ended = history.Dialogs.Where(IsEndedByClient).ToList();
        if (ended.Count == 0)
        {
            return Judgement.NotSeen("No connection was ended by the client.");
        }
        var broken = ended.Where(dialog => dialog.Reason != SessionEndReason.Quit).ToList();
        var halfClosed = ended.Count(dialog => dialog.Faults.HasFlag(ProtocolFaults.HalfClosed));
        var transactions = ended.Sum(dialog => (long)dialog.Transactions);
        var resets = ended.Sum(dialog => (long)dialog.Resets);
        var hasManyResets = resets > context.Settings[this, ResetsWarn] * Math.Max(transactions, ended.Count);

        var share = Evidence.Percent(broken.Count, ended.Count);
        var verdict = Evidence.Above(share, context.Settings[this, Warn], context.Settings[this, Fail]);
        if (verdict == Verdict.Pass && (halfClosed > 0 || hasManyResets))
        {
            verdict = Verdict.Warn;
        }
        var finding = broken.Count == 0
            ? $"All {Evidence.Count(ended.Count, "connection")} ended with QUIT."
            : $"{Evidence.Share(broken.Count, ended.Count, "connection")} ended without QUIT, {broken.Count(dialog => dialog.Reason == SessionEndReason.ClosedInData):N0} of them in the middle of a message.";
        finding += halfClosed > 0 ? $" In {Evidence.Count(halfClosed, "connection")} the client closed its side before the session was over." : string.Empty;
        finding += hasManyResets ? $" RSET was sent {Evidence.Count(resets, "time")} in {Evidence.Count(transactions, "transaction")}." : string.Empty;
        var examples = broken.Take(Judgement.MostExamples).Select(dialog => history.Example(context, dialog.EndedAt, $"{WordsOf(dialog.Reason)} (connection {dialog.Connection}, {history.Provider(dialog.Provider)})"));
        return new Judgement(verdict, Evidence.Percent(ended.Count - broken.Count, ended.Count), "%", finding, [.. examples]);
    }

    // What the sink itself ended, or shut by 421 or at the greeting, or a handshake that failed, leaves a client nothing to say QUIT to.
    private static bool IsEndedByClient(DialogFact dialog) =>
        dialog is { EndedAt: >= 0, ShutAt: < 0, Tls: not TlsUse.Failed }
        && dialog.Reason is SessionEndReason.Quit or SessionEndReason.ClientClosed or SessionEndReason.ClosedInData or SessionEndReason.ConnectionReset
        && !(dialog.RefusedReply >= 0 && dialog.RefusedAt == Stage.Connect);

    private static string WordsOf(SessionEndReason reason) => reason switch
    {
        SessionEndReason.ClosedInData => "closed in the middle of a message",
        SessionEndReason.ConnectionReset => "the connection was reset",
        _ => "closed without QUIT",
    };
}

/// <summary>What the client says follows the protocol.</summary>
internal sealed class SpeaksProperly : SenderRule
{
    private const string Fail = "faults_fail";

    // What is allowed, or concerns the end of a session, is no breach.
    private const ProtocolFaults Doubts = ProtocolFaults.SizeUnsaid | ProtocolFaults.LooseAddress;

    private static readonly (ProtocolFaults Fault, string Words)[] Faults =
    [
        (ProtocolFaults.EarlyTalk, "spoke before the greeting"),
        (ProtocolFaults.UnofferedPipelining, "pipelined without permission"),
        (ProtocolFaults.EarlyData, "sent the message before the 354"),
        (ProtocolFaults.BareLineEnd, "ended lines with CR or LF alone"),
        (ProtocolFaults.LongLine, "sent overlong lines"),
        (ProtocolFaults.UnknownCommand, "sent unknown commands"),
        (ProtocolFaults.BadSyntax, "sent malformed commands"),
        (ProtocolFaults.BadSequence, "sent commands out of order"),
        (ProtocolFaults.SizeUnderstated, "sent more than SIZE declared"),
        (ProtocolFaults.EightBitUnannounced, "sent 8-bit text without 8BITMIME"),
        (ProtocolFaults.HeloNoName, "gave no full host name in EHLO"),
        (ProtocolFaults.SizeUnsaid, "did not declare SIZE"),
        (ProtocolFaults.LooseAddress, "used loose address syntax"),
    ];

    /// <inheritdoc/>
    public override string Name => "speaks-properly";

    /// <inheritdoc/>
    public override string Title => "Speaks properly";

    /// <inheritdoc/>
    public override string Why =>
        "Servers refuse clients that talk early, pipeline without permission or use wrong line ends, because spam software does so and bare line ends allow a second message to be smuggled in. What is tolerated here is refused elsewhere.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Sources =>
    [
        "RFC 5321 section 2.3.8", "RFC 5321 section 4.1.1.1", "RFC 5321 section 4.1.4", "RFC 5321 section 4.5.3.1", "RFC 2920 section 3.1", "RFC 1870 section 6", "RFC 6152 section 3",
    ];

    /// <inheritdoc/>
    public override RuleWeight Weight => RuleWeight.Major;

    /// <inheritdoc/>
    public override IReadOnlyList<Threshold> Thresholds =>
        [new(Fail, ThresholdUnit.Percent, 1, "fails above this share of connections with a protocol violation; fewer only warn, as do a missing SIZE and loose address syntax")];

    /// <inheritdoc/>
    public override Judgement Judge(SenderHistory history, RuleContext context)
    {
        if (history.Dialogs.Count == 0)
        {
            return Judgement.NotSeen("The sender opened no connection.");
        }
        var breaches = Faults.Aggregate(ProtocolFaults.None, (all, fault) => all | fault.Fault) & ~Doubts;
        var broken = history.Dialogs.Where(dialog => (dialog.Faults & breaches) != ProtocolFaults.None).ToList();
        var doubtful = history.Dialogs.Where(dialog => (dialog.Faults & Doubts) != ProtocolFaults.None).ToList();
        var share = Evidence.Percent(broken.Count, history.Dialogs.Count);
        var verdict = Evidence.Above(share, 0, context.Settings[this, Fail]);
        if (verdict == Verdict.Pass && doubtful.Count > 0)
        {
            verdict = Verdict.Warn;
        }
        var finding = broken.Count == 0
            ? $"No protocol violation in {Evidence.Count(history.Dialogs.Count, "connection")}."
            : $"The protocol was violated in {Evidence.Share(broken.Count, history.Dialogs.Count, "connection")}: {CountsOf(broken, breaches)}.";
        finding += doubtful.Count > 0 ? $" Allowed, but not recommended: {CountsOf(doubtful, Doubts)}." : string.Empty;
        var shown = broken.Count > 0 ? breaches : Doubts;
        var examples = (broken.Count > 0 ? broken : doubtful).Take(Judgement.MostExamples).Select(dialog => history.Example(
            context, dialog.BeganAt,
            $"{string.Join(", ", Faults.Where(fault => (dialog.Faults & shown & fault.Fault) != ProtocolFaults.None).Select(fault => fault.Words))} (connection {dialog.Connection}, {history.Provider(dialog.Provider)})"));
        return new Judgement(verdict, share, "%", finding, [.. examples]);
    }

    private static string CountsOf(List<DialogFact> dialogs, ProtocolFaults among) => string.Join(", ", Faults
        .Where(fault => (among & fault.Fault) != ProtocolFaults.None)
        .Select(fault => (fault.Words, Count: dialogs.Count(dialog => (dialog.Faults & fault.Fault) != ProtocolFaults.None)))
        .Where(fault => fault.Count > 0)
        .OrderByDescending(fault => fault.Count)
        .Select(fault => $"{fault.Words} ({fault.Count:N0})"));
}

/// <summary>TLS is used when it is offered, and not given up lightly when it fails.</summary>
internal sealed class UsesTls : SenderRule
{
    private const string Warn = "clear_warn", Fail = "clear_fail", Window = "window";
    private const int NoProvider = -1;

    /// <inheritdoc/>
    public override string Name => "tls";

    /// <inheritdoc/>
    public override string Title => "Uses TLS properly";

    /// <inheritdoc/>
    public override string Why =>
        "Large providers accept bulk mail over TLS only, and mail in plaintext can be read on its way. An opportunistic client may continue in plaintext after a failed handshake, but then whoever broke the handshake can read the mail.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Sources =>
        ["RFC 3207 section 4", "RFC 7435", "RFC 8996", "Gmail: Email sender guidelines"];

    /// <inheritdoc/>
    public override RuleWeight Weight => RuleWeight.Major;

    /// <inheritdoc/>
    public override IReadOnlyList<Threshold> Thresholds =>
    [
        new(Warn, ThresholdUnit.Percent, 0, "warns above this share of connections with mail in plaintext although STARTTLS was offered and had not failed"),
        new(Fail, ThresholdUnit.Percent, 10, "fails above this share"),
        new(Window, ThresholdUnit.Duration, 7_200, "how long after a failed handshake the next connection counts as a reaction to it"),
    ];

    /// <inheritdoc/>
    public override Judgement Judge(SenderHistory history, RuleContext context)
    {
        var offered = history.Dialogs.Where(dialog => dialog.Tls != TlsUse.None && (dialog.Transactions > 0 || dialog.Tls == TlsUse.Failed)).OrderBy(dialog => dialog.BeganAt).ToList();
        if (offered.Count == 0)
        {
            return Judgement.NotSeen(history.Dialogs.Any(dialog => dialog.Tls != TlsUse.None) ? "STARTTLS was offered, but no mail was sent." : "TLS was never offered.");
        }
        var window = context.Settings[this, Window];
        var failed = offered.Where(dialog => dialog.Tls == TlsUse.Failed).ToList();
        var mail = offered.Where(dialog => dialog.Transactions > 0).ToList();
        var failures = failed.ToLookup(dialog => dialog.Provider, dialog => dialog.BeganAt).ToDictionary(provider => provider.Key, provider => provider.ToList());
        var downgraded = mail.Where(dialog => dialog.Tls == TlsUse.Failed || (dialog.Tls == TlsUse.Offered && (IsAfterFailure(dialog, dialog.Provider) || IsAfterFailure(dialog, NoProvider)))).ToList();
        var clear = mail.Where(dialog => dialog.Tls == TlsUse.Offered).Except(downgraded).ToList();
        var old = mail.Where(dialog => dialog.Tls == TlsUse.Old).ToList();
        var used = mail.Count(dialog => dialog.Tls is TlsUse.Used or TlsUse.Old);

        var verdict = Evidence.Above(Evidence.Percent(clear.Count, mail.Count), context.Settings[this, Warn], context.Settings[this, Fail]);
        if (verdict == Verdict.Pass && (downgraded.Count > 0 || old.Count > 0))
        {
            verdict = Verdict.Warn;
        }
        var finding = mail.Count == 0 ? "No mail was sent where TLS was offered." : $"{Evidence.Share(used, mail.Count, "connection")} with mail used the offered TLS.";
        finding += old.Count > 0 ? $" {Evidence.Count(old.Count, "connection")} used a version older than 1.2." : string.Empty;
        finding += failed.Count > 0 ? $" TLS failed in {Evidence.Count(failed.Count, "connection")}; after that, {AfterFailures()}." : string.Empty;
        var examples = clear.Select(dialog => ExampleOf(dialog, "sent mail in plaintext although STARTTLS was offered"))
            .Concat(downgraded.Select(dialog => ExampleOf(dialog, dialog.Tls == TlsUse.Failed ? "continued in plaintext on the same connection after TLS failed" : "sent mail in plaintext after TLS had failed")))
            .Concat(old.Select(dialog => ExampleOf(dialog, "used TLS 1.0 or 1.1")));
        return new Judgement(verdict, mail.Count == 0 ? null : Evidence.Percent(used, mail.Count), "%", finding, [.. examples.Take(Judgement.MostExamples)]);

        ReportExample ExampleOf(DialogFact dialog, string words) => history.Example(context, dialog.BeganAt, $"{words} (connection {dialog.Connection}, {history.Provider(dialog.Provider)})");

        // A handshake that failed before a recipient was named may have been meant for any provider.
        bool IsAfterFailure(DialogFact dialog, int provider)
        {
            if (!failures.TryGetValue(provider, out var times))
            {
                return false;
            }
            var place = times.BinarySearch(dialog.BeganAt);
            place = place >= 0 ? place : ~place - 1;
            return place >= 0 && history.Seconds(times[place], dialog.BeganAt) <= window;
        }

        string AfterFailures()
        {
            int again = 0, inClear = 0, open = 0, never = 0;
            var next = new Dictionary<int, DialogFact>();
            foreach (var dialog in offered.AsEnumerable().Reverse())
            {
                if (dialog.Tls == TlsUse.Failed)
                {
                    var then = dialog.Transactions > 0 ? dialog : Nearest(next, dialog.Provider);
                    var isNear = then is { } found && history.Seconds(dialog.BeganAt, found.BeganAt) <= window;
                    var isClear = then is { Transactions: > 0, Tls: TlsUse.Failed or TlsUse.Offered };
                    inClear += isNear && isClear ? 1 : 0;
                    again += isNear && !isClear ? 1 : 0;
                    open += !isNear && history.Seconds(dialog.BeganAt, history.Until) <= window ? 1 : 0;
                    never += !isNear && history.Seconds(dialog.BeganAt, history.Until) > window ? 1 : 0;
                }
                next[dialog.Provider] = dialog;
            }
            return string.Join(", ", new (int Count, string Words)[] { (again, "tried TLS again"), (inClear, "continued in plaintext"), (never, "gave up"), (open, "not seen again yet") }
                .Where(what => what.Count > 0).Select(what => $"{what.Count:N0} {what.Words}"));
        }

        static DialogFact? Nearest(Dictionary<int, DialogFact> next, int provider)
        {
            var found = next.Where(dialog => provider == NoProvider || dialog.Key == NoProvider || dialog.Key == provider).Select(dialog => (DialogFact?)dialog.Value).ToList();
            return found.MinBy(dialog => dialog!.Value.BeganAt);
        }
    }
}
