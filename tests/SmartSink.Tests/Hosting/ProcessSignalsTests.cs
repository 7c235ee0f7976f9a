using SmartSink.Hosting;

namespace SmartSink.Tests.Hosting;

public sealed class ProcessSignalsTests
{
    /// <summary>A sink listens a moment before it is attached: who sees that it does may send it a signal.</summary>
    [Fact]
    public async Task A_signal_that_comes_before_the_sink_is_answered_by_it()
    {
        await using var sink = await RunningSink.StartAsync();
        using var signals = new ProcessSignals(TimeProvider.System);
        var answers = new List<SinkApplication>();
        Action<SinkApplication> answer = answers.Add;

        signals.Answer(answer);
        signals.Answer(answer);
        answers.ShouldBeEmpty();
        signals.Attach(sink.App);
        answers.ShouldBe([sink.App]);

        signals.Answer(answer);
        answers.Count.ShouldBe(2);
    }
}
