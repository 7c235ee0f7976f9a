using SmartSink.Smtp.Server;

namespace SmartSink.Settings;

/// <summary>Fills <see cref="SinkSettings"/> from appsettings.json, the environment and the command line; the later wins.</summary>
internal static class SettingsReader
{
    /// <summary>Reads the process's own environment, the file beside the program, and the one in the working folder over it.</summary>
    /// <param name="options">The command line's options, by <see cref="Setting.Option"/>.</param>
    public static SettingsResult ReadProcess(IReadOnlyDictionary<string, string> options)
    {
        try
        {
            return Read(SettingsFile.Load([AppContext.BaseDirectory, Environment.CurrentDirectory]), ProcessEnvironment.Read(), options);
        }
        catch (InvalidDataException exception)
        {
            return new SettingsResult(null, [exception.Message], [], new ConfigurationBuilder().Build());
        }
    }

    /// <summary>Reads given sources.</summary>
    public static SettingsResult Read(
        IConfiguration files, IReadOnlyDictionary<string, string> environment, IReadOnlyDictionary<string, string> options)
    {
        SettingSource[] strongestFirst =
        [
            new(setting => setting.Option, setting => options.GetValueOrDefault(setting.Option)),
            SettingSource.Environment(environment, setting => setting.Environment),
            new(setting => $"{SettingsFile.Name}: {setting.Key}", setting => SettingsFile.ValueOf(files, setting.Key)),
        ];
        var errors = new List<string>();
        var settings = SettingDefaults.For(environment).Fill(SettingCatalog.All, strongestFirst, errors);
        if (settings is { TlsKeyFile: not null, TlsCertificateFile: null })
        {
            errors.Add("SINK_TLS_KEY: there is no SINK_TLS_CERT that it belongs to");
        }

        settings = settings with { Listeners = new ListenersReader(files, environment, errors).Read(settings) };
        errors.AddRange(settings.AllListeners
            .Where(listener => listener is { TlsRequired: true, Tls: TlsMode.Off })
            .Select(listener => $"SINK_TLS_REQUIRED: listener \"{listener.Name}\" has TLS off, and nobody could send it mail"));
        errors.AddRange(settings.AllListeners
            .Where(listener => listener is { Protocol: MailProtocol.Lmtp, Port: 25 })
            .Select(listener => $"SINK_PROTOCOL: listener \"{listener.Name}\" speaks LMTP, which is not for port 25 (RFC 2033 section 5)"));
        errors.AddRange(AuthRules.ErrorsIn(settings));
        var warnings = UnknownSettings.In(environment, files);
        return new SettingsResult(errors.Count == 0 ? settings : null, errors, warnings, files);
    }

    /// <summary>The settings with all that the sources have; a line among the errors for each value that is none.</summary>
    public static T Fill<T>(this T settings, IEnumerable<Setting> catalog, SettingSource[] strongestFirst, List<string> errors)
        where T : ListenerSettings
    {
        foreach (var setting in catalog)
        {
            foreach (var source in strongestFirst)
            {
                if (source.ValueOf(setting) is not { } text)
                {
                    continue;
                }

                if (setting.Apply(settings, text) is { } changed)
                {
                    settings = changed;
                }
                else
                {
                    errors.Add($"{source.NameOf(setting)}: \"{OneLine(text)}\" is not {setting.Expected}");
                }

                break;
            }
        }

        return settings;
    }

    private static string OneLine(string text) => string.Concat(text.Select(character => char.IsControl(character) ? '?' : character));
}
