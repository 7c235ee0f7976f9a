namespace SmartSink.EndToEnd.Tests.Compatibility.Clients;

/// <summary>Commands and libraries that send to the sink, and what each makes of what the sink says, as docs/compatibility.md has it.</summary>
public sealed class SubmissionClientTests
{
    private const string Sender = "sender@client.example";

    private static readonly SubmissionClient[] All =
        [ToolClient.Curl, ToolClient.Swaks, ToolClient.Msmtp, ToolClient.Python, new MailKitClient(), new SystemNetMailClient()];

    public static TheoryData<string> Names => [.. All.Select(client => client.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_client_does_what_the_page_says(string name)
    {
        var client = All.Single(client => client.Name == name);
        var version = await client.VersionAsync();
        await using var sink = await ObservedSink.StartAsync();
        var port = sink.Recorder.Port;

        var ordinary = await client.SendAsync(port, Sender, ObservedSink.Ordinary);
        ordinary.Failure.ShouldBeNull(ordinary.Said);
        var seen = await sink.Recorder.TransactionAsync(transaction => transaction.IsTo(ObservedSink.Ordinary) && transaction.IsTaken);
        var longSender = await client.SendAsync(port, ObservedSink.LongSender, ObservedSink.Ordinary);
        var gone = await client.SendAsync(port, Sender, ObservedSink.Gone);
        var later = await client.SendAsync(port, Sender, ObservedSink.Later);
        var closing = await client.SendAsync(port, Sender, ObservedSink.Closing);
        sink.LeadTo(ObservedListener.Busy);
        var greeting = await client.SendAsync(port, Sender, ObservedSink.Ordinary);

        CompatibilityPage.ShouldHave(new ClientRow(
            client.Name,
            version,
            client.Tried,
            Words(later),
            Words(gone),
            ObservedSink.LinesOfGoneIn(gone.Said),
            Words(greeting),
            Words(closing),
            await TlsAsync(client, sink),
            seen.Command,
            seen.DsnParameters,
            Words(longSender)));
    }

    private static async Task<string> TlsAsync(SubmissionClient client, ObservedSink sink)
    {
        sink.LeadTo(ObservedListener.StartTls);
        var verified = await client.SendAsync(sink.Recorder.Port, Sender, ObservedSink.Ordinary, TlsUse.Verified);
        if (client.UnverifiedBy is null)
        {
            return Words(verified);
        }

        var unverified = await client.SendAsync(sink.Recorder.Port, Sender, ObservedSink.Encrypted, TlsUse.Unverified);
        unverified.Failure.ShouldBeNull(unverified.Said);
        return $"{Words(verified)}; TLS {await sink.EncryptedVersionAsync()} {client.UnverifiedBy}";
    }

    private static string Words(Attempt attempt) => attempt.Failure ?? "sent";
}
