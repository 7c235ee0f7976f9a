using System.Text;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;
using SmartSink.Testing;
using SmartSink.Testing.Dialogs;

namespace SmartSink.Smtp.Tests.Server;

/// <summary>Runs with nothing beside it, since transactions share a pool.</summary>
[Collection(nameof(Alone))]
public sealed class MemoryTests
{
    private static readonly SmtpSessionOptions Options = new() { Hostname = "mx.sink.test", MaxErrors = 0 };
    private static readonly NullObserver Observer = new();
    private static readonly FilterSwitch Filters = new(new OneKept());
    private static readonly ReplyBuffer Shared = new();

    [Fact]
    public void A_transaction_costs_no_memory_after_the_first()
    {
        var session = Greeted();
        var output = new ReplyBuffer();
        var bytes = Encoding.ASCII.GetBytes(
            "MAIL FROM:<a@b.example> SIZE=100 BODY=8BITMIME\r\n"
            + string.Concat(Enumerable.Repeat("RCPT TO:<\"c\\c\"@d.example> NOTIFY=NEVER\r\n", 40))
            + "RCPT TO:<x@kept.example>\r\nRCPT TO:<broken\r\nRCPT TO:<x@no.example>\r\nDATA\r\nSubject: x\r\n\r\nText\r\n.\r\nRSET\r\nNOOP\r\n"
            + "MAIL FROM:<>\r\nRCPT TO:<postmaster>\r\nDATA\r\nText\r\n.\r\nMAIL FROM:<a@b.example>\r\nRSET\r\n"
            + "MAIL FROM:<a@b.example> BODY=BINARYMIME\r\nRCPT TO:<c@d.example>\r\nBDAT 4\r\nTextBDAT 0 LAST\r\nBDAT 2 LAST\r\nxx");
        Run(session, bytes, output, 3);

        AllocatedMemory.ByCaller(() => Run(session, bytes, output, 100)).ShouldBe(0);
    }

    [Fact]
    public void A_transaction_of_LMTP_costs_no_memory_after_the_first()
    {
        var session = Greeted(new() { Hostname = "mx.sink.test", Protocol = MailProtocol.Lmtp }, "LHLO c\r\n"u8);
        var output = new ReplyBuffer();
        var bytes = Encoding.ASCII.GetBytes(
            "MAIL FROM:<a@b.example>\r\nRCPT TO:<x@kept.example>\r\nRCPT TO:<y@d.example>\r\nRCPT TO:<z@kept.example>\r\nDATA\r\nText\r\n.\r\n"
            + "MAIL FROM:<a@b.example>\r\nRCPT TO:<x@kept.example>\r\nBDAT 4 LAST\r\nText");
        Run(session, bytes, output, 3);

        AllocatedMemory.ByCaller(() => Run(session, bytes, output, 100)).ShouldBe(0);
    }

    [Fact]
    public void An_idle_session_is_small()
    {
        Greeted();
        AllocatedMemory.ByCaller(() => GC.KeepAlive(Greeted())).ShouldBeInRange(100, 300);
    }

    private static SmtpSession Greeted() => Greeted(Options, "EHLO a-client-with-a-name-of-usual-length.example\r\n"u8);

    private static SmtpSession Greeted(SmtpSessionOptions options, ReadOnlySpan<byte> hello)
    {
        var session = new SmtpSession(options, Filters, Observer, null, number: 1);
        Shared.Clear();
        session.Start(Shared, default);
        session.Advance(hello, Shared, default);
        return session;
    }

    private static void Run(SmtpSession session, byte[] bytes, ReplyBuffer output, int times)
    {
        for (var i = 0; i < times; i++)
        {
            output.Clear();
            session.Advance(bytes, output, default);
        }
    }
}
