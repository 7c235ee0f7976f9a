using System.Net;
using System.Security.Authentication;
using Microsoft.Extensions.Logging.Abstractions;
using SmartSink.Connections;
using SmartSink.Observers;
using SmartSink.Senders;
using SmartSink.Shared;
using SmartSink.Smtp;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;
using SmartSink.Telemetry;
using SmartSink.Testing;
using SmartSink.Testing.Dialogs;

namespace SmartSink.Tests.Telemetry;

public sealed class SinkMetricsTests : IDisposable
{
    private static readonly FixedReply Taken = new(250, new(2, 0, 0), "Ok"u8);

    private readonly MetricsFixture _metrics = new();

    public void Dispose() => _metrics.Dispose();

    [Fact]
    public async Task A_dialog_is_counted()
    {
        var reporter = new SessionReporter(new SessionMetrics(_metrics.Metrics), new SenderTable(), NullLogger<SessionReporter>.Instance);
        var filter = new AcceptAll("other", "gmail.com");

        foreach (var code in new[] { 220, 250, 250, 250, 550, 354, 250, 221 })
        {
            reporter.ReplyWritten(code);
        }

        reporter.RecipientDecided(filter, 1, new FixedReply(550, new(5, 2, 2), "Full"u8), new SessionFacts { Stage = Stage.Rcpt });
        reporter.RecipientDecided(filter, 0, Taken, new SessionFacts { Stage = Stage.Data });
        reporter.ClientRefused(filter, 1, new FixedReply(421, new(4, 4, 5), "Slower"u8));
        reporter.MessageEnded(new MessageFacts { Outcome = Outcome.Accepted, Code = 250, Recipients = 1, Size = 1234, TransactionTime = TimeSpan.FromMilliseconds(30), DataTime = TimeSpan.FromMilliseconds(15) });
        reporter.RecipientDrawn(filter, 1, Outcome.TempFail);
        reporter.TransactionAbandoned(filter, [0, 1, 1], 1);

        var scrape = await _metrics.ScrapeAsync();
        scrape.Sum("smartsink_replies_total").ShouldBe(8);
        scrape.Sum("smartsink_replies_total", ("code", "250")).ShouldBe(4);
        scrape.Sum("smartsink_recipients_total", ("outcome", "permfail"), ("stage", "rcpt"), ("domain", "gmail.com")).ShouldBe(1);
        scrape.Sum("smartsink_recipients_total", ("outcome", "accepted"), ("stage", "data"), ("domain", "other")).ShouldBe(1);
        scrape.Sum("smartsink_recipients_total").ShouldBe(2);
        scrape.Sum("smartsink_refusals_total", ("domain", "gmail.com"), ("label", "mailbox_full"), ("class", "permfail")).ShouldBe(1);
        scrape.Sum("smartsink_refusals_total", ("domain", "gmail.com"), ("label", "rate_limit"), ("class", "tempfail")).ShouldBe(1);
        scrape.Sum("smartsink_refusals_total").ShouldBe(2);
        scrape.Sum("smartsink_draws_total", ("domain", "gmail.com"), ("outcome", "tempfail")).ShouldBe(1);
        scrape.Sum("smartsink_draws_total").ShouldBe(1);
        scrape.Sum("smartsink_recipients_abandoned_total").ShouldBe(3);
        scrape.Sum("smartsink_recipients_abandoned_total", ("domain", "gmail.com")).ShouldBe(2);
        scrape.Sum("smartsink_message_size_bytes_sum").ShouldBe(1234);
        scrape.Sum("smartsink_message_size_bytes_bucket", ("le", "1000")).ShouldBe(0);
        scrape.Sum("smartsink_message_size_bytes_bucket", ("le", "2000")).ShouldBe(1);
        scrape.Sum("smartsink_message_recipients_bucket", ("le", "1")).ShouldBe(1);
        scrape.Sum("smartsink_messages_total", ("outcome", "accepted")).ShouldBe(1);
        scrape.Sum("smartsink_messages_total", ("outcome", "abandoned")).ShouldBe(1);
        scrape.Sum("smartsink_message_bytes_total").ShouldBe(1234);
        scrape.Sum("smartsink_transaction_seconds_count").ShouldBe(1);
        scrape.Sum("smartsink_transaction_seconds_sum").ShouldBe(0.03);
        scrape.Sum("smartsink_transaction_seconds_bucket", ("le", "0.02")).ShouldBe(0);
        scrape.Sum("smartsink_transaction_seconds_bucket", ("le", "0.05")).ShouldBe(1);
        scrape.Sum("smartsink_data_seconds_bucket", ("le", "0.02")).ShouldBe(1);
        scrape.Sum("smartsink_data_seconds_bucket", ("le", "+Inf")).ShouldBe(1);
    }

