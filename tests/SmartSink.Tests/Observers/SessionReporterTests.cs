using System.Net;
using System.Text;
using SmartSink.Observers;
using SmartSink.Senders;
using SmartSink.Smtp;
using SmartSink.Smtp.Auth;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;
using SmartSink.Telemetry;
using SmartSink.Testing.Dialogs;
using SmartSink.Tests.Telemetry;

namespace SmartSink.Tests.Observers;

/// <summary>The log's lines about dialogs.</summary>
public sealed class SessionReporterTests : IDisposable
{
    private static readonly IPAddress Client = IPAddress.Parse("192.0.2.7");

    private readonly MetricsFixture _metrics = new();
    private readonly CollectingLogger<SessionReporter> _log = new();
    private readonly SessionReporter _reporter;

    public SessionReporterTests() => _reporter = new SessionReporter(new SessionMetrics(_metrics.Metrics), new SenderTable(), _log);

    public void Dispose() => _metrics.Dispose();

    [Theory]
    [InlineData("", "Debug Message ID from 192.0.2.7, sender <a@b.example>: tempfail 451, recipients: 3, 1234 bytes, 30 ms")]
    [InlineData("ann", "Debug Message ID from ann at 192.0.2.7, sender <a@b.example>: tempfail 451, recipients: 3, 1234 bytes, 30 ms")]
    public void A_message_is_shown_with_its_client_and_user(string user, string line)
    {
        _reporter.MessageEnded(new MessageFacts
        {
            TransactionId = "ID"u8,
            ClientAddress = Client,
            User = Encoding.UTF8.GetBytes(user),
            Sender = "a@b.example"u8,
            Outcome = Outcome.TempFail,
            Code = 451,
            Recipients = 3,
            Size = 1234,
            TransactionTime = TimeSpan.FromMilliseconds(30),
        });
        _log.Lines.ShouldBe([line]);
    }

    [Theory]
    [InlineData("", null, "Debug Refused 192.0.2.7 at rcpt, message ID from <a@b.example> to <c@d.example>, unknown_user: 550 5.1.1 Nobody")]
    [InlineData("ann", null, "Debug Refused ann at 192.0.2.7 at rcpt, message ID from <a@b.example> to <c@d.example>, unknown_user: 550 5.1.1 Nobody")]
    [InlineData("", "198.51.100.25", "Debug Refused 192.0.2.7 on its way to 198.51.100.25 at rcpt, message ID from <a@b.example> to <c@d.example>, unknown_user: 550 5.1.1 Nobody")]
    [InlineData("ann", "198.51.100.25", "Debug Refused ann at 192.0.2.7 on its way to 198.51.100.25 at rcpt, message ID from <a@b.example> to <c@d.example>, unknown_user: 550 5.1.1 Nobody")]
    public void A_refusal_is_shown_with_whom_it_met(string user, string? destination, string line)
    {
        var facts = new SessionFacts
        {
            Stage = Stage.Rcpt,
            ClientAddress = Client,
            Destination = destination is null ? null : IPAddress.Parse(destination),
            User = Encoding.UTF8.GetBytes(user),
            Sender = "a@b.example"u8,
            Recipient = "c@d.example"u8,
            TransactionId = "ID"u8,
        };
        _reporter.Refused(new AcceptAll(), 0, facts, new FixedReply(550, new(5, 1, 1), "Nobody"u8));
        _log.Lines.ShouldBe([line]);
    }

    [Fact]
    public void The_first_refusal_of_each_domain_is_told()
    {
        var nobody = new FixedReply(550, new(5, 1, 1), "Nobody"u8);
        _reporter.Refused(new AcceptAll(), 0, new SessionFacts { Domain = "d.example"u8 }, nobody);
        _reporter.Refused(new AcceptAll(), 0, new SessionFacts { Domain = "d.example"u8 }, nobody);
        _reporter.Refused(new AcceptAll(), 0, new SessionFacts { Domain = "e.example"u8 }, nobody);

        _log.Lines.Where(line => line.StartsWith("Information", StringComparison.Ordinal)).ShouldBe(
        [
            "Information First refusal for d.example: 550 5.1.1 Nobody",
            "Information First refusal for e.example: 550 5.1.1 Nobody",
        ]);
    }

    [Fact]
    public void Domains_beyond_the_first_hundred_are_not_told()
    {
        for (var i = 0; i < RefusingDomains.Most + 10; i++)
        {
            _reporter.Refused(new AcceptAll(), 0, new SessionFacts { Domain = Encoding.ASCII.GetBytes($"{i}.example") }, new FixedReply(550, new(5, 1, 1), "Nobody"u8));
        }

        _log.Lines.Count(line => line.StartsWith("Information", StringComparison.Ordinal)).ShouldBe(RefusingDomains.Most);
    }

    [Fact]
    public void A_refusal_in_another_encoding_is_shown_as_text()
    {
        _reporter.Refused(new AcceptAll(), 0, default, new Latin1Reply());
        _log.Lines.ShouldBe(["Debug Refused  at connect, message  from <> to <>, policy: 550 Empfänger"]);
    }

    [Fact]
    public void An_attempt_to_authenticate_is_shown_with_its_result()
    {
        _reporter.Authenticated(new AuthenticationFacts { ClientAddress = Client, Mechanism = AuthMechanism.CramMd5, User = "ann"u8, Result = AuthResult.Refused });
        _log.Lines.ShouldBe(["Debug Authentication from 192.0.2.7 as ann with cram-md5: refused"]);
    }

    [Fact]
    public void Who_speaks_for_another_is_shown_with_what_it_said()
    {
        _reporter.ClientIntroduced(Client, "NAME=c.example PORT=49152 PROTO=ESMTP DESTPORT=25"u8);
        _log.Lines.ShouldBe(["Debug XCLIENT from 192.0.2.7: NAME=c.example PORT=49152 PROTO=ESMTP DESTPORT=25"]);
    }

    private sealed class Latin1Reply() : Reply(550, closes: false, encoding: new ReplyEncoding(System.Text.Encoding.Latin1))
    {
        public override void WriteTo(ReplyBuffer output, in SessionFacts facts) => output.Write(System.Text.Encoding.Latin1.GetBytes("550 Empfänger\r\n"));
    }
}
