using Serilog;
using Serilog.Configuration;
using Serilog.Events;
using Serilog.Formatting.Json;
using Serilog.Settings.Configuration;
using SmartSink.Settings;

namespace SmartSink.Telemetry;

/// <summary>Sets up the log: one line an event on standard output, through a queue that never makes a caller wait.</summary>
internal static class SinkLogger
{
    /// <summary>The section of appsettings.json in which Serilog's own settings may stand.</summary>
    public const string Section = "Serilog";

    /// <summary>Events that may wait for the log's reader; further ones are dropped and counted.</summary>
    public const int QueueLength = 10_000;

    /// <summary>The host logs a failed start with its stack, and then throws it: the one line for the operator is enough.</summary>
    private const string HostCategory = "Microsoft.Extensions.Hosting.Internal.Host";

    private const string TextTemplate = "{Timestamp:yyyy-MM-ddTHH:mm:ss.fffzzz} {Level:u3} {Message:lj}{NewLine}{Exception}";

    /// <summary>Makes the log of a process.</summary>
    /// <param name="settings">Level and form.</param>
    /// <param name="files">Where a <c>Serilog</c> section may stand. Sinks named there are written to besides the console, and its overrides go over ours.</param>
    /// <param name="dropped">Told of events that were dropped.</param>
    public static Serilog.Core.Logger Create(SinkSettings settings, IConfiguration files, DroppedLogEvents dropped)
    {
        var log = new LoggerConfiguration()
            .MinimumLevel.Override("Microsoft", Higher(settings.LogLevel, LogEventLevel.Warning))
            .MinimumLevel.Override(HostCategory, LogEventLevel.Fatal);
        if (files.GetSection(Section).Exists())
        {
            // Named assemblies instead of a search through all of them, which takes longer than the rest of the start.
            log.ReadFrom.Configuration(files, new ConfigurationReaderOptions(typeof(ConsoleLoggerConfigurationExtensions).Assembly, typeof(LoggerConfigurationAsyncExtensions).Assembly));
        }

        return log
            .MinimumLevel.Is(settings.LogLevel)
            .Enrich.FromLogContext()
            .WriteTo.Async(queue => Console(queue, settings), bufferSize: QueueLength, blockWhenFull: false, monitor: dropped)
            .CreateLogger();
    }

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