    [Fact]
    public async Task Connections_are_counted()
    {
        var metrics = new ConnectionMetrics(_metrics.Metrics);
        metrics.ForListener("lmtp").ConnectionOpened();
        var connections = metrics.ForListener("smtp");
        connections.ConnectionOpened();
        connections.ConnectionOpened();
        connections.ConnectionOpened();
        connections.ConnectionClosed(new ConnectionEnd { Reason = SessionEndReason.Quit, Client = IPAddress.Loopback });
        connections.ConnectionClosed(new ConnectionEnd { Reason = SessionEndReason.TooManyConnectionsFromAddress, Client = IPAddress.Loopback });
        connections.BytesReceived(100);
        connections.BytesReceived(23);
        connections.BytesSent(45);
        connections.TlsHandshakeEnded(SslProtocols.Tls13, succeeded: true, 1);
        connections.TlsHandshakeEnded(SslProtocols.None, succeeded: false, 1);
        connections.AcceptFailed("ConnectionAborted");
        connections.AcceptFailed("ConnectionAborted");
        connections.ReplyFaultMet(ReplyFault.LateLine);
        connections.ReplyFaultMet(ReplyFault.FullLine);
        connections.ReplyFaultMet(ReplyFault.FullLine);

        var scrape = await _metrics.ScrapeAsync();
        scrape.Sum("smartsink_connections_total", ("listener", "smtp")).ShouldBe(3);
        scrape.Sum("smartsink_connections_total", ("listener", "lmtp")).ShouldBe(1);
        scrape.Sum("smartsink_connections_open", ("listener", "smtp")).ShouldBe(1);
        scrape.Sum("smartsink_connections_open").ShouldBe(2);
        scrape.Sum("smartsink_connections_closed_total", ("reason", "quit")).ShouldBe(1);
        scrape.Sum("smartsink_connections_closed_total", ("reason", "too_many_connections_from_address")).ShouldBe(1);
        scrape.Sum("smartsink_connections_closed_total").ShouldBe(2);
        scrape.Sum("smartsink_received_bytes_total").ShouldBe(123);
        scrape.Sum("smartsink_sent_bytes_total").ShouldBe(45);
        scrape.Sum("smartsink_tls_handshakes_total", ("version", "1.3"), ("result", "succeeded")).ShouldBe(1);
        scrape.Sum("smartsink_tls_handshakes_total", ("version", "none"), ("result", "failed")).ShouldBe(1);
        scrape.Sum("smartsink_reply_faults_total", ("listener", "smtp"), ("fault", "late-line")).ShouldBe(1);
        scrape.Sum("smartsink_reply_faults_total", ("listener", "smtp"), ("fault", "full-line")).ShouldBe(2);
        scrape.Sum("smartsink_accept_errors_total", ("error", "ConnectionAborted")).ShouldBe(2);
    }

    [Fact]
    public async Task Of_clients_certificates_the_first_subjects_are_told_apart_and_the_rest_is_one()
    {
        var smtp = new ConnectionMetrics(_metrics.Metrics).ForListener("smtp");
        smtp.ClientCertificateAsked(null);
        for (var client = 0; client < 100; client++)
        {
            smtp.ClientCertificateAsked($"CN=client{client}");
            smtp.ClientCertificateAsked("CN=client0");
        }

        var scrape = await _metrics.ScrapeAsync();
        scrape.Sum("smartsink_tls_client_certificates_total").ShouldBe(201);
        scrape.Sum("smartsink_tls_client_certificates_total", ("subject", "none")).ShouldBe(1);
        scrape.Sum("smartsink_tls_client_certificates_total", ("subject", "CN=client0")).ShouldBe(101);
        scrape.Sum("smartsink_tls_client_certificates_total", ("subject", "other")).ShouldBe(100 - 32);
    }

    [Fact]
    public async Task The_process_is_measured()
    {
        ProcessMetrics.Show(_metrics.Metrics);
        var scrape = await _metrics.ScrapeAsync();
        scrape.Sum("process_resident_memory_bytes").ShouldBeGreaterThan(1_000_000);
        scrape.Sum("process_cpu_seconds_total").ShouldBeGreaterThan(0);
        scrape.Sum("process_start_time_seconds").ShouldBeGreaterThan(1_700_000_000);
        scrape.Sum("process_open_fds").ShouldBeGreaterThan(2);
        scrape.Sum("process_max_fds").ShouldBeGreaterThan(scrape.Sum("process_open_fds"));
        scrape.Sum("smartsink_processors").ShouldBe(Environment.ProcessorCount);
        scrape.Label("smartsink_build_info", "version").ShouldBe(ProductVersion.Text);
    }

    [Fact]
    public void Counting_a_message_allocates_nothing()
    {
        var reporter = new SessionReporter(new SessionMetrics(_metrics.Metrics), new SenderTable(), NullLogger<SessionReporter>.Instance);
        var filter = new AcceptAll("other");
        var refusal = new FixedReply(550, new(5, 1, 1), "Nobody"u8);
        CountOne();

        AllocatedMemory.ByCaller(() =>
        {
            for (var i = 0; i < 1000; i++)
            {
                CountOne();
            }
        }).ShouldBe(0);

        void CountOne()
        {
            reporter.ReplyWritten(250);
            reporter.RecipientDrawn(filter, 0, Outcome.Accepted);
            reporter.RecipientDecided(filter, 0, Taken, new SessionFacts { Stage = Stage.Data });
            reporter.RecipientDecided(filter, 0, refusal, new SessionFacts { Stage = Stage.Rcpt });
            reporter.MessageEnded(new MessageFacts { Outcome = Outcome.Accepted, Code = 250, Recipients = 1, Size = 10 });
        }
    }
}
