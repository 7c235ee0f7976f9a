using SmartSink.Shared;

namespace SmartSink.Tests.Shared;

public sealed class StripedCountersTests
{
    [Fact]
    public void What_many_threads_add_is_all_there()
    {
        const int threads = 8;
        const int rounds = 50_000;
        var counters = new StripedCounters(3);
        var workers = Enumerable.Range(0, threads).Select(_ => new Thread(() =>
        {
            for (var i = 0; i < rounds; i++)
            {
                counters.Add(0);
                counters.Add(2, 10);
            }
        })).ToList();

        workers.ForEach(worker => worker.Start());
        workers.ForEach(worker => worker.Join());

        (counters.Read(0), counters.Read(1), counters.Read(2)).ShouldBe((threads * rounds, 0, threads * rounds * 10L));
    }
}
