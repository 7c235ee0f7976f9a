namespace SmartSink.EndToEnd.Tests.Compatibility.Relays;

/// <summary>Real MTAs whose smarthost the sink is, and what each makes of what the sink says, as docs/compatibility.md has it.</summary>
public sealed class RelayTests
{
    private static readonly Dictionary<string, Func<Task<Relay>>> All = new(StringComparer.Ordinal)
    {
        ["Postfix"] = () => PostfixRelay.StartAsync(),
        ["Exim"] = () => EximRelay.StartAsync(),
        ["OpenSMTPD"] = () => OpenSmtpdRelay.StartAsync(),
        ["Sendmail"] = SendmailRelay.StartAsync,
        ["nullmailer"] = NullmailerRelay.StartAsync,
        ["dma"] = DmaRelay.StartAsync,
    };

    public static TheoryData<string> Names => [.. All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task An_MTA_does_what_the_page_says(string name)
    {
        await using var relay = await All[name]();
        await using var sink = await ObservedSink.StartAsync(relay.Host.Network, Relay.SmarthostPort);
        var wire = sink.Recorder;

        await relay.SubmitAsync(ObservedSink.LongSender, ObservedSink.Ordinary);
        var ordinary = await OutcomeAsync(ObservedSink.Ordinary, ObservedSink.LongSender);

        await relay.SubmitAsync(ObservedSink.LongSender, ObservedSink.Gone);
        var bounce = await wire.TransactionAsync(transaction => IsBounce(transaction, ObservedSink.LongSender));

        await relay.SubmitAsync("later@client.example", ObservedSink.Later);
        await wire.TransactionAsync(transaction => transaction.IsTo(ObservedSink.Later) && transaction.IsAnswered(ObservedSink.LaterReply));
        await relay.SubmitAsync("closing@client.example", ObservedSink.Closing);
        await wire.TransactionAsync(transaction => transaction.IsTo(ObservedSink.Closing) && transaction.IsAnswered(ObservedSink.ClosingReply));
        sink.LeadTo(ObservedListener.Busy);
        await relay.SubmitAsync("early@client.example", "user@early.example");
        await relay.FlushUntilAsync(wire.DialogAsync(dialog => dialog.StartsWith($"S: {ObservedSink.BusyReply}", StringComparison.Ordinal)));

        // At once: an MTA that meets with it again and again may leave the smarthost alone for minutes.
        sink.LeadTo(ObservedListener.Plain);
        await sink.AcceptAllAsync();
        var later = await relay.FlushUntilAsync(OutcomeAsync(ObservedSink.Later, "later@client.example"));
        var closing = await relay.FlushUntilAsync(OutcomeAsync(ObservedSink.Closing, "closing@client.example"));
        var greeting = await relay.FlushUntilAsync(OutcomeAsync("user@early.example", "early@client.example"));

        sink.LeadTo(ObservedListener.StartTls);
        await relay.SubmitAsync("sender@client.example", ObservedSink.Encrypted);
        var version = await relay.FlushUntilAsync(sink.EncryptedVersionAsync());

        CompatibilityPage.ShouldHave(new ClientRow(
            name,
            relay.Version,
            "smarthost",
            Words(later),
            "bounce to the sender",
            ObservedSink.LinesOfGoneIn(bounce.Text),
            Words(greeting),
            Words(closing),
            version.Length == 0 ? "sends in the clear" : $"TLS {version}, not verified",
            ordinary.Command,
            ordinary.DsnParameters,
            ordinary.IsFromNobody ? "refused" : "delivered"));

        Task<WireTransaction> OutcomeAsync(string recipient, string sender) =>
            wire.TransactionAsync(transaction => transaction.IsTaken && (transaction.IsTo(recipient) || IsBounce(transaction, sender)));
    }

    // Not a warning that the message is still queued (RFC 3464).
    private static bool IsBounce(WireTransaction transaction, string sender) =>
        transaction.IsTaken && transaction.IsFromNobody && transaction.IsTo(sender) && !transaction.Text.Contains("Action: delayed", StringComparison.Ordinal);

    private static string Words(WireTransaction outcome) => outcome.IsFromNobody ? "bounce to the sender" : "kept and tried again";
}
