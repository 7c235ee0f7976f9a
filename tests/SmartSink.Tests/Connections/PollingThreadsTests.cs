using System.Collections.Concurrent;
using System.Text;
using SmartSink.Settings;
using SmartSink.Smtp;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;

namespace SmartSink.Tests.Connections;

public class PollingThreadsTests
{
    private const int Threads = 3;
    private const int Clients = 30;

    [Fact]
    public async Task Connections_are_shared_out_evenly_and_each_stays_with_its_thread()
    {
        var filter = new ThreadRecorder();
        await using var server = RunningServer.Start(settings => settings with { PollingThreads = Threads, Transport = TransportChoice.Epoll }, filter);
        var clients = await Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => server.GreetedAsync()));
        for (var message = 0; message < 3; message++)
        {
            await Task.WhenAll(clients.Select(async (client, number) =>
            {
                await client.BeginDataAsync($"{number}@example.org");
                (await client.AskAsync("hello\r\n.")).ShouldStartWith("250 2.0.0 ");
            }));
        }

        foreach (var client in clients)
        {
            (await client.AskAsync("QUIT")).ShouldStartWith("221 ");
            await client.DisposeAsync();
        }

        await server.EmptyAsync();
        server.Sessions.Messages.Count.ShouldBe(3 * Clients);
        filter.ThreadsOfSenders.Values.ShouldAllBe(threads => threads.Count == 1);
        filter.ThreadsOfSenders.Values.SelectMany(threads => threads.Keys).CountBy(thread => thread).OrderBy(share => share.Key)
            .ShouldBe([new("smtp 1", Clients / Threads), new("smtp 2", Clients / Threads), new("smtp 3", Clients / Threads)]);
    }

    /// <summary>Accepts all, and writes down which threads worked for which sender.</summary>
    private sealed class ThreadRecorder : IMailboxFilter
    {
        public ConcurrentDictionary<string, ConcurrentDictionary<string, bool>> ThreadsOfSenders { get; } = new();

        public int EntryCount => 1;

        public string EntryName(int entry) => "other";

        public int EntryOf(ReadOnlySpan<byte> domain) => 0;

        public FilterAnswer Answer(in SessionFacts facts)
        {
            if (facts.Stage == Stage.Rcpt)
            {
                ThreadsOfSenders.GetOrAdd(Encoding.UTF8.GetString(facts.Sender), _ => new())[Thread.CurrentThread.Name!] = true;
            }

            return default;
        }
    }
}
