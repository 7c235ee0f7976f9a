using System.Text.RegularExpressions;

namespace SmartSink.Settings;

/// <summary>
/// The variables that Kubernetes sets in every pod for a Service of the namespace: <c>SINK_PORT=tcp://10.96.7.7:2525</c>,
/// <c>SINK_SERVICE_HOST</c>, <c>SINK_PORT_2525_TCP_ADDR</c> for one named <c>sink</c>. Nobody meant them as settings.
/// </summary>
internal static partial class ServiceVariables
{
    /// <summary>In milliseconds, and so long that it is not the machine that is too slow.</summary>
    private const int PatternTimeout = 60_000;

    /// <summary>The environment without them.</summary>
    /// <param name="environment">All variables.</param>
    /// <param name="warnings">Takes a line for each that has a setting's name.</param>
    public static IReadOnlyDictionary<string, string> LeaveOut(IReadOnlyDictionary<string, string> environment, List<string> warnings)
    {
        var found = environment.Where(variable => IsOne(variable.Key, variable.Value)).ToDictionary(StringComparer.Ordinal);
        if (found.Count == 0)
        {
            return environment;
        }

        warnings.AddRange(SettingCatalog.All
            .Where(setting => found.ContainsKey(setting.Environment))
            .Select(setting =>
                $"{setting.Environment}: \"{found[setting.Environment]}\" was ignored: Kubernetes sets it for a Service of that name; rename the Service, or set enableServiceLinks: false in the pod's spec"));
        return environment.Where(variable => !found.ContainsKey(variable.Key)).ToDictionary(StringComparer.Ordinal);
    }

    private static bool IsOne(string name, string value) => OwnName().IsMatch(name) || (PortName().IsMatch(name) && PortValue().IsMatch(value));

    [GeneratedRegex("^SINK_(.+_)?(SERVICE_HOST|SERVICE_PORT(_.+)?|PORT_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)$", RegexOptions.ExplicitCapture, PatternTimeout)]
    private static partial Regex OwnName();

    [GeneratedRegex("^SINK_(.+_)?PORT$", RegexOptions.ExplicitCapture, PatternTimeout)]
    private static partial Regex PortName();

    [GeneratedRegex(@"^(tcp|udp|sctp)://[^\s]+:[0-9]+\z", RegexOptions.ExplicitCapture, PatternTimeout)]
    private static partial Regex PortValue();
}
