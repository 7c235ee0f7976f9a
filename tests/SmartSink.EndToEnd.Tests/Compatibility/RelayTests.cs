namespace SmartSink.EndToEnd.Tests.Compatibility;

/// <summary>Real MTAs whose smarthost the sink is, and what each makes of what the sink says, as docs/compatibility.md has it.</summary>
public sealed class RelayTests
{
    // As mailing lists have it: the recipient's address in the sender's (VERP). 110 octets before the @.
    private const string LongSender = "bounces+newsletter-2026-11-28+subscriber.with.a.rather.long.name=department.of.redundancy.corporation.example@lists.client.example";

    [Fact]
    public Task Exim_does_what_the_page_says() => ObserveAsync(EximRelay.StartAsync);

    [Fact]
    public Task OpenSMTPD_does_what_the_page_says() => ObserveAsync(OpenSmtpdRelay.StartAsync);

    [Fact]
    public Task Postfix_does_what_the_page_says() => ObserveAsync(PostfixRelay.StartAsync);

    [Fact]
    public void Each_row_has_a_test() => CompatibilityPage.Names.Order(StringComparer.Ordinal).ShouldBe(["Exim", "OpenSMTPD", "Postfix"]);

    private static async Task ObserveAsync(Func<Task<Relay>> startAsync)
    {
        await using var relay = await startAsync();
        await using var sink = await ObservedSink.StartAsync(relay.Host.Network, Relay.SmarthostPort);
        var wire = sink.Recorder;

        await relay.SubmitAsync(LongSender, ObservedSink.Ordinary);
        var ordinary = await OutcomeAsync(ObservedSink.Ordinary, LongSender);

        await relay.SubmitAsync(LongSender, ObservedSink.Gone);
        var bounce = await wire.TransactionAsync(transaction => IsBounce(transaction, LongSender));

        await relay.SubmitAsync("later@client.example", ObservedSink.Later);
        await wire.TransactionAsync(transaction => transaction.IsTo(ObservedSink.Later) && transaction.IsAnswered(ObservedSink.LaterReply));
        await relay.SubmitAsync("closing@client.example", ObservedSink.Closing);
        await wire.TransactionAsync(transaction => transaction.IsTo(ObservedSink.Closing) && transaction.IsAnswered(ObservedSink.ClosingReply));
        sink.LeadTo(ObservedListener.Busy);
        await relay.SubmitAsync("early@client.example", "user@early.example");
        await relay.FlushUntilAsync(wire.DialogAsync(dialog => dialog.StartsWith($"S: {ObservedSink.BusyReply}", StringComparison.Ordinal)));

        await sink.AcceptAllAsync();
        sink.LeadTo(ObservedListener.Plain);
        var later = await relay.FlushUntilAsync(OutcomeAsync(ObservedSink.Later, "later@client.example"));
        var closing = await relay.FlushUntilAsync(OutcomeAsync(ObservedSink.Closing, "closing@client.example"));
        var greeting = await relay.FlushUntilAsync(OutcomeAsync("user@early.example", "early@client.example"));

        sink.LeadTo(ObservedListener.StartTls);
        await relay.SubmitAsync("sender@client.example", ObservedSink.Encrypted);
        var version = await relay.FlushUntilAsync(sink.EncryptedVersionAsync());

        CompatibilityPage.ShouldHave(new ClientRow(
            relay.Name,
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
