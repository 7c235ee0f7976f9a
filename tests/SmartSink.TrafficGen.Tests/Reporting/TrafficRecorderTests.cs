using System.Diagnostics;
using SmartSink.Testing;
using SmartSink.TrafficGen.Reporting;
using SmartSink.TrafficGen.Sending;

namespace SmartSink.TrafficGen.Tests.Reporting;

public sealed class TrafficRecorderTests
{
    [Fact]
    public void Everything_that_is_told_is_counted_whatever_the_thread()
    {
        const int each = 1000;
        var recorder = new TrafficRecorder();
        Parallel.For(0, 8, thread =>
        {
            for (var i = 0; i < each; i++)
            {
                recorder.Connected();
                recorder.Disconnected();
                recorder.Faulted(TrafficFault.TimedOut, TrafficStage.Rcpt);
                recorder.Timed(TrafficStage.Mail, Stopwatch.Frequency / 1000);
                recorder.RecipientAnswered(250, TrafficStage.EndOfData, thread % 2, []);
                recorder.RecipientAnswered(550, TrafficStage.Rcpt, 0, []);
                recorder.RecipientAnswered(451, TrafficStage.Rcpt, 1, []);
                recorder.MessageAccepted(0, 10);
                recorder.MessageRefused(0);
                recorder.MessageRetried();
                recorder.MessageGivenUp(0);
            }
        });

        var counts = recorder.ReadCounts();
        (counts.ConnectionsMade, counts.ConnectionsEnded, counts.Accepted, counts.Bytes, counts.Refused, counts.Retried, counts.GivenUp)
            .ShouldBe((8 * each, 8 * each, 8 * each, 80 * each, 8 * each, 8 * each, 8 * each));
        counts.Faults.ShouldBe([(TrafficFault.TimedOut, TrafficStage.Rcpt, 8 * each)]);
        counts.Answers.ShouldBe(
        [
            (new Answer(0, TrafficStage.Rcpt, 550), 8 * each),
            (new Answer(0, TrafficStage.EndOfData, 250), 4 * each),
            (new Answer(1, TrafficStage.Rcpt, 451), 8 * each),
            (new Answer(1, TrafficStage.EndOfData, 250), 4 * each),
        ]);
        counts.Recipients.ShouldBe(new RecipientCounts(8 * each, 8 * each, 8 * each));
        var mail = recorder.ReadLatency(TrafficStage.Mail);
        (mail.Count, mail.Mean).ShouldBe((8 * each, TimeSpan.FromMilliseconds(1)));
        recorder.ReadLatency(TrafficStage.Data).Count.ShouldBe(0);
    }

    [Fact]
    public void After_the_first_of_its_kind_nothing_allocates()
    {
        var recorder = new TrafficRecorder();
        Tell(recorder);

        AllocatedMemory.ByCaller(() =>
        {
            for (var i = 0; i < 1000; i++)
            {
                Tell(recorder);
            }
        }).ShouldBe(0);
    }

    private static void Tell(TrafficRecorder recorder)
    {
        recorder.Connected();
        recorder.Faulted(TrafficFault.Closed, TrafficStage.Data);
        recorder.Timed(TrafficStage.Transaction, 123_456);
        recorder.RecipientAnswered(250, TrafficStage.EndOfData, 3, []);
        recorder.RecipientAnswered(550, TrafficStage.Rcpt, 3, "5.1.1 No such user"u8);
        recorder.MessageAccepted(0, 1024);
        recorder.MessageRefused(0);
    }
}
