using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Serilog;
using Serilog.Events;
using Serilog.Extensions.Logging;
using Serilog.Sinks.Async;
using SmartSink.Observers;
using SmartSink.Senders;
using SmartSink.Settings;
using SmartSink.Shared;
using SmartSink.Smtp.Auth;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;
using SmartSink.Telemetry;
using SmartSink.Testing.Dialogs;

namespace SmartSink.Tests.Telemetry;

public sealed class SinkLoggerTests
{
    [Theory]
    [InlineData("{}", LogEventLevel.Information, "SmartSink.X", LogEventLevel.Information)]
    [InlineData("{}", LogEventLevel.Debug, "SmartSink.X", LogEventLevel.Debug)]
    [InlineData("{}", LogEventLevel.Debug, "Microsoft.X", LogEventLevel.Warning)]
    [InlineData("{}", LogEventLevel.Error, "Microsoft.X", LogEventLevel.Error)]
    [InlineData("""{ "Serilog": { "MinimumLevel": { "Override": { "SmartSink.X": "Error" } } } }""", LogEventLevel.Debug, "SmartSink.X", LogEventLevel.Error)]
    [InlineData("""{ "Serilog": { "MinimumLevel": { "Override": { "Microsoft": "Debug" } } } }""", LogEventLevel.Information, "Microsoft.X", LogEventLevel.Debug)]
    public void Levels_come_from_the_setting_and_the_section(string json, LogEventLevel setting, string category, LogEventLevel least)
    {
        using var root = SinkLogger.Create(Settings(setting), Files(json), new DroppedLogEvents());
        var log = root.ForContext(Serilog.Core.Constants.SourceContextPropertyName, category);

        Enum.GetValues<LogEventLevel>().Where(log.IsEnabled).Min().ShouldBe(least);
    }

    [Theory]
    [InlineData("Loud")]
    [InlineData("")]
    [InlineData("1")]
    public void A_level_that_is_none_names_its_key(string level)
    {
        var files = Files($$$"""{ "Serilog": { "MinimumLevel": { "Override": { "SmartSink.X": "{{{level}}}" } } } }""");
        Should.Throw<InvalidDataException>(() => SinkLogger.Create(Settings(LogEventLevel.Information), files, new DroppedLogEvents()))
            .Message.ShouldBe($"appsettings.json: Serilog:MinimumLevel:Override:SmartSink.X: \"{level}\" is not one of Verbose, Debug, Information, Warning, Error, Fatal");
    }

    [Theory]
    [InlineData("\"Debug\"", "\"Debug\" is not an object with a level for each category")]
    [InlineData("{ \"\": \"Debug\" }", "the name of a category is empty")]
    [InlineData("{ \" \": \"Debug\" }", "the name of a category is empty")]
    public void Levels_of_no_category_name_their_key(string overrides, string expected)
    {
        var files = Files("{ \"Serilog\": { \"MinimumLevel\": { \"Override\": " + overrides + " } } }");
        Should.Throw<InvalidDataException>(() => SinkLogger.Create(Settings(LogEventLevel.Information), files, new DroppedLogEvents()))
            .Message.ShouldBe($"appsettings.json: Serilog:MinimumLevel:Override: {expected}");
    }

    [Theory]
    [InlineData("""{ "Serilog": "Debug" }""", "Serilog")]
    [InlineData("""{ "Serilog": { "MinimumLevel": { "Override": { "SmartSink.X": "Error" } } } }""")]
    [InlineData("""{ "Serilog": { "MinimumLevel": { "Default": "Error" }, "WriteTo": [{ "Name": "File" }] } }""", "Serilog:MinimumLevel:Default", "Serilog:WriteTo")]
    [InlineData("""{ "Serilog": { "MinimumLevel": "Error" } }""", "Serilog:MinimumLevel")]
    public void What_is_not_read_of_the_section_is_named(string json, params string[] keys) => SinkLogger.IgnoredKeys(Files(json)).ShouldBe(keys);

