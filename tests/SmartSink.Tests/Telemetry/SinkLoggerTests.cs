using System.Text;
using Microsoft.Extensions.Configuration;
using Serilog.Events;
using SmartSink.Settings;
using SmartSink.Telemetry;

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
        var files = new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json))).Build();
        var settings = new SinkSettings { StateFolder = "/", Hostname = "sink.example", LogLevel = setting };
        using var root = SinkLogger.Create(settings, files, new DroppedLogEvents());
        var log = root.ForContext(Serilog.Core.Constants.SourceContextPropertyName, category);

        Enum.GetValues<LogEventLevel>().Where(log.IsEnabled).Min().ShouldBe(least);
    }
}
