using System.CommandLine;
using SmartSink.Settings;

namespace SmartSink.Commands;

/// <summary>The settings as options of the command line.</summary>
internal sealed class SettingOptions
{
    private readonly List<(Setting Setting, Option<string> Option)> _options;

    /// <summary>Makes an option for each.</summary>
    public SettingOptions(IEnumerable<Setting> settings) => _options = [.. settings.Select(setting => (setting, ToOption(setting)))];

    /// <summary>Adds all of them to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var (_, option) in _options)
        {
            command.Add(option);
        }
    }

    /// <summary>What was given, by the options' names.</summary>
    public IReadOnlyDictionary<string, string> GivenIn(ParseResult line) => _options
        .Where(pair => line.GetResult(pair.Option) is { Implicit: false })
        .ToDictionary(pair => pair.Setting.Option, pair => line.GetValue(pair.Option)!, StringComparer.Ordinal);

    private static Option<string> ToOption(Setting setting)
    {
        var defaultText = setting.Default.Length > 0 ? $", default: {setting.Default}" : string.Empty;
        return new Option<string>(setting.Option)
        {
            Description = $"{setting.Description} [{setting.Environment}{defaultText}]",
            HelpName = setting.Placeholder,
        };
    }
}
