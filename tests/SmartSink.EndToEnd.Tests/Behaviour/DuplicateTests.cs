using SmartSink.EndToEnd.Tests.Compatibility.Relays;
using SmartSink.Testing.Processes;

namespace SmartSink.EndToEnd.Tests.Behaviour;

/// <summary>A real Postfix whose mail is accepted while the reply that says so is lost.</summary>
public sealed class DuplicateTests
{
    /// <summary>Postfix tries again after five minutes of its clock, a quarter of one here: until then all of it has come, and the policy is another.</summary>
    private const int Speed = 20;

    private const int Messages = 5;

    [Fact]
    public async Task Mail_whose_reply_is_lost_is_delivered_twice_and_the_sink_tells_of_it()
    {
        var policy = PageText.Behaviour.Block("duplicates = true");
        await using var relay = await PostfixRelay.StartAsync(Speed);
        await using var sink = await SinkProcess.StartAsync(
            policy, SinkTries.Settings(Relay.SmarthostPort), relay.Host.Network.Inside(SinkProcess.OwnCommand), relay.Host.Network.CreateHttpClient());

        for (var number = 0; number < Messages; number++)
        {
            await relay.SubmitAsync($"{number}@client.example", $"user{number}@lost.example");
        }

        await UntilAcceptedAsync(Messages);
        (await sink.MetricsAsync()).Sum("smartsink_duplicates_total").ShouldBe(0);

        // From now on the replies arrive, and the sink goes on counting.
        await sink.ChangePolicyAsync(policy[..policy.IndexOf("[[fault]]", StringComparison.Ordinal)]);
        await UntilAcceptedAsync(2 * Messages);

        (await sink.MetricsAsync()).Sum("smartsink_duplicates_total").ShouldBe(Messages);

        // All of the log is there when it has ended.
        (await sink.TerminateAsync()).ShouldBe(0, sink.Output);
        sink.Output.Split('\n').Count(line => line.Contains("accepted again", StringComparison.Ordinal)).ShouldBe(Messages, sink.Output);
        relay.Log.Split('\n').Count(line => line.Contains("message may be sent more than once", StringComparison.Ordinal)).ShouldBe(Messages, relay.Log);

        Task UntilAcceptedAsync(int messages) => sink.CountsAsync(messages, "smartsink_messages_total", ("outcome", "accepted"));
    }
}