    [Fact]
    public void What_clients_say_can_neither_end_a_line_nor_change_how_it_is_shown()
    {
        var events = new Collector();
        using var root = new LoggerConfiguration().MinimumLevel.Debug().Enrich.With(new OneLineTexts()).WriteTo.Sink(events).CreateLogger();
        using var factory = new SerilogLoggerFactory(root);
        using var metrics = new MetricsFixture();
        var reporter = new SessionReporter(new SessionMetrics(metrics.Metrics), new SenderTable(), factory.CreateLogger<SessionReporter>());
        var text = "a\u009B31m\u2028b\u2029c\u202Ed\u0085e"u8;

        reporter.Authenticated(new AuthenticationFacts { Mechanism = AuthMechanism.Plain, User = text });
        reporter.ClientIntroduced(IPAddress.Loopback, text);
        reporter.MessageEnded(new MessageFacts { TransactionId = "ID"u8, Sender = text, User = text });
        reporter.Refused(new AcceptAll(), 0, new SessionFacts { Recipient = text, Sender = text, User = text }, new FixedReply(550, new(5, 1, 1), "No"u8));

        events.Lines.Count.ShouldBe(4);
        events.Lines.ShouldAllBe(line => line.Contains(@"a\u009B31m\u2028b\u2029c\u202Ed\u0085e", StringComparison.Ordinal) && OneLine.Escape(line) == line);
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("jörg \U0001F600 شبكة")]
    public void What_harms_no_line_stays(string text) => OneLine.Escape(text).ShouldBeSameAs(text);

    private sealed class Collector : Serilog.Core.ILogEventSink
    {
        public List<string> Lines { get; } = [];

        public void Emit(LogEvent logEvent) => Lines.Add(logEvent.RenderMessage(CultureInfo.InvariantCulture));
    }

    private static IConfigurationRoot Files(string json) => new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json))).Build();

    private static SinkSettings Settings(LogEventLevel level) => new() { StateFolder = "/", Hostname = "sink.example", LogLevel = level };
}

public sealed class DroppedLogEventsTests
{
    [Fact]
    public async Task Dropped_events_are_a_metric_and_outlive_the_queue()
    {
        using var metrics = new MetricsFixture();
        var dropped = new DroppedLogEvents();
        dropped.Show(metrics.Metrics);
        (await metrics.ScrapeAsync()).Sum("smartsink_log_events_dropped_total").ShouldBe(0);

        var queue = new Queue { DroppedMessagesCount = 5 };
        dropped.StartMonitoring(queue);
        (await metrics.ScrapeAsync()).Sum("smartsink_log_events_dropped_total").ShouldBe(5);

        queue.DroppedMessagesCount = 7;
        dropped.StopMonitoring(queue);
        (await metrics.ScrapeAsync()).Sum("smartsink_log_events_dropped_total").ShouldBe(7);
    }

    [Fact]
    public void What_cannot_be_written_is_dropped_too()
    {
        var dropped = new DroppedLogEvents();
        using (var log = new LoggerConfiguration().WriteTo.Fallible(output => output.Async(queue => queue.Sink(new FullDisk()), monitor: dropped), dropped).CreateLogger())
        {
            log.Information("one");
            log.Information("two");
        }

        dropped.Count.ShouldBe(2);
        dropped.OnLoggingFailed(this, Serilog.Core.LoggingFailureKind.Permanent, "unable to enqueue", [], exception: null);
        dropped.Count.ShouldBe(2);
    }

    private sealed class FullDisk : Serilog.Core.ILogEventSink
    {
        public void Emit(LogEvent logEvent) => throw new IOException("No space left on device");
    }

    private sealed class Queue : IAsyncLogEventSinkInspector
    {
        public int BufferSize => 10;

        public int Count => 10;

        public long DroppedMessagesCount { get; set; }
    }
}
