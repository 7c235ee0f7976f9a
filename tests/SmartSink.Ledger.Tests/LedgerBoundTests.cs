using SmartSink.Ledger.Facts;
using SmartSink.Ledger.Store;

namespace SmartSink.Ledger.Tests;

[CollectionDefinition(nameof(MeasuredMemory), DisableParallelization = true)]
public sealed class MeasuredMemory;

/// <summary>However much comes, and whoever sends it: the ledger stays within its memory and tells what it forgot.</summary>
[Collection(nameof(MeasuredMemory))]
public sealed class LedgerBoundTests
{
    private const long Most = 16L << 20;
    private const int Messages = 1_000_000;

    private static Dictionary<string, Action<LedgerHost, int>> Sends => new(StringComparer.Ordinal)
    {
        ["recipients refused"] = static (host, i) => host.Send(1, Hash(i), refusal: LedgerHost.Later),
        ["ids"] = static (host, i) => host.Send(1, 7, message: Hash(i)),
        ["numbers"] = static (host, i) => host.Send(1, Hash(i), new RunNumber("r", (long)(Hash(i) % RunTable.MostNumber))),
        ["runs"] = static (host, i) => host.Send(1, Hash(i), new RunNumber($"r{i}", i)),
        ["senders"] = static (host, i) =>
        {
            host.Connect((uint)i + 2, new LedgerSender($"2001:db8:{i:x}::/64", string.Empty));
            host.Send((uint)i + 2, Hash(i), refusal: LedgerHost.Never);
            host.Close((uint)i + 2);
        },
        ["connections that never end"] = static (host, i) => host.Connect((uint)i + 2),
        ["recipients of one message"] = static (host, i) => host.Rcpt(1, Hash(i)),
        ["replies lost"] = static (host, i) => host.Send(1, 7, message: Hash(i), isLost: true),
        ["a long run"] = static (host, i) => host.Send(1, Hash(i), new RunNumber("r", i)),
    };

    [Theory]
    [InlineData("recipients refused", Messages)]
    [InlineData("ids", Messages)]
    [InlineData("replies lost", Messages)]
    [InlineData("numbers", 100_000)]
    [InlineData("runs", 100_000)]
    [InlineData("senders", 200_000)]
    [InlineData("connections that never end", 200_000)]
    public void A_flood_stays_within_the_memory_and_tells_what_was_forgotten(string flood, int messages) =>
        Check(flood, Most, messages).Ledger.Status.Forgotten.ShouldBeGreaterThan(0);

    [Fact]
    public void What_the_numbers_of_a_run_take_is_little()
    {
        var host = Check("a long run", Most, Messages);
        host.Ledger.Status.Forgotten.ShouldBe(0);
        host.Ledger.ReadRun("r")!.Accepted.ShouldHaveSingleItem().ShouldBe(new NumberRange(0, Messages - 1));
        host.Ledger.ReadTimes("r", 0, Messages)!.Times.ShouldBe(Enumerable.Range(0, Messages).Select(number => (long?)number));
        host.Ledger.Status.Bytes.ShouldBeLessThan(Messages * 9L);
    }

    [Fact]
    public void A_run_of_which_something_was_forgotten_is_partial()
    {
        var host = Check("numbers", Most, 10_000);
        host.Ledger.Status.Forgotten.ShouldBeGreaterThan(0);
        host.ReadOne().Runs.ShouldHaveSingleItem().IsPartial.ShouldBeTrue();
    }

    [Fact]
    public void Senders_beyond_the_most_count_as_others()
    {
        var host = Check("senders", Most, 12_000);
        host.Ledger.Status.Senders.ShouldBeLessThanOrEqualTo(10_000);
        host.Read().ShouldContain(history => history.Sender.Client == "others");
    }

    [Fact]
    public void A_message_with_more_recipients_than_there_is_memory_for_does_no_harm_to_the_next()
    {
        var host = Check("recipients of one message", Most, 200_000);
        host.Ledger.Status.Forgotten.ShouldBeGreaterThan(0);
        host.Data(1, replies: new Smtp.Replies.Reply?[200_000]);
        host.Send(1, 1, refusal: LedgerHost.Later);
        host.ReadOne().Items.ShouldHaveSingleItem();
    }

    private static LedgerHost Check(string flood, long most, int messages)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var host = new LedgerHost(most);
        host.Connect(1);
        if (flood == "recipients of one message")
        {
            host.Mail(1);
        }

        var send = Sends[flood];
        var highest = 0L;
        for (var i = 0; i < messages; i++)
        {
            host.Now++;
            send(host, i);
            if (i % 1_000 == 0)
            {
                highest = Math.Max(highest, host.Ledger.Status.Bytes);
            }
        }

        highest.ShouldBeLessThanOrEqualTo(most);
        (GC.GetTotalMemory(forceFullCollection: true) - before).ShouldBeLessThan((long)(most * 1.3), flood);
        host.Read().Count.ShouldBeGreaterThan(0);
        return host;
    }

    private static ulong Hash(int number)
    {
        var hash = (ulong)(number + 1) * 0x9E3779B97F4A7C15;
        return (hash ^ (hash >> 29)) * 0xBF58476D1CE4E5B9;
    }
}
