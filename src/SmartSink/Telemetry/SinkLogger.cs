using Serilog;
using Serilog.Configuration;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting.Json;
using Serilog.Parsing;
using Serilog.Sinks.Async;
using SmartSink.Settings;
using SmartSink.Shared;

namespace SmartSink.Telemetry;

/// <summary>Sets up the log: one line an event on standard output, through a queue that never makes a caller wait.</summary>
internal static class SinkLogger
{
    /// <summary>Events that may wait for the log's reader; further ones are dropped and counted.</summary>
    public const int QueueLength = 10_000;

    // The section of appsettings.json that Serilog's users know. Of it only the levels by category are read: to find sinks by their names, a
    // program would have to search its assemblies, which one compiled ahead of time cannot.
    private const string Section = "Serilog";
    private const string Levels = "MinimumLevel";
    private const string Overrides = Section + ":" + Levels + ":Override";

    // The host logs a failed start with its stack, and then throws it: the one line for the operator is enough.
    private const string HostCategory = "Microsoft.Extensions.Hosting.Internal.Host";

    private const string TextTemplate = "{Timestamp:yyyy-MM-ddTHH:mm:ss.fffzzz} {Level:u3} {Message:lj}{NewLine}{Exception}";

    /// <summary>Makes the log of a process.</summary>
    /// <param name="settings">Level and form.</param>
    /// <param name="files">Where levels by category may stand; they go over ours.</param>
    /// <param name="dropped">Told of events that were dropped.</param>
    /// <exception cref="InvalidDataException">A level is none; the message is one line that names the key.</exception>
    public static Logger Create(SinkSettings settings, IConfiguration files, DroppedLogEvents dropped)
    {
        var configuration = new LoggerConfiguration()
            .MinimumLevel.Is(settings.LogLevel)
            .MinimumLevel.Override("Microsoft", Higher(settings.LogLevel, LogEventLevel.Warning))
            .MinimumLevel.Override(HostCategory, LogEventLevel.Fatal);
        foreach (var category in LevelsIn(files.GetSection(Overrides)))
        {
            configuration.MinimumLevel.Override(category.Key, LevelOf(category));
        }

        var log = configuration
            .Enrich.FromLogContext()
            .Enrich.With(new OneLineTexts())
            .WriteTo.Fallible(
                output => output.Async(queue => Console(queue, settings), bufferSize: QueueLength, blockWhenFull: false, monitor: dropped), dropped)
            .CreateLogger();
        foreach (var key in IgnoredKeys(files))
        {
            log.Warning("{File}: {Key} has no effect; set the log with LogLevel and LogFormat, and by category under {Overrides}", SettingsFile.Name, key, Overrides);
        }

        return log;
    }

    /// <summary>A line about a failed start in the form of the JSON log, when there is no log yet or any more.</summary>
    public static string ToJson(string line, DateTimeOffset now)
    {
        using var text = new StringWriter();
        new JsonFormatter(closingDelimiter: string.Empty, renderMessage: true)
            .Format(new LogEvent(now, LogEventLevel.Fatal, exception: null, new MessageTemplate([new TextToken(line)]), []), text);
        return text.ToString();
    }

    /// <summary>What stands in the section and is not read, by its path.</summary>
    public static IEnumerable<string> IgnoredKeys(IConfiguration files) =>
        files.GetSection(Section).GetChildren()
            .SelectMany(section => section.Key.Equals(Levels, StringComparison.OrdinalIgnoreCase) && section.Value is null ? section.GetChildren() : [section])
            .Select(section => section.Path)
            .Concat(files[Section] is { Length: > 0 } ? [Section] : [])
            .Where(path => !path.Equals(Overrides, StringComparison.OrdinalIgnoreCase));

    private static IEnumerable<IConfigurationSection> LevelsIn(IConfigurationSection overrides) => overrides.Value is { Length: > 0 } text
        ? throw new InvalidDataException($"{SettingsFile.Name}: {Overrides}: \"{text}\" is not an object with a level for each category")
        : overrides.GetChildren();

    private static LogEventLevel LevelOf(IConfigurationSection category) =>
        string.IsNullOrWhiteSpace(category.Key)
            ? throw new InvalidDataException($"{SettingsFile.Name}: {Overrides}: the name of a category is empty")
            : SettingKinds.LogLevel.TryParse(category.Value ?? string.Empty, out var level)
            ? level
            : throw new InvalidDataException($"{SettingsFile.Name}: {category.Path}: \"{category.Value}\" is not {SettingKinds.LogLevel.Expected}");

    private static void Console(LoggerSinkConfiguration queue, SinkSettings settings)
    {
        if (settings.LogJson)
        {
            queue.Console(new JsonFormatter(renderMessage: true));
        }
        else
        {
            queue.Console(outputTemplate: TextTemplate);
        }
    }

    private static LogEventLevel Higher(LogEventLevel first, LogEventLevel second) => first > second ? first : second;
}

/// <summary>
/// Escapes the texts in an event. Names of users, addresses and what XCLIENT or a hello says come from clients, and a log's line is read by
/// terminals, too.
/// </summary>
internal sealed class OneLineTexts : ILogEventEnricher
{
    public void Enrich(LogEvent logEvent, ILogEventPropertyFactory propertyFactory)
    {
        List<LogEventProperty>? escaped = null;
        foreach (var (name, value) in logEvent.Properties)
        {
            if (value is ScalarValue { Value: string text } && OneLine.Escape(text) is var line && !ReferenceEquals(line, text))
            {
                (escaped ??= []).Add(new LogEventProperty(name, new ScalarValue(line)));
            }
        }

        escaped?.ForEach(logEvent.AddOrUpdateProperty);
    }
}

/// <summary>Knows how many log events were dropped because whoever reads the log was too slow, or because they could not be written, as on a full disk.</summary>
internal sealed class DroppedLogEvents : IAsyncLogEventSinkMonitor, ILoggingFailureListener
{
    private IAsyncLogEventSinkInspector? _queue;
    private long _before;
    private long _unwritten;

    /// <summary>How many, from the start of the process.</summary>
    public long Count => _before + (_queue?.DroppedMessagesCount ?? 0) + Interlocked.Read(ref _unwritten);

    /// <summary>Shows their count.</summary>
    public void Show(SinkMetrics metrics) => metrics.BeforePage(() => metrics.LogEventsDropped.IncTo(Count));

    public void StartMonitoring(IAsyncLogEventSinkInspector inspector) => _queue = inspector;

    // What found the queue full comes here, too, but without an exception: the queue counts it.
    public void OnLoggingFailed(object sender, LoggingFailureKind kind, string message, IReadOnlyCollection<LogEvent>? events, Exception? exception) =>
        Interlocked.Add(ref _unwritten, exception is null ? 0 : events?.Count ?? 0);

    public void StopMonitoring(IAsyncLogEventSinkInspector inspector)
    {
        _before += inspector.DroppedMessagesCount;
        _queue = null;
    }
}
