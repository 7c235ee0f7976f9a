using System.Globalization;
using System.Net;
using System.Net.Sockets;
using SmartSink.Settings.Values;

namespace SmartSink.Settings;

/// <summary>
/// Reads the list of listeners: <c>Listeners:0:Port</c> in appsettings.json, <c>SINK_LISTENERS__0__PORT</c> in the environment, which
/// wins. Each begins as the settings of the process; a number in the list may be left out.
/// </summary>
/// <param name="files">appsettings.json.</param>
/// <param name="environment">The environment.</param>
/// <param name="errors">Takes a line for each mistake.</param>
internal sealed class ListenersReader(IConfiguration files, IReadOnlyDictionary<string, string> environment, List<string> errors)
{
    /// <summary>The list's key in appsettings.json.</summary>
    public const string Key = "Listeners";

    private const string What = "a setting of a listener";
    private const string Variable = "SINK_LISTENERS";
    private const string Separator = "__";
    private const string Prefix = Variable + Separator;

    /// <summary>Whether an environment variable belongs to the list, rightly or not.</summary>
    public static bool IsListeners(string variable) => variable == Variable || variable.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>The listeners in the order of their numbers; none when there is no list.</summary>
    public IReadOnlyList<ListenerSettings> Read(SinkSettings process)
    {
        if (SettingsFile.ValueOf(files, Key) is { Length: > 0 })
        {
            errors.Add($"{SettingsFile.Name}: {Key} must be a list of listeners");
        }

        var numbers = NumbersInFiles().Concat(NumbersInEnvironment()).Distinct().Order().ToList();
        if (numbers.Count == 0)
        {
            return [];
        }

        var listeners = numbers
            .ConvertAll(number => (process.ToListener() with { Name = $"listener{number}" }).Fill(SettingCatalog.OfListener, SourcesOf(number), errors));
        for (var later = 1; later < listeners.Count; later++)
        {
            for (var earlier = 0; earlier < later; earlier++)
            {
                Compare(listeners[earlier], listeners[later], numbers[later]);
            }
        }

        return listeners;
    }

    private static bool Overlap(IPAddress? first, IPAddress? second) =>
        IsAll(first) || IsAll(second) || first!.Equals(second) || IsAllOf(first, second!) || IsAllOf(second!, first);

    // Listening on [::] takes IPv4 in, too.
    private static bool IsAll(IPAddress? address) => address is null || address.Equals(IPAddress.IPv6Any);

    private static bool IsAllOf(IPAddress first, IPAddress second) =>
        first.Equals(IPAddress.Any) && second.AddressFamily == AddressFamily.InterNetwork;

    private static bool TryNumber(string text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && text == number.ToString(CultureInfo.InvariantCulture);

    private void Compare(ListenerSettings earlier, ListenerSettings later, int number)
    {
        if (earlier.Name.Equals(later.Name, StringComparison.OrdinalIgnoreCase))
        {
            errors.Add($"{NameOf(number, "Name")}: another listener has the name \"{later.Name}\"");
        }

        if (earlier.UnixSocket is not null || later.UnixSocket is not null)
        {
            if (earlier.UnixSocket is { } one && later.UnixSocket is { } other && Path.GetFullPath(one) == Path.GetFullPath(other))
            {
                errors.Add($"{NameOf(number, "Listen")}: listener \"{earlier.Name}\" already uses {ListenPlace.UnixPrefix}{one}");
            }
        }
        else if (later.Port != 0 && earlier.Port == later.Port && Overlap(earlier.ListenAddress, later.ListenAddress))
        {
            errors.Add($"{NameOf(number, "Port")}: listener \"{earlier.Name}\" already uses port {later.Port}");
        }
    }

    private string NameOf(int number, string key)
    {
        var setting = SettingCatalog.OfListener.Single(setting => setting.Key == key);
        var source = Array.Find(SourcesOf(number), source => source.ValueOf(setting) is not null);
        return source?.NameOf(setting) ?? $"{Key}:{number}:{key}";
    }

    private SettingSource[] SourcesOf(int number) =>
    [
        SettingSource.Environment(environment, setting => $"{Prefix}{number}{Separator}{setting.Variable}"),
        new(setting => $"{SettingsFile.Name}: {Key}:{number}:{setting.Key}", setting => SettingsFile.ValueOf(files, $"{Key}:{number}:{setting.Key}")),
    ];

    private IEnumerable<int> NumbersInFiles()
    {
        var known = SettingCatalog.OfListener.Select(setting => setting.Key).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var listener in SettingsFile.ChildrenOf(files, Key))
        {
            if (!TryNumber(listener.Key, out var number) || listener.Value is { Length: > 0 })
            {
                errors.Add($"{SettingsFile.Name}: {listener.Path} is not an entry of a list of listeners");
                continue;
            }

            errors.AddRange(listener.GetChildren()
                .Where(section => !known.Contains(section.Key))
                .Select(section => UnknownSettings.Line($"{SettingsFile.Name}: {section.Path}", section.Key, known, What)));
            yield return number;
        }
    }

    private IEnumerable<int> NumbersInEnvironment()
    {
        var known = SettingCatalog.OfListener.Select(setting => setting.Variable).ToHashSet(StringComparer.Ordinal);
        foreach (var variable in environment.Keys.Where(IsListeners).Order(StringComparer.Ordinal))
        {
            var parts = variable == Variable ? [string.Empty] : variable[Prefix.Length..].Split(Separator, 2);
            if (!TryNumber(parts[0], out var number))
            {
                errors.Add($"{variable}: {Prefix} must be followed by the number of a listener");
            }
            else if (parts.Length == 1 || !known.Contains(parts[1]))
            {
                errors.Add(UnknownSettings.Line(variable, parts[^1], known, What));
            }
            else
            {
                yield return number;
            }
        }
    }
}
